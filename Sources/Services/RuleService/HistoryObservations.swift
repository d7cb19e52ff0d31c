import AlertRules
import NGSILDModel
import NGSILDOperations

/// Instances of the history as observations, in the order of time; those of one instant are one.
struct HistoryObservations {
    private(set) var observations: [RuleObservation] = []
    /// Values among them.
    private(set) var count = 0

    init(_ condition: RuleCondition, _ attributes: [TemporalAttribute], _ vocabulary: inout RuleVocabulary) {
        var found: [Timestamp: RuleObservation] = [:]
        for attribute in attributes {
            let places = condition.attributes.enumerated().filter { vocabulary.matches(attribute.name, $0.element.name) }
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
        observations = found.values.sorted { $0.time < $1.time }
    }
}
