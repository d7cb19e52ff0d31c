import AlertRules
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

extension EntityHistory {
    /// What attributes of an entity said, by when it was observed, or where that is not known, written.
    func observations(
        _ condition: RuleCondition, of id: String, _ names: Set<TermID>, tenant: String, from: Timestamp, to: Timestamp,
        _ vocabulary: inout RuleVocabulary
    ) async throws(NGSILDError) -> HistoryObservations {
        var found = HistoryObservations()
        let observed = try await instances(of: id, names, tenant: tenant, from: from, to: to)
        found.add(observed, condition, isObserved: true, &vocabulary)
        let written = try await instances(
            of: id, names, tenant: tenant, from: from, to: to, timeproperty: "modifiedAt")
        found.add(written, condition, isObserved: false, &vocabulary)
        return found
    }
}

/// Instances of the history as observations; those of one instant are one.
struct HistoryObservations {
    private var found: [Timestamp: RuleObservation] = [:]
    /// Values among them.
    private(set) var count = 0

    /// In the order of time.
    var observations: [RuleObservation] { found.values.sorted { $0.time < $1.time } }

    /// - Parameter isObserved: Whether instances with an `observedAt` are taken, or those without.
    fileprivate mutating func add(
        _ attributes: [TemporalAttribute], _ condition: RuleCondition, isObserved: Bool,
        _ vocabulary: inout RuleVocabulary
    ) {
        for attribute in attributes {
            let places = condition.attributes.enumerated().filter {
                vocabulary.matches(attribute.name, $0.element.name)
            }
            guard !places.isEmpty || condition.hearsEverything else { continue }
            let forest = attribute.instances
            for root in forest.roots where forest.nodes[root].datasetLength == 0 {
                guard forest.nodes[root].observedAt.isSet == isObserved else { continue }
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
