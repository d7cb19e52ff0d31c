import AlertRules
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

extension EntityHistory {
    /// What attributes of an entity said, by when it was observed, or where that is not known, written.
    ///
    /// - Parameter limit: How many values are read at most, about; the newest are left out then.
    func observations(
        _ condition: RuleCondition, of id: String, _ names: Set<TermID>, tenant: String, from: Timestamp, to: Timestamp,
        limit: Int = .max, _ vocabulary: inout RuleVocabulary
    ) async throws(NGSILDError) -> HistoryObservations {
        let found = try await instances(of: id, names, tenant: tenant, from: from, to: to, limit: limit)
        return HistoryObservations(found, condition, limit: limit, &vocabulary)
    }
}

/// Instances of the history as observations; those of one instant are one.
struct HistoryObservations {
    private var found: [Timestamp: RuleObservation] = [:]
    /// Values among them.
    private(set) var count = 0
    /// Up to where all is known, where more was there than is read; `nil`: all is known.
    private(set) var reached: Timestamp?

    /// In the order of time.
    var observations: [RuleObservation] { found.values.sorted { $0.time < $1.time } }

    fileprivate init(
        _ attributes: [TemporalAttribute], _ condition: RuleCondition, limit: Int, _ vocabulary: inout RuleVocabulary
    ) {
        if attributes.reduce(0, { $0 + $1.count }) >= limit {
            let times = attributes.flatMap { attribute in
                attribute.instances.roots.map { attribute.instances.nodes[$0].historyTime }
            }
            reached = times.max()
        }
        for attribute in attributes {
            let places = condition.attributes.enumerated().filter {
                vocabulary.matches(attribute.name, $0.element.name)
            }
            guard !places.isEmpty || condition.hearsEverything else { continue }
            let forest = attribute.instances
            for root in forest.roots where forest.nodes[root].datasetLength == 0 {
                let time = forest.nodes[root].historyTime
                guard Timestamp.representable.contains(time) else { continue }
                for (place, asked) in places {
                    found[time, default: RuleObservation(time: time)].values.append(
                        (place, vocabulary.value(asked, forest, root)))
                }
                if places.isEmpty, found[time] == nil { found[time] = RuleObservation(time: time) }
                count += 1
            }
        }
    }
}
