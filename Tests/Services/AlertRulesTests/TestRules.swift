import JSONTree
import NGSILDModel

@testable import AlertRules

/// `2026-03-02T00:00:00Z`, a Monday, and so many minutes.
func minute(_ minutes: Double) -> Timestamp {
    (Timestamp("2026-03-02T00:00:00Z") ?? Timestamp(microseconds: 0)).adding(seconds: minutes * 60)
}

/// A condition about entities of type T, from the JSON of its tests and of further members.
func condition(_ tests: String, _ more: String = "", activeTimes: String? = nil) throws -> RuleCondition {
    let document = try JSONDocument(parsing: #"{"entities":{"type":"T"},"tests":[\#(tests)]\#(more)}"#)
    let times = try activeTimes.map { try JSONDocument(parsing: $0) }
    return try RuleCondition(document, document.root, activeTimes: times.map { ($0, $0.root) })
}

/// A rule from a JSON object of attribute values.
func rule(_ text: String, needsName: Bool = true) throws -> AlertRule {
    let document = try JSONDocument(parsing: text)
    return try AlertRule(needsName: needsName) { name in
        document.member(document.root, named: name).map { (document, $0) }
    }
}

/// When the condition would have fired: minutes of the beginning and the end.
func firings(
    _ condition: RuleCondition, _ values: [(Double, RuleValue)], from: Double = 0, until end: Double
) -> [[Double?]] {
    var replay = RuleReplay(condition, start: minute(from))
    for (time, value) in values {
        replay.take(RuleObservation(time: minute(time), values: [(0, value)]))
    }
    return replay.finish(at: minute(end), from: minute(from)).map { [minutes($0.from), $0.to.map(minutes)] }
}

func minutes(_ time: Timestamp) -> Double { Double(time.microseconds - minute(0).microseconds) / 60_000_000 }

func numbers(_ values: [Double], every step: Double = 1) -> [(Double, RuleValue)] {
    values.enumerated().map { (Double($0.offset) * step, .number($0.element)) }
}
