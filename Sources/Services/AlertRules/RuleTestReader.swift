/// Reads the tests of a condition, and numbers the attributes that they look at.
struct RuleTestReader {
    private(set) var tests: [RuleTest] = []
    private(set) var attributes: [RuleCondition.Attribute] = []

    mutating func read(_ json: RuleJSON) throws(RuleError) {
        guard json.isObject else { throw json.fail("a test is an object with \"kind\"") }
        switch json.member("kind")?.text {
        case "threshold":
            try json.checkMembers(Self.comparing)
            tests.append(RuleTest(kind: .threshold(try comparison(json)), place: try attribute(json)))
        case "rate":
            try json.checkMembers(Self.comparing.union(["per"]))
            let per = try json.needed("per", "the time within which it changes is expected, such as PT1H")
            let seconds = try per.seconds(upTo: RuleLimits.windowSeconds)
            let comparison = try comparison(json)
            switch comparison {
            case .equals, .differs:
                throw json.fail("a rate is compared by above, atLeast, below, atMost, outside or between")
            default: break
            }
            tests.append(RuleTest(kind: .rate(comparison, perSeconds: seconds), place: try attribute(json)))
        case "absence":
            try json.checkMembers(["kind", "attribute", "after"])
            let after = try json.needed("after", "how long it is silent is expected, such as PT15M")
            let seconds = try after.seconds(upTo: RuleLimits.silenceSeconds)
            let place = json.member("attribute") == nil ? nil : try attribute(json)
            tests.append(RuleTest(kind: .absence(afterSeconds: seconds), place: place))
        case "area":
            try json.checkMembers(["kind", "attribute", "event", "area"])
            let event = json.member("event")?.text
            guard event == "inside" || event == "outside" else {
                throw RuleError("\(json.path).event", "inside or outside is expected")
            }
            let polygons = try json.needed("area", "a GeoJSON Polygon or MultiPolygon is expected").polygons()
            let name = try json.member("attribute")?.string("the name of a GeoProperty") ?? "location"
            tests.append(
                RuleTest(kind: .area(polygons, inside: event == "inside"), place: number(.init(name, isGeometry: true)))
            )
        default:
            throw RuleError("\(json.path).kind", "threshold, rate, absence or area is expected")
        }
    }

    private static let comparing: Set<String> = ["kind", "attribute", "comparison", "value", "clear", "low", "high"]

    private mutating func attribute(_ json: RuleJSON) throws(RuleError) -> Int {
        let member = try json.needed("attribute", "the name of an attribute is expected")
        let text = try member.string("the name of an attribute")
        let attribute = RuleCondition.Attribute(text)
        guard !attribute.name.isEmpty, attribute.path.count <= 8 else {
            throw member.fail(
                "the name of an attribute is expected, with up to 8 members behind it, such as status.code")
        }
        return number(attribute)
    }

    private mutating func number(_ attribute: RuleCondition.Attribute) -> Int {
        if let known = attributes.firstIndex(of: attribute) { return known }
        attributes.append(attribute)
        return attributes.count - 1
    }

    private func comparison(_ json: RuleJSON) throws(RuleError) -> RuleTest.Comparison {
        let name = json.member("comparison")?.text ?? ""
        switch name {
        case "above", "atLeast", "below", "atMost": return try limit(json, name)
        case "outside", "between":
            try refuse(["value", "clear"], json, "goes without; give \"low\" and \"high\"")
            let low = try json.needed("low", "the lower end is expected, a number").finite("the lower end")
            let high = try json.needed("high", "the upper end is expected, a number").finite("the upper end")
            guard low < high else { throw json.fail("\"low\" is less than \"high\"") }
            return name == "outside" ? .outside(low: low, high: high) : .between(low: low, high: high)
        case "is", "isNot":
            try refuse(["clear", "low", "high"], json, "goes with above, atLeast, below and atMost only")
            let value = try json.needed("value", "a text, a number, true or false is expected")
            let wanted: RuleValue
            if let text = value.text {
                wanted = .text(text)
            } else if let boolean = value.document.bool(value.node) {
                wanted = .boolean(boolean)
            } else {
                wanted = .number(try value.finite("a text, a number, true or false"))
            }
            return name == "is" ? .equals(wanted) : .differs(wanted)
        default:
            throw RuleError(
                "\(json.path).comparison", "above, atLeast, below, atMost, outside, between, is or isNot is expected")
        }
    }

    private func limit(_ json: RuleJSON, _ name: String) throws(RuleError) -> RuleTest.Comparison {
        try refuse(["low", "high"], json, "goes with outside and between only")
        let value = try json.needed("value", "the value to compare with is expected, a number").finite("the value")
        let member = json.member("clear")
        let clear = try member?.finite("the value at which a raised alert ends")
        let isUpper = name == "above" || name == "atLeast"
        if let clear, let member, isUpper ? clear >= value : clear <= value {
            throw member.fail(
                "an alert ends at a value \(isUpper ? "below" : "above") the one that raises it, \(value)")
        }
        switch name {
        case "above": return .above(value, clear: clear)
        case "atLeast": return .atLeast(value, clear: clear)
        case "below": return .below(value, clear: clear)
        default: return .atMost(value, clear: clear)
        }
    }

    private func refuse(_ names: [String], _ json: RuleJSON, _ reason: String) throws(RuleError) {
        for name in names { if let member = json.member(name) { throw member.fail("\"\(name)\" \(reason)") } }
    }
}
