/// A second JSON parser, written for plainness alone, which the real one is held against.
indirect enum ReferenceJSON: Equatable {
    case object([[UInt8]: ReferenceJSON])
    case array([ReferenceJSON])
    case string([UInt8])
    case number(String)
    case word(String)

    /// `nil` when the bytes are not RFC 8259 JSON, have duplicate keys, or nest deeper than 64.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = ReferenceReader(rest: bytes[...])
        reader.skipSpace()
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        guard reader.rest.isEmpty else { return nil }
        self = value
    }
}

private struct ReferenceReader {
    var rest: ArraySlice<UInt8>

    mutating func skipSpace() {
        while let byte = rest.first, byte == 0x20 || (9...13 ~= byte && byte != 11 && byte != 12) { rest.removeFirst() }
    }

    mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    mutating func value(depth: Int) -> ReferenceJSON? {
        if let first = rest.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first {
            return ["true", "false", "null"].first { take($0) }.map { .word($0) }
        }
        if rest.first == UInt8(ascii: "\"") { return string().map { .string($0) } }
        if take("[") { return depth < 64 ? array(depth: depth + 1) : nil }
        if take("{") { return depth < 64 ? object(depth: depth + 1) : nil }
        return number()
    }

    mutating func array(depth: Int) -> ReferenceJSON? {
        var elements: [ReferenceJSON] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            skipSpace()
            guard let element = value(depth: depth) else { return nil }
            elements.append(element)
            skipSpace()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    mutating func object(depth: Int) -> ReferenceJSON? {
        var members: [[UInt8]: ReferenceJSON] = [:]
        skipSpace()
        if take("}") { return .object([:]) }
        repeat {
            skipSpace()
            guard let key = string() else { return nil }
            skipSpace()
            guard take(":") else { return nil }
            skipSpace()
            guard let value = value(depth: depth), members.updateValue(value, forKey: key) == nil else { return nil }
            skipSpace()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    mutating func number() -> ReferenceJSON? {
        let start = rest
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let whole = digits()
        guard let first = whole.first, first != UInt8(ascii: "0") || whole.count == 1 else { return nil }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            if digits().isEmpty { return nil }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            if digits().isEmpty { return nil }
        }
        return .number(String(decoding: start.prefix(start.count - rest.count), as: UTF8.self))
    }

    mutating func digits() -> ArraySlice<UInt8> {
        let digits = rest.prefix { 0x30...0x39 ~= $0 }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var units: [UInt8] = []
        while let byte = rest.first {
            if byte == UInt8(ascii: "\"") {
                rest.removeFirst()
                return units
            }
            if byte < 0x20 { return nil }
            if byte != UInt8(ascii: "\\") {
                units.append(byte)
                rest.removeFirst()
                continue
            }
            if take("\\u") {
                guard let scalar = escapedScalar() else { return nil }
                units += String(Character(scalar)).utf8
            } else {
                rest.removeFirst()
                let named: [UInt8: UInt8] = [
                    0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
                ]
                guard let name = rest.popFirst(), let meaning = named[name] else { return nil }
                units.append(meaning)
            }
        }
        return nil
    }

    mutating func escapedScalar() -> Unicode.Scalar? {
        guard let high = codeUnit() else { return nil }
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800..<0xDC00).contains(high), take("\\u"), let low = codeUnit(), (0xDC00..<0xE000).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(high - 0xD800) << 10) + UInt32(low - 0xDC00))
    }

    mutating func codeUnit() -> UInt16? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        rest = rest.dropFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
