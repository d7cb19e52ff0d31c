/// Turns bytes into the tape of a `JSONDocument`, checking RFC 8259 on the way.
struct JSONParser {
    private let input: UnsafeBufferPointer<UInt8>
    private let limits: JSONDocument.Limits
    private var position = 0
    private var entries = ContiguousArray<JSONDocument.Entry>()

    static func parse(
        _ bytes: [UInt8], limits: JSONDocument.Limits
    ) throws(JSONParseError) -> ContiguousArray<JSONDocument.Entry> {
        let outcome: Result<ContiguousArray<JSONDocument.Entry>, JSONParseError> =
            bytes.withUnsafeBufferPointer { buffer in
                var parser = JSONParser(input: buffer, limits: limits)
                do throws(JSONParseError) {
                    try parser.parseDocument()
                    return .success(parser.entries)
                } catch {
                    return .failure(error)
                }
            }
        return try outcome.get()
    }

    private init(input: UnsafeBufferPointer<UInt8>, limits: JSONDocument.Limits) {
        self.input = input
        self.limits = limits
        entries.reserveCapacity(min(input.count / 8 + 4, 1 << 16))
    }

    private func failure(_ reason: JSONParseError.Reason, at offset: Int) -> JSONParseError {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, input.count) where input[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONParseError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }

    private mutating func parseDocument() throws(JSONParseError) {
        guard input.count <= min(limits.length, Int(UInt32.max)) else {
            throw failure(.tooLong(limit: limits.length), at: 0)
        }
        skipSpace()
        guard position < input.count else { throw failure(.empty, at: position) }
        try parseValue(depth: 0)
        skipSpace()
        guard position == input.count else { throw failure(.trailingContent, at: position) }
    }

