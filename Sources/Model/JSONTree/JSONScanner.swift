/// Finds where tokens end, and judges them.
///
/// Invariant: `input` has `count` bytes, and none is read at or after `count`.
struct JSONScanner {
    let input: UnsafePointer<UInt8>
    let count: Int

    /// Where the next token starts, or `count`.
    @inline(__always)
    func skipSpace(_ start: Int, _ hasSpace: inout Bool) -> Int {
        guard start < count, input[start] <= 0x20 else { return start }
        hasSpace = true
        return endOfSpace(start)
    }

    private func endOfSpace(_ start: Int) -> Int {
        var position = start
        while position < count {
            switch input[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return position
            }
        }
        return position
    }

    /// The end of `true`, `false` or `null`.
    func endOfLiteral(_ start: Int) throws(JSONParseError) -> Int {
        let text: StaticString
        switch input[start] {
        case UInt8(ascii: "t"): text = "true"
        case UInt8(ascii: "f"): text = "false"
        case UInt8(ascii: "n"): text = "null"
        case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "+"), UInt8(ascii: "."):
            throw failure(.badNumber, at: start)
        default: throw failure(.unexpectedByte(input[start]), at: start)
        }
        for offset in 1..<text.utf8CodeUnitCount {
            guard start + offset < count else { throw failure(.unexpectedEnd, at: start + offset) }
            guard input[start + offset] == text.utf8Start[offset] else {
                throw failure(.unexpectedByte(input[start + offset]), at: start + offset)
            }
        }
        return start + text.utf8CodeUnitCount
    }

    @inline(never)
    func failure(_ reason: JSONParseError.Reason, at offset: Int) -> JSONParseError {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, count) where input[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONParseError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }
}
