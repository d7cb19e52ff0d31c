import NGSILDModel

/// Term numbers as they stand in an entity's bytes where compacted names go: a mark and four bytes, lowest first.
enum StoredTerm {
    static let mark: UInt8 = 0x01
    static let length = 5

    /// Whether `body` accepts the term that stands there, or one of the terms of an array.
    static func contains(
        in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, where body: (TermID) -> Bool
    ) -> Bool {
        let end = min(range.upperBound, bytes.count)
        var index = max(0, range.lowerBound)
        if index < end, bytes[index] == UInt8(ascii: "[") { index += 1 }
        while index + length <= end, bytes[index] == mark {
            var number: UInt32 = 0
            for offset in 1..<length { number |= UInt32(bytes[index + offset]) << UInt32(8 * (offset - 1)) }
            if body(TermID(number)) { return true }
            index += length + 1  // the comma or bracket
        }
        return false
    }
}
