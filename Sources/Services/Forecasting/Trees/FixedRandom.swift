/// A recurrence of pseudo-random numbers (PCG, O'Neill 2014, the XSH RR variant) with a fixed start.
struct FixedRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }

    mutating func next() -> UInt32 {
        let old = state
        state = old &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let shifted = UInt32(truncatingIfNeeded: ((old >> 18) ^ old) >> 27)
        let turn = UInt32(truncatingIfNeeded: old >> 59)
        return (shifted >> turn) | (shifted << ((~turn &+ 1) & 31))
    }

    /// From 0 up to, and without, a bound above 0.
    mutating func next(below bound: Int) -> Int { Int((UInt64(next()) &* UInt64(max(1, bound))) >> 32) }
}
