// Links the C mathematics library that rounding and square roots are compiled to.
import FoundationEssentials

/// How a concentration is made ready to be looked up.
enum ConcentrationRounding: Sendable, Hashable {
    case none
    /// Digits after the last decimal are cut off (US EPA).
    case truncated(decimals: Int)
    /// To the nearest, ties to the even digit (GB/T 8170).
    case halfToEven(decimals: Int)
    /// To the nearest, ties up.
    case halfUp(decimals: Int)

    private static let powers: [Double] = [1, 10, 100, 1_000]

    /// Rounds a concentration that is not negative.
    ///
    /// A millionth of the last digit is forgiven, so that 9.1, which no binary number is exactly, stays 9.1.
    func callAsFunction(_ value: Double) -> Double {
        switch self {
        case .none: return value
        case .truncated(let decimals):
            let power = Self.powers[decimals]
            return (value * power + 1e-6).rounded(.down) / power
        case .halfUp(let decimals):
            let power = Self.powers[decimals]
            return (value * power + 0.5 + 1e-6).rounded(.down) / power
        case .halfToEven(let decimals):
            let power = Self.powers[decimals]
            let snapped = (value * power * 1e6).rounded() / 1e6
            return snapped.rounded(.toNearestOrEven) / power
        }
    }
}

/// How a calculated index becomes whole.
enum IndexRounding: Sendable, Hashable {
    /// To the nearest, ties up.
    case nearest
    /// Any fraction counts as one more (HJ 633).
    case up

    func callAsFunction(_ value: Double) -> Int {
        switch self {
        case .nearest: Int((value + 0.5 + 1e-9).rounded(.down))
        case .up: Int((value - 1e-9).rounded(.up))
        }
    }
}
