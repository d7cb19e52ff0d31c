/// What a rule asks for, in words.
extension RuleCondition {
    /// One test, such as `pm25 above 50`.
    public func text(of place: Int) -> String {
        guard tests.indices.contains(place) else { return "" }
        let test = tests[place]
        let name = test.place.map { place in ([attributes[place].name] + attributes[place].path).joined(separator: ".")
        }
        switch test.kind {
        case .threshold(let comparison): return "\(name ?? "") \(Self.text(comparison))"
        case .rate(let comparison, let seconds):
            return "\(name ?? "") changes by \(Self.text(comparison)) in \(Self.duration(seconds))"
        case .absence(let seconds): return "\(name ?? "it") silent for \(Self.duration(seconds))"
        case .area(_, let isInside): return isInside ? "inside the area" : "outside the area"
        }
    }

    private static func text(_ comparison: RuleTest.Comparison) -> String {
        switch comparison {
        case .above(let limit, _): "above \(text(limit))"
        case .atLeast(let limit, _): "at least \(text(limit))"
        case .below(let limit, _): "below \(text(limit))"
        case .atMost(let limit, _): "at most \(text(limit))"
        case .outside(let low, let high): "outside \(text(low)) to \(text(high))"
        case .between(let low, let high): "between \(text(low)) and \(text(high))"
        case .equals(let value): "is \(text(value))"
        case .differs(let value): "is not \(text(value))"
        }
    }

    /// A number as people write it.
    public static func text(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
        let rounded = (number * 1_000).rounded() / 1_000
        return rounded.isFinite && abs(number) < 1e12 && rounded != 0 ? "\(rounded)" : "\(number)"
    }

    private static func text(_ value: RuleValue) -> String {
        switch value {
        case .number(let number): text(number)
        case .text(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .position, .other, .none: "?"
        }
    }

    private static func duration(_ seconds: Double) -> String {
        for (unit, length) in [("d", 86_400.0), ("h", 3_600), ("min", 60)] where seconds >= length {
            return "\(text(seconds / length)) \(unit)"
        }
        return "\(text(seconds)) s"
    }
}
