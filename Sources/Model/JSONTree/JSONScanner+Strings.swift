extension JSONScanner {
    /// The place of the quote that ends the string whose opening quote is at `start`.
    @inline(__always)
    func endOfString(_ start: Int, _ hasEscapes: inout Bool) throws(JSONParseError) -> Int {
        var position = start + 1
        while true {
            // Eight plain bytes at a time.
            while position + 8 <= count {
                let special = EightBytes(at: input + position).special
                if special == 0 {
                    position += 8
                } else {
                    position += special.trailingZeroBitCount / 8
                    break
                }
            }
            guard position < count else { throw failure(.unexpectedEnd, at: position) }
            let byte = input[position]
            if byte == UInt8(ascii: "\"") { return position }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position = try endOfEscape(position)
            } else if byte < 0x20 {
                throw failure(.controlCharacter, at: position)
            } else if byte < 0x80 {
                position += 1
            } else {
                position = try endOfMultibyte(position)
            }
        }
    }

    private func endOfEscape(_ start: Int) throws(JSONParseError) -> Int {
        guard start + 1 < count else { throw failure(.unexpectedEnd, at: start + 1) }
        switch input[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(start)
            if unit >= 0xDC00, unit < 0xE000 { throw failure(.badEscape, at: start) }
            guard unit >= 0xD800, unit < 0xDC00 else { return start + 6 }
            guard start + 7 < count, input[start + 6] == UInt8(ascii: "\\"), input[start + 7] == UInt8(ascii: "u")
            else { throw failure(.badEscape, at: start) }
            let low = try codeUnit(start + 6)
            guard low >= 0xDC00, low < 0xE000 else { throw failure(.badEscape, at: start + 6) }
            return start + 12
        default: throw failure(.badEscape, at: start)
        }
    }

    private func codeUnit(_ start: Int) throws(JSONParseError) -> UInt16 {
        var value: UInt16 = 0
        for offset in 2..<6 {
            guard start + offset < count else { throw failure(.unexpectedEnd, at: count) }
            guard let digit = JSONEscapes.hexValue(input[start + offset]) else { throw failure(.badEscape, at: start) }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The end of a run of multi-byte sequences: shortest form, no surrogates, at most U+10FFFF (RFC 3629).
    private func endOfMultibyte(_ start: Int) throws(JSONParseError) -> Int {
        var position = start
        repeat {
            let length: Int
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            switch input[position] {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, low) = (3, 0xA0)
            case 0xED: (length, high) = (3, 0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, low) = (4, 0x90)
            case 0xF4: (length, high) = (4, 0x8F)
            case 0xF1...0xF3: length = 4
            default: throw failure(.badUTF8, at: position)
            }
            guard position + length <= count, input[position + 1] >= low, input[position + 1] <= high,
                length < 3 || input[position + 2] & 0xC0 == 0x80, length < 4 || input[position + 3] & 0xC0 == 0x80
            else { throw failure(.badUTF8, at: position) }
            position += length
        } while position < count && input[position] >= 0x80
        return position
    }
}
