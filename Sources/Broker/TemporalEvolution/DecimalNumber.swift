/// A JSON number as a whole number and its decimals, so that the very text comes back: `-12.50` is -1250 with 2.
struct DecimalNumber: Hashable {
    let mantissa: Int64
    let decimals: UInt8

    static let digitLimit = 18

    /// - Returns: `nil` for anything but a number without exponent and of at most 18 digits, and for a negative zero.
    init?(_ text: UnsafeRawBufferPointer) {
        var value: Int64 = 0
        var digits = 0
        var point: Int?
        let isNegative = text.first == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        let start = index
        while index < text.count {
            let byte = text[index]
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits += 1
                if digits > Self.digitLimit { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            } else if byte == UInt8(ascii: "."), point == nil, index > start {
                point = index
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0, point != text.count - 1 else { return nil }
        // A zero before other digits is not JSON, and would not come back.
        if text[start] == UInt8(ascii: "0"), (point ?? text.count) > start + 1 { return nil }
        if isNegative, value == 0 { return nil }
        mantissa = isNegative ? -value : value
        decimals = UInt8(point.map { text.count - 1 - $0 } ?? 0)
    }

    init(mantissa: Int64, decimals: UInt8) {
        self.mantissa = mantissa
        self.decimals = decimals
    }

    /// The mantissa with more decimals, `nil` when it does not fit.
    func scaled(to target: UInt8) -> Int64? {
        var result = mantissa
        guard target >= decimals else { return nil }
        for _ in decimals..<target {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        return result
    }

    /// The number that `scaled(to:)` was made from; `nil` when there is none.
    static func unscaled(_ scaled: Int64, from: UInt8, decimals: UInt8) -> DecimalNumber? {
        guard from >= decimals, from <= Self.digitLimit else { return nil }
        var mantissa = scaled
        for _ in decimals..<from {
            guard mantissa % 10 == 0 else { return nil }
            mantissa /= 10
        }
        return DecimalNumber(mantissa: mantissa, decimals: decimals)
    }

    func append(to output: inout [UInt8]) {
        if mantissa < 0 { output.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { digits in
            var rest = mantissa.magnitude
            var count = 0
            while rest > 0 || count <= Int(decimals) {
                digits[count] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
                count += 1
                if count == 24 { break }
            }
            for place in (0..<count).reversed() {
                output.append(digits[place])
                if place == Int(decimals), place > 0 { output.append(UInt8(ascii: ".")) }
            }
        }
    }
}
