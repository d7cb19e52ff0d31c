/// One way in for bytes from outside: whatever they are, `run` comes back, or a finding was made.
protocol FuzzTarget: AnyObject {
    func run(_ input: [UInt8])
}

enum FuzzTargets {
    /// By name, in the order in which `scripts/fuzz` runs them.
    static let table: [(name: String, make: @Sendable () throws -> any FuzzTarget)] = [
        ("q", QFuzz.init),
        ("geo", GeoFuzz.init),
        ("entity", EntityFuzz.init),
        ("selection", SelectionFuzz.init),
        ("temporal", TemporalFuzz.init),
        ("context", ContextFuzz.init),
        ("json", JSONFuzz.init),
        ("scope", ScopeFuzz.init),
        ("type", TypeFuzz.init),
        ("posted", PostedQueryFuzz.init),
        ("http", HTTPFuzz.init),
        ("subscription", SubscriptionFuzz.init),
        ("message", MessageFuzz.init),
        ("table", TableFuzz.init),
        ("gtfs", GTFSFuzz.init),
    ]
    static let names = table.map(\.name)
    static let all = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.make) })
}

/// A finding: something that must hold did not.
func check(_ condition: Bool, _ complaint: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line) {
    if !condition { fatalError(complaint(), file: file, line: line) }
}
