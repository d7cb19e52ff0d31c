import GeoJSON
public import JSONTree

extension RuleCondition {
    /// Reads the members `condition` and `activeTimes` of a rule.
    ///
    /// - Throws: `RuleError` naming the member and what is expected there.
    public init(
        _ document: JSONDocument, _ node: JSONNode, activeTimes: (document: JSONDocument, node: JSONNode)? = nil
    ) throws(RuleError) {
        let json = RuleJSON(document: document, node: node, path: "condition")
        try json.checkMembers(["entities", "match", "for", "tests", "timeZone"])
        let entities = try json.needed(
            "entities", "it says whom the rule watches, such as {\"type\": \"AirQualityObserved\"}")
        var reader = RuleTestReader()
        let list = try json.needed("tests", "a list of tests is expected, such as a threshold")
        for element in try list.elements(limit: RuleLimits.tests) { try reader.read(element) }
        guard !reader.tests.isEmpty else { throw list.fail("at least one test is expected") }
        self.init(selection: try Selection(entities), attributes: reader.attributes, tests: reader.tests)
        if let match = json.member("match") {
            switch match.text {
            case "all": needsAll = true
            case "any": needsAll = false
            default: throw match.fail("all or any is expected")
            }
        }
        if let hold = json.member("for") { holdSeconds = try hold.seconds(upTo: RuleLimits.windowSeconds) }
        let zone = json.member("timeZone")
        let name = try zone?.string("a time zone such as Europe/Paris", limit: 64) ?? "UTC"
        let times = activeTimes.map { RuleJSON(document: $0.document, node: $0.node, path: "activeTimes") }
        guard let schedule = RuleSchedule(windows: try Self.windows(times), zoneName: name) else {
            throw RuleError(
                zone?.path ?? "condition.timeZone", "a time zone of the IANA list is expected, such as Europe/Paris")
        }
        self.schedule = schedule
    }

    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private static func windows(_ json: RuleJSON?) throws(RuleError) -> [RuleSchedule.Window] {
        guard let json else { return [] }
        var windows: [RuleSchedule.Window] = []
        for element in try json.elements(limit: RuleLimits.activeTimes) {
            try element.checkMembers(["days", "from", "to"])
            var days: Set<Int> = []
            for day in try element.member("days")?.elements(limit: 7) ?? [] {
                guard let place = day.text.flatMap({ Self.days.firstIndex(of: $0) }) else {
                    throw day.fail("a day is expected: \(Self.days.joined(separator: ", "))")
                }
                days.insert(place)
            }
            if days.isEmpty { days = Set(0..<7) }
            let from = try minute(element.needed("from", "a time of the day such as 07:00 is expected"))
            let to = try minute(element.needed("to", "a time of the day such as 20:00 is expected"))
            guard from < 1_440, from != to else {
                throw element.fail("\"from\" is before 24:00 and not \"to\"; for a whole day, 00:00 to 24:00")
            }
            windows.append(RuleSchedule.Window(days: days, fromMinute: from, toMinute: to))
        }
        return windows
    }

    private static func minute(_ json: RuleJSON) throws(RuleError) -> Int {
        let parts = (json.text ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
        else { throw json.fail("a time of the day such as 07:00 is expected, up to 24:00") }
        return hour * 60 + minute
    }
}

extension RuleCondition.Selection {
    fileprivate init(_ json: RuleJSON) throws(RuleError) {
        try json.checkMembers(["type", "id", "idPattern", "scopeQ", "q", "area"])
        let type = try json.needed("type", "the type of the watched entities is expected")
        var types: [String] = []
        for element in try type.elements(limit: 20) {
            for name in try element.string("the name of a type").split(whereSeparator: { $0 == "|" || $0 == "," }) {
                types.append(String(name))
            }
        }
        guard !types.isEmpty, !types.contains("*") else {
            throw type.fail("the type of the watched entities is expected")
        }
        // An alert about alerts would raise the next.
        for name in types
        where ["Alert", "AlertRule"].contains(name.split(whereSeparator: { $0 == "/" || $0 == "#" }).last) {
            throw type.fail("rules do not watch alerts and rules")
        }
        self.init(types: types)
        for element in try json.member("id")?.elements(limit: RuleLimits.ids) ?? [] {
            ids.append(try element.string("the id of an entity", limit: 2_048))
        }
        idPattern = try json.member("idPattern")?.string("a regular expression", limit: 1_000)
        scopeQuery = try json.member("scopeQ")?.string("a scope such as /centre/#", limit: 1_000)
        query = try json.member("q")?.string("a query such as status==\"on\"", limit: 4_000)
        if let member = json.member("area") {
            _ = try member.polygons()
            area = member.document.text(member.node)
        }
    }
}

extension RuleJSON {
    /// A GeoJSON Polygon or MultiPolygon.
    func polygons() throws(RuleError) -> [Polygon] {
        let geometry: Geometry
        do throws(GeoJSONError) {
            geometry = try Geometry(
                parsing: document, node: node, limits: .init(vertices: RuleLimits.vertices, collectionDepth: 1))
        } catch { throw fail("a GeoJSON Polygon or MultiPolygon is expected: \(error)") }
        switch geometry {
        case .polygon(let polygon): return [polygon]
        case .multiPolygon(let polygons): return polygons
        default: throw fail("a GeoJSON Polygon or MultiPolygon is expected")
        }
    }
}
