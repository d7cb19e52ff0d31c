public import GeoJSON

/// One question that a rule asks of an entity.
public struct RuleTest: Hashable, Sendable {
    /// What it asks.
    public enum Kind: Hashable, Sendable {
        case threshold(Comparison)
        /// The change within so many seconds.
        case rate(Comparison, perSeconds: Double)
        /// Silent for so many seconds.
        case absence(afterSeconds: Double)
        case area([Polygon], inside: Bool)
    }

    public var kind: Kind
    /// The place of its attribute in `RuleCondition.attributes`; `nil`: the entity as a whole.
    public var place: Int?

    /// How a value is compared. `clear` is where a raised alert ends.
    public enum Comparison: Hashable, Sendable {
        case above(Double, clear: Double?)
        case atLeast(Double, clear: Double?)
        case below(Double, clear: Double?)
        case atMost(Double, clear: Double?)
        case outside(low: Double, high: Double)
        case between(low: Double, high: Double)
        case equals(RuleValue)
        case differs(RuleValue)

        /// Whether a value meets it; a value of another kind than the one asked for does not.
        ///
        /// - Parameter isRaised: Whether the alert stands, so that `clear` counts.
        public func isMet(by value: RuleValue, isRaised: Bool) -> Bool {
            switch self {
            case .equals(let wanted): return value == wanted
            case .differs(let wanted): return value != wanted && value != .none && value != .other
            default: break
            }
            guard case .number(let number) = value else { return false }
            switch self {
            case .above(let limit, let clear): return number > (isRaised ? clear ?? limit : limit)
            case .atLeast(let limit, let clear):
                if isRaised, let clear { return number > clear }
                return number >= limit
            case .below(let limit, let clear): return number < (isRaised ? clear ?? limit : limit)
            case .atMost(let limit, let clear):
                if isRaised, let clear { return number < clear }
                return number <= limit
            case .outside(let low, let high): return number < low || number > high
            case .between(let low, let high): return number >= low && number <= high
            case .equals, .differs: return false
            }
        }

        /// Whether of two values the first is the more extreme; `nil` where values are not ranked.
        func isWorse(_ value: Double, than other: Double) -> Bool? {
            switch self {
            case .above, .atLeast: value > other
            case .below, .atMost: value < other
            case .outside(let low, let high):
                abs(value - (low + high) / 2) > abs(other - (low + high) / 2)
            case .between, .equals, .differs: nil
            }
        }
    }

    /// What numbers are compared with; `nil` for absence and areas.
    var comparison: Comparison? {
        switch kind {
        case .threshold(let comparison), .rate(let comparison, _): comparison
        case .absence, .area: nil
        }
    }
}
