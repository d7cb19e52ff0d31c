/// Reads numbers out of an entity's bytes.
enum NumberText {
    private static let powersOfTen: InlineArray<20, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    ]

    /// The nearest double to the JSON number in the range, or `nil` when it is none or is not finite.
    ///
    /// - Source: the exact fast path of Clinger (1990): a mantissa below 2^53 over a power of ten up to 10^22.
    static func double(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Double? {
        var index = start
        guard let (value, isExact) = scan(bytes, &index, end), index == end || !isExact else { return nil }
        return isExact ? value : slow(bytes, start, end)
    }

    /// Reads digits with an optional sign and fraction and moves `index` behind them.
    ///
    /// - Returns: `nil` when no digit is there; not exact when there are too many digits or an exponent follows.
    @inline(__always)
    static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ end: Int
    ) -> (value: Double, isExact: Bool)? {
        let isNegative = index < end && bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let first = index
        var mantissa: UInt64 = 0
        var scale = 0
        while index < end, bytes[index] &- UInt8(ascii: "0") < 10 {
            mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- UInt8(ascii: "0"))
            index += 1
        }
        var digits = index - first
        if digits > 0, index < end, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            while index < end, bytes[index] &- UInt8(ascii: "0") < 10 {
                mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- UInt8(ascii: "0"))
                index += 1
            }
            scale = index - fraction
            if scale == 0 { return nil }
            digits += scale
        }
        guard digits > 0 else { return nil }
        let hasExponent = index < end && bytes[index] | 0x20 == UInt8(ascii: "e")
        // 19 digits fit 64 bits; below 2^53 the quotient is rounded once.
        guard digits <= 19, mantissa < 1 << 53, !hasExponent else { return (0, false) }
        let value = Double(mantissa) / powersOfTen[scale]
        return (isNegative ? -value : value, true)
    }

    private static func slow(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Double? {
        guard let value = Double(String(decoding: bytes[start..<end], as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }
}
