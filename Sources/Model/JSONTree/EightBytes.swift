/// Eight bytes looked at as one number.
struct EightBytes {
    private let word: UInt64

    /// Eight bytes must be readable.
    @inline(__always)
    init(at start: UnsafePointer<UInt8>) {
        word = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// 0 when all bytes are ASCII that stands for itself in a JSON string; otherwise the lowest bit set is in the first
    /// byte that is a quote, a backslash, a control character or not ASCII. Bits above may be set for no reason.
    ///
    /// - Source: "haszero" and "hasless" of S. E. Anderson, "Bit Twiddling Hacks".
    @inline(__always)
    var special: UInt64 { (candidates | word) & EightBytes.highs }

    /// The same, where bytes beyond ASCII stand for themselves.
    @inline(__always)
    var needsEscape: UInt64 { candidates & EightBytes.highs }

    @inline(__always)
    private var candidates: UInt64 {
        let quote = word ^ (EightBytes.ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (EightBytes.ones &* UInt64(UInt8(ascii: "\\")))
        let isQuote = (quote &- EightBytes.ones) & ~quote
        let isBackslash = (backslash &- EightBytes.ones) & ~backslash
        let isControl = (word &- EightBytes.ones &* 0x20) & ~word
        return isQuote | isBackslash | isControl
    }
}