    @inline(__always)
    private mutating func skipSpace() {
        while position < input.count {
            switch input[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONParseError) {
        guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
        switch input[position] {
        case UInt8(ascii: "{"): try parseObject(depth: depth + 1)
        case UInt8(ascii: "["): try parseArray(depth: depth + 1)
        case UInt8(ascii: "\""): try parseString()
        case UInt8(ascii: "t"): try parseLiteral("true", .true)
        case UInt8(ascii: "f"): try parseLiteral("false", .false)
        case UInt8(ascii: "n"): try parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
        case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "+"), UInt8(ascii: "."):
            throw failure(.badNumber, at: position)
        default: throw failure(.unexpectedByte(input[position]), at: position)
        }
    }

    /// Puts a container on the tape; its length and `next` are filled in by `close`.
    private mutating func open(_ kind: JSONDocument.Kind, depth: Int) throws(JSONParseError) -> Int {
        guard depth <= limits.depth else { throw failure(.tooDeep(limit: limits.depth), at: position) }
        entries.append(
            .init(start: UInt32(position), length: 0, next: 0, kind: kind, hasEscapes: false, isInteger: false))
        position += 1
        return entries.count - 1
    }

    private mutating func close(_ index: Int) {
        position += 1
        entries[index].length = UInt32(position) - entries[index].start
        entries[index].next = UInt32(entries.count)
    }

    private mutating func parseArray(depth: Int) throws(JSONParseError) {
        let index = try open(.array, depth: depth)
        skipSpace()
        if position < input.count, input[position] == UInt8(ascii: "]") {
            close(index)
            return
        }
        while true {
            skipSpace()
            try parseValue(depth: depth)
            skipSpace()
            guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
            if input[position] == UInt8(ascii: ",") {
                position += 1
            } else if input[position] == UInt8(ascii: "]") {
                close(index)
                return
            } else {
                throw failure(.unexpectedByte(input[position]), at: position)
            }
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONParseError) {
        let index = try open(.object, depth: depth)
        skipSpace()
        if position < input.count, input[position] == UInt8(ascii: "}") {
            close(index)
            return
        }
        var memberCount = 0
        while true {
            skipSpace()
            guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
            guard input[position] == UInt8(ascii: "\"") else {
                throw failure(.unexpectedByte(input[position]), at: position)
            }
            try parseString()
            memberCount += 1
            skipSpace()
            guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
            guard input[position] == UInt8(ascii: ":") else {
                throw failure(.unexpectedByte(input[position]), at: position)
            }
            position += 1
            skipSpace()
            try parseValue(depth: depth)
            skipSpace()
            guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
            if input[position] == UInt8(ascii: ",") {
                position += 1
            } else if input[position] == UInt8(ascii: "}") {
                close(index)
                try refuseDuplicateKeys(of: index, memberCount: memberCount)
                return
            } else {
                throw failure(.unexpectedByte(input[position]), at: position)
            }
        }
    }

    private func refuseDuplicateKeys(of object: Int, memberCount: Int) throws(JSONParseError) {
        guard memberCount > 1 else { return }
        if memberCount <= 16 {
            try withKeyIndexes(of: object) { keys, count throws(JSONParseError) in
                for later in 1..<count {
                    for earlier in 0..<later where sameKey(keys[earlier], keys[later]) {
                        throw duplicate(keys[later])
                    }
                }
            }
        } else {
            var seen = Set<[UInt8]>(minimumCapacity: memberCount)
            var index = object + 1
            let end = Int(entries[object].next)
            while index < end {
                if !seen.insert(keyBytes(index)).inserted { throw duplicate(index) }
                index = Int(entries[index + 1].next)
            }
        }
    }

    private func withKeyIndexes(
        of object: Int, _ body: (InlineArray<16, Int>, Int) throws(JSONParseError) -> Void
    ) throws(JSONParseError) {
        var keys = InlineArray<16, Int>(repeating: 0)
        var count = 0
        var index = object + 1
        let end = Int(entries[object].next)
        while index < end {
            keys[count] = index
            count += 1
            index = Int(entries[index + 1].next)
        }
        try body(keys, count)
    }

    private func duplicate(_ key: Int) -> JSONParseError {
        failure(.duplicateKey(String(decoding: keyBytes(key), as: UTF8.self)), at: Int(entries[key].start))
    }

    private func sameKey(_ left: Int, _ right: Int) -> Bool {
        let a = entries[left]
        let b = entries[right]
        if a.hasEscapes || b.hasEscapes { return keyBytes(left) == keyBytes(right) }
        guard a.length == b.length else { return false }
        var offset = 0
        while offset < Int(a.length) {
            if input[Int(a.start) + offset] != input[Int(b.start) + offset] { return false }
            offset += 1
        }
        return true
    }

    private func keyBytes(_ index: Int) -> [UInt8] {
        let entry = entries[index]
        let content = Array(input[Int(entry.start) + 1..<Int(entry.start + entry.length) - 1])
        return entry.hasEscapes ? JSONEscapes.resolve(content[...]) : content
    }

    private mutating func parseLiteral(_ text: StaticString, _ kind: JSONDocument.Kind) throws(JSONParseError) {
        let count = text.utf8CodeUnitCount
        for offset in 0..<count {
            guard position + offset < input.count else { throw failure(.unexpectedEnd, at: position + offset) }
            guard input[position + offset] == text.utf8Start[offset] else {
                throw failure(.unexpectedByte(input[position + offset]), at: position + offset)
            }
        }
        push(kind, start: position, length: count)
        position += count
    }

    private mutating func push(
        _ kind: JSONDocument.Kind, start: Int, length: Int, hasEscapes: Bool = false, isInteger: Bool = false
    ) {
        entries.append(
            .init(
                start: UInt32(start), length: UInt32(length), next: UInt32(entries.count + 1), kind: kind,
                hasEscapes: hasEscapes, isInteger: isInteger))
    }

    private mutating func parseNumber() throws(JSONParseError) {
        let start = position
        var isInteger = true
        if input[position] == UInt8(ascii: "-") { position += 1 }
        guard position < input.count else { throw failure(.unexpectedEnd, at: position) }
        if input[position] == UInt8(ascii: "0") {
            position += 1
            if position < input.count, isDigit(input[position]) { throw failure(.badNumber, at: start) }
        } else {
            try skipDigits(from: start)
        }
        if position < input.count, input[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(from: start)
        }
        if position < input.count, input[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < input.count, input[position] == UInt8(ascii: "+") || input[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(from: start)
        }
        push(.number, start: start, length: position - start, isInteger: isInteger)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func skipDigits(from start: Int) throws(JSONParseError) {
        let first = position
        while position < input.count, isDigit(input[position]) { position += 1 }
        guard position > first else {
            throw position < input.count
                ? failure(.badNumber, at: start) : failure(.unexpectedEnd, at: position)
        }
    }

    private mutating func parseString() throws(JSONParseError) {
        let start = position
        var hasEscapes = false
        var index = position + 1
        while true {
            guard index < input.count else { throw failure(.unexpectedEnd, at: index) }
            let byte = input[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try skipEscape(at: index)
            } else if byte < 0x20 {
                throw failure(.controlCharacter, at: index)
            } else if byte < 0x80 {
                index += 1
            } else {
                index = try skipMultibyte(at: index)
            }
        }
        position = index + 1
        push(.string, start: start, length: position - start, hasEscapes: hasEscapes)
    }

    private func skipEscape(at index: Int) throws(JSONParseError) -> Int {
        guard index + 1 < input.count else { throw failure(.unexpectedEnd, at: index + 1) }
        switch input[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(at: index)
            if unit >= 0xDC00, unit < 0xE000 { throw failure(.badEscape, at: index) }
            guard unit >= 0xD800, unit < 0xDC00 else { return index + 6 }
            guard index + 7 < input.count, input[index + 6] == UInt8(ascii: "\\"), input[index + 7] == UInt8(ascii: "u")
            else { throw failure(.badEscape, at: index) }
            let low = try codeUnit(at: index + 6)
            guard low >= 0xDC00, low < 0xE000 else { throw failure(.badEscape, at: index + 6) }
            return index + 12
        default: throw failure(.badEscape, at: index)
        }
    }

    private func codeUnit(at index: Int) throws(JSONParseError) -> UInt16 {
        guard index + 5 < input.count else { throw failure(.unexpectedEnd, at: input.count) }
        var value: UInt16 = 0
        for offset in 2..<6 {
            guard let digit = JSONEscapes.hexValue(input[index + offset]) else { throw failure(.badEscape, at: index) }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// Checks one multi-byte sequence: shortest form, no surrogates, at most U+10FFFF (RFC 3629).
    private func skipMultibyte(at index: Int) throws(JSONParseError) -> Int {
        let lead = input[index]
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, high) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF4: (length, high) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: throw failure(.badUTF8, at: index)
        }
        guard index + length <= input.count else { throw failure(.badUTF8, at: index) }
        guard input[index + 1] >= low, input[index + 1] <= high else { throw failure(.badUTF8, at: index) }
        for offset in 2..<max(2, length) where input[index + offset] & 0xC0 != 0x80 {
            throw failure(.badUTF8, at: index)
        }
        return index + length
    }
}
