import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Answers with histories in the representation that was asked for.
struct TemporalAnswer {
    let context: TermContext
    let reading: TemporalSelectionReader.Reading

    /// Status and headers: 206 with the time that the answer covers when not all instances fit (clause 6.3.10).
    static func statusAndRange(
        _ page: TemporalPage, _ times: TemporalQuery
    ) -> (status: Int, headers: [(name: String, value: String)]) {
        guard let range = page.partialRange else { return (200, []) }
        let size = times.lastN.map(String.init) ?? "*"
        return (206, [("Content-Range", "DateTime \(range.start.text)-\(range.end.text)/\(size)")])
    }

    /// Appends histories as an array, or as a table.
    func append(_ entities: [TemporalEntity], as type: MediaType, context text: [UInt8]?, to writer: inout ByteWriter) {
        if type == .csv {
            var table = TemporalTable(context: context, representation: reading.representation)
            table.append(entities, to: &writer)
        } else {
            var renderer = TemporalRenderer(context: context, representation: reading.representation)
            renderer.append(entities, context: text, to: &writer)
        }
    }

    /// Appends one history as an object, or as a table.
    func append(_ entity: TemporalEntity, as type: MediaType, context text: [UInt8]?, to writer: inout ByteWriter) {
        if type == .csv { return append([entity], as: type, context: text, to: &writer) }
        var renderer = TemporalRenderer(context: context, representation: reading.representation)
        renderer.append(entity, context: text, to: &writer)
    }
}

extension EntityRepresentation {
    /// Whether nothing of the histories is left to show.
    func showsNothing(of entities: [TemporalEntity]) -> Bool {
        !showsID && !showsType
            && entities.allSatisfy { $0.attributes.isEmpty && ($0.scopes.isEmpty || !showsScope) }
    }
}
