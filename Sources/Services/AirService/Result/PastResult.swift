import AirQuality
import NGSILDModel
import ServiceRuntime

/// A result of an hour that is over, on its way into the history.
struct PastResult {
    let result: IndexResult
    let circumstances: IndexEntity.Circumstances

    /// The evolution of one result entity, in parts.
    static func drafts(_ results: [PastResult], id: String, context: TermContext) -> [EntityDraft] {
        EvolutionDrafts.drafts(results, id: id, typeName: IndexEntity.typeName, context: context) { past, writer in
            IndexEntity.appendInstances(past.result, past.circumstances, to: &writer)
        }
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
