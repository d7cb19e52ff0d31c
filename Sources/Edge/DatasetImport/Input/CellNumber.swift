/// Reads numbers out of cells without making a `String` of each.
package enum CellNumber {
    /// What the bytes of a cell are as a number.
    enum Reading: Equatable {
        /// Written as JSON writes numbers; the bytes can be copied into JSON as they are.
        case json
        /// A number in another spelling, such as `+5` or `.5`.
        case other(Double)
        case notANumber
    }

    /// Whether the bytes follow JSON's grammar of numbers, without an exponent and short enough to be finite.
    @inline(__always)
    static func isPlainJSON(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        let count = cell.count
        guard count > 0, count <= 32 else { return false }
        if cell[0] == UInt8(ascii: "-") { index = 1 }
        let first = index
        while index < count, isDigit(cell[index]) { index += 1 }
        let digits = index - first
        guard digits > 0, digits == 1 || cell[first] != UInt8(ascii: "0") else { return false }
        if index == count { return true }
        guard cell[index] == UInt8(ascii: "."), index + 1 < count else { return false }
        index += 1
        while index < count, isDigit(cell[index]) { index += 1 }
        return index == count
    }

    static func read(_ cell: UnsafeBufferPointer<UInt8>) -> Reading {
        if isPlainJSON(cell) { return .json }
        guard let value = double(cell) else { return .notANumber }
        return .other(value)
    }

    /// The number in a cell, or `nil` when there is none or it is not finite.
    package static func double(_ cell: UnsafeBufferPointer<UInt8>, decimalComma: Bool = false) -> Double? {
        guard cell.count > 0, cell.count <= 64 else { return nil }
        if !decimalComma, let quick = quickDouble(cell) { return quick }
        // Letters would let "nan", "inf" and hexadecimal pass; only the e of an exponent may stand.
        guard cell.allSatisfy({ isDigit($0) || "+-.,eE".utf8.contains($0) }) else { return nil }
        var text = String(decoding: cell, as: UTF8.self)
        if decimalComma {
            guard !text.contains(".") else { return nil }
            text = text.replacing(",", with: ".")
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// A plain decimal of at most 15 digits, exact after Clinger (1990): the mantissa and the power of ten both fit a
    /// double, so that one division rounds correctly.
    private static func quickDouble(_ cell: UnsafeBufferPointer<UInt8>) -> Double? {
        guard isPlainJSON(cell), cell.count <= 17 else { return nil }
        var mantissa: Int64 = 0
        var digits = 0
        var scale = 0
        var afterPoint = false
        for byte in cell {
            if byte == UInt8(ascii: ".") {
                afterPoint = true
            } else if byte != UInt8(ascii: "-") {
                mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
                digits += 1
                if afterPoint { scale += 1 }
            }
        }
        guard digits <= 15 else { return nil }
        let value = Double(mantissa) / powersOfTen[scale]
        return cell[0] == UInt8(ascii: "-") ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// A whole number of at most 18 digits, with a sign in front at most.
    @inline(__always)
    static func integer(_ cell: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        let count = cell.count
        guard count > 0 else { return nil }
        let isNegative = cell[0] == UInt8(ascii: "-")
        if isNegative || cell[0] == UInt8(ascii: "+") { index = 1 }
        guard index < count, count - index <= 18 else { return nil }
        var value = 0
        while index < count {
            guard isDigit(cell[index]) else { return nil }
            value = value * 10 + Int(cell[index] - UInt8(ascii: "0"))
            index += 1
        }
        return isNegative ? -value : value
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
