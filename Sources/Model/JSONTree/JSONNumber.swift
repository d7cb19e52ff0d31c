/// Reads numbers that the parser has already found well formed.
enum JSONNumber {
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The nearest double, or `nil` when it would be infinite.
    ///
    /// - Source: the exact fast path of Clinger (1990): a mantissa below 2^53 times or over a power of ten up to 10^22.
    static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var isAfterPoint = false
        let isNegative = text.first == UInt8(ascii: "-")
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            if byte == UInt8(ascii: ".") {
                isAfterPoint = true
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return slowDouble(text) }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa > 0 { digits += 1 }
            if isAfterPoint { scale += 1 }
            if digits > 15 { return slowDouble(text) }
        }
        guard scale < powersOfTen.count else { return slowDouble(text) }
        let value = Double(mantissa) / powersOfTen[scale]
        return isNegative ? -value : value
    }

    private static func slowDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The integer, or `nil` when it does not fit.
    static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        let isNegative = text.first == UInt8(ascii: "-")
        var value = 0
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            let digit = Int(byte &- UInt8(ascii: "0"))
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, isOver) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            if isTooLarge || isOver { return nil }
            value = next
        }
        return value
    }
}
