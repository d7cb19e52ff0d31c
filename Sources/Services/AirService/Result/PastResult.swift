import AirQuality
import JSONTree
import NGSILDModel

/// A result of an hour that is over, on its way into the history.
struct PastResult {
    let result: IndexResult
    let circumstances: IndexEntity.Circumstances

    /// Hours in one draft; an entity may have 5,000 instances.
    private static let hoursInDraft = 200

    /// The evolution of one result entity, in parts.
    static func drafts(_ results: [PastResult], id: String, context: TermContext) -> [EntityDraft] {
        stride(from: 0, to: results.count, by: hoursInDraft).compactMap { start in
            draft(results[start..<min(start + hoursInDraft, results.count)], id: id, context: context)
        }
    }

    private static func draft(_ results: ArraySlice<PastResult>, id: String, context: TermContext) -> EntityDraft? {
        let decoder = EntityDecoder(context: context, keepsEveryInstance: true)
        var whole = EntityDraft(id: id)
        var forests: [TermID: AttributeForest] = [:]
        for past in results {
            var writer = ByteWriter(capacity: 1_024)
            writer.append("{\"id\":")
            writer.append(jsonString: id)
            writer.append(",\"type\":\"AirQualityIndex\"")
            IndexEntity.appendInstances(past.result, past.circumstances, to: &writer)
            writer.append("}")
            guard let document = try? JSONDocument(parsing: writer.array()),
                let draft = try? decoder.decodeEntity(document, document.root)
            else { continue }
            whole.types = draft.types
            whole.context = draft.context
            for root in draft.attributes.roots {
                forests[draft.attributes.nodes[root].name, default: AttributeForest()]
                    .append(subtree: root, of: draft.attributes)
            }
        }
        // Instances of one attribute stand side by side.
        for (_, forest) in forests.sorted(by: { $0.key < $1.key }) {
            for root in forest.roots { whole.attributes.append(subtree: root, of: forest) }
        }
        return whole.attributes.isEmpty ? nil : whole
    }
}

extension IndexResult {
    /// Tells two results of an hour apart, within this run of the process.
    func digest(_ circumstances: IndexEntity.Circumstances) -> Int {
        var hasher = Hasher()
        hasher.combine(edition.id)
        hasher.combine(value)
        hasher.combine(withheld)
        for pollutant in Pollutant.allCases { hasher.combine(subIndices[pollutant]?.value) }
        hasher.combine(circumstances.isProvisional)
        hasher.combine(circumstances.marks)
        hasher.combine(circumstances.completeness)
        return hasher.finalize()
    }
}
