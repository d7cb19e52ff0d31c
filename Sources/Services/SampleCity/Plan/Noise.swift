/// Randomness that can be asked for any place in its sequence: the same seed and question give the same answer.
struct Noise: Sendable {
    let seed: UInt64

    /// - Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    func bits(_ stream: UInt64, _ index: Int64) -> UInt64 {
        var z = seed &+ stream &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: index) &* 0xD1B5_4A32_D192_ED03
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to but not including 1.
    func unit(_ stream: UInt64, _ index: Int64 = 0) -> Double { Double(bits(stream, index) >> 11) * 0x1p-53 }

    /// A value in a range.
    func value(_ stream: UInt64, _ index: Int64 = 0, in range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit(stream, index) * (range.upperBound - range.lowerBound)
    }

    /// A number from 0 to `count - 1`; 0 for an empty range.
    func pick(_ stream: UInt64, _ index: Int64 = 0, of count: Int) -> Int {
        count > 0 ? Int(bits(stream, index) % UInt64(count)) : 0
    }

    /// A curve through time from -1 to 1 without jumps, which changes its course once a period.
    func drift(_ stream: UInt64, at time: CityTime, period: Int64) -> Double {
        let (slot, rest) = time.milliseconds.floorDivided(by: period)
        let u = Double(rest) / Double(period)
        let ease = u * u * (3 - 2 * u)
        return (unit(stream, slot) * (1 - ease) + unit(stream, slot + 1) * ease) * 2 - 1
    }
}

/// The streams of randomness, one for each purpose; an entity's number goes into the lower bits.
enum Stream {
    static let plan: UInt64 = 1 << 40
    static let place: UInt64 = 2 << 40
    static let air: UInt64 = 3 << 40
    static let traffic: UInt64 = 4 << 40
    static let bus: UInt64 = 5 << 40
    static let parking: UInt64 = 6 << 40
    static let light: UInt64 = 7 << 40
    static let robot: UInt64 = 8 << 40
    static let drone: UInt64 = 9 << 40
    static let crowd: UInt64 = 10 << 40
    static let waste: UInt64 = 11 << 40
    static let weather: UInt64 = 12 << 40

    static func of(_ purpose: UInt64, _ number: Int, _ aspect: Int = 0) -> UInt64 {
        purpose + UInt64(aspect) << 32 + UInt64(number)
    }
}
