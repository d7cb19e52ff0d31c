/// Widens or narrows intervals so that they hold as many outcomes as they promise, whatever has changed since learning.
///
/// Each outcome outside of its interval raises the coverage that is asked for the next, each inside lowers it a little.
///
/// - Source: Gibbs and Candès (2021), Adaptive Conformal Inference Under Distribution Shift.
public struct AdaptiveCoverage: Sendable, Equatable {
    /// The share of outcomes that intervals are to hold.
    public let wanted: Double
    /// How far one outcome moves the coverage; default 0.005, which forgets in about 200 outcomes.
    public let rate: Double
    /// The coverage to ask for now.
    public private(set) var asked: Double

    /// - Parameters:
    ///   - wanted: 0.5 to 0.99; others are moved to the nearest of these.
    ///   - rate: 0 to 0.1.
    ///   - asked: What was asked for last, 0.5 to 0.998; `wanted` without it.
    public init(wanted: Double = 0.9, rate: Double = 0.005, asked: Double? = nil) {
        self.wanted = min(max(wanted, 0.5), 0.99)
        self.rate = min(max(rate, 0), 0.1)
        self.asked = min(max(asked ?? self.wanted, 0.5), 0.998)
    }

    /// Takes in whether an outcome lay inside of its interval.
    public mutating func observe(isInside: Bool) {
        asked = min(0.998, max(0.5, asked + rate * (isInside ? wanted - 1 : wanted)))
    }
}
