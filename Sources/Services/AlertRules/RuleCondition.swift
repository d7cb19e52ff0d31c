/// What a rule watches for: which entities, and the tests that together say when an alert stands.
public struct RuleCondition: Hashable, Sendable {
    /// Which entities are watched.
    public struct Selection: Hashable, Sendable {
        /// Names of types, or their IRIs; an entity has one of them.
        public var types: [String]
        public var ids: [String] = []
        public var idPattern: String?
        public var scopeQuery: String?
        public var query: String?
        /// The GeoJSON of a Polygon or MultiPolygon that `location` is in.
        public var area: String?

        public init(types: [String]) { self.types = types }
    }

    /// An attribute that tests look at, and where in its value.
    public struct Attribute: Hashable, Sendable {
        /// The name, or the IRI, of the attribute.
        public var name: String
        /// Names of members, one inside the other.
        public var path: [String]
        /// Whether an area is tested, so that the value is read as a geometry.
        public var isGeometry = false

        /// Reads `name`, `name.member.member` or an IRI.
        public init(_ text: String, isGeometry: Bool = false) {
            let parts = text.contains(":") ? [text] : text.split(separator: ".").map(String.init)
            name = parts.first ?? text
            path = Array(parts.dropFirst())
            self.isGeometry = isGeometry
        }
    }

    public var selection: Selection
    public var attributes: [Attribute]
    public var tests: [RuleTest]
    /// Whether all tests must be met, or any.
    public var needsAll = true
    /// Seconds for which it must hold before an alert is raised.
    public var holdSeconds = 0.0
    public var schedule = RuleSchedule.always

    public init(selection: Selection, attributes: [Attribute], tests: [RuleTest]) {
        self.selection = selection
        self.attributes = attributes
        self.tests = tests
    }

    /// Whether it matters that anything of the entity changes.
    public var hearsEverything: Bool {
        tests.contains { if case .absence = $0.kind { $0.place == nil } else { false } }
    }

    /// Seconds of the past that decide together with the present values, besides those of silence.
    public var windowSeconds: Double {
        let rates = tests.map { if case .rate(_, let seconds) = $0.kind { seconds } else { 0.0 } }
        // A rate looks at the last value before its window too.
        return holdSeconds + (rates.max() ?? 0) * 2
    }

    /// The longest silence that a test waits for.
    public var silenceSeconds: Double {
        tests.map { if case .absence(let seconds) = $0.kind { seconds } else { 0.0 } }.max() ?? 0
    }
}
