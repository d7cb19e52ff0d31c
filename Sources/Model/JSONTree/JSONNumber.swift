#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads numbers that the parser has already found well formed.
enum JSONNumber {
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The nearest double, or `nil` when it would be infinite.
    ///
    /// - Source: the exact fast path of Clinger (1990): a mantissa below 2^53 times or over a power of ten up to 10^22.
    static func double(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var index = range.lowerBound
        var negative = false
        if bytes[index] == UInt8(ascii: "-") {
            negative = true
            index += 1
        }
        var afterPoint = false
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                afterPoint = true
            } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
                mantissa = mantissa &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
                if mantissa > 0 { digits += 1 }
                if afterPoint { scale += 1 }
                if digits > 15 { return slow(bytes, range) }
            } else {
                return slow(bytes, range)
            }
            index += 1
        }
        guard scale <= 22 else { return slow(bytes, range) }
        let value = Double(mantissa) / powersOfTen[scale]
        return negative ? -value : value
    }

    private static func slow(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
