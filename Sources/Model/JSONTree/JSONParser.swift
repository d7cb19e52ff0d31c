/// Turns bytes into the tape of a `JSONDocument`, checking RFC 8259 on the way.
enum JSONParser {
    static func parse(_ bytes: [UInt8], limits: JSONDocument.Limits) throws(JSONParseError) -> JSONDocument {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONParseError) -> JSONDocument in
            let longest = min(limits.length, TapeEntry.maximumTextLength)
            guard buffer.count <= longest else {
                throw JSONParseError(reason: .tooLong(limit: longest), offset: 0, line: 1, column: 1)
            }
            guard let base = buffer.baseAddress, buffer.count > 0 else {
                throw JSONParseError(reason: .empty, offset: 0, line: 1, column: 1)
            }
            var writer = TapeWriter(bytes)
            var hasSpace = false
            try parse(JSONScanner(input: base, count: buffer.count), limits.depth, &writer, &hasSpace)
            // The array keeps its bytes in place as long as the tape holds it unchanged.
            return JSONDocument(tape: writer.tape, text: base, entryCount: writer.used, hasSpace: hasSpace)
        }
    }

    /// While a container is open, its entry holds the index of the container around it; so there is no recursion.
    private static func parse(
        _ scanner: JSONScanner, _ depthLimit: Int, _ output: inout TapeWriter, _ hasInnerSpace: inout Bool
    ) throws(JSONParseError) {
        // Locals, which stay in registers.
        var writer = output
        var hasSpace = false
        defer { output = writer }
        let (input, count) = (scanner.input, scanner.count)
        var position = scanner.skipSpace(0, &hasSpace)
        guard position < count else { throw scanner.failure(.empty, at: position) }
        hasSpace = false
        var current = noContainer
        var isObject = false
        var depth = 0
        while true {
            // A value starts here.
            guard position < count else { throw scanner.failure(.unexpectedEnd, at: position) }
            let byte = input[position]
            if byte == UInt8(ascii: "\"") {
                position = try string(position, scanner, &writer)
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
                guard depth <= depthLimit else { throw scanner.failure(.tooDeep(limit: depthLimit), at: position) }
                current = writer.push(start: position, current)
                isObject = byte == UInt8(ascii: "{")
                position = scanner.skipSpace(position + 1, &hasSpace)
                guard position < count else { throw scanner.failure(.unexpectedEnd, at: position) }
                // The closing bracket stands two after the opening one in ASCII.
                if input[position] != byte + 2 {
                    if isObject { position = try key(position, scanner, &writer, &hasSpace) }
                    continue
                }
            } else if byte == UInt8(ascii: "-") || scanner.isDigit(byte) {
                var isInteger = false
                let end = try scanner.endOfNumber(position, &isInteger)
                writer.push(start: position, end: end, isMarked: isInteger)
                position = end
            } else {
                let end = try scanner.endOfLiteral(position)
                writer.push(start: position, end: end, isMarked: false)
                position = end
            }
            // A value, or the inside of a container, has ended here.
            while true {
                if current == noContainer {
                    hasInnerSpace = hasSpace
                    position = scanner.skipSpace(position, &hasSpace)
                    guard position == count else { throw scanner.failure(.trailingContent, at: position) }
                    return
                }
                position = scanner.skipSpace(position, &hasSpace)
                guard position < count else { throw scanner.failure(.unexpectedEnd, at: position) }
                let byte = input[position]
                if byte == UInt8(ascii: ",") {
                    position = scanner.skipSpace(position + 1, &hasSpace)
                    if isObject { position = try key(position, scanner, &writer, &hasSpace) }
                    break
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw scanner.failure(.unexpectedByte(byte), at: position)
                }
                let closed = current
                current = writer.close(closed, at: position)
                position += 1
                depth -= 1
                if isObject { try refuseDuplicateKeys(of: Int(closed), scanner, writer.entries, writer.used) }
                isObject = current != noContainer && input[writer.start(current)] == UInt8(ascii: "{")
            }
        }
    }

    private static let noContainer = UInt32.max

    @inline(__always)
    private static func string(
        _ start: Int, _ scanner: JSONScanner, _ writer: inout TapeWriter
    ) throws(JSONParseError) -> Int {
        var hasEscapes = false
        let end = try scanner.endOfString(start, &hasEscapes) + 1
        writer.push(start: start, end: end, isMarked: hasEscapes)
        return end
    }

    /// A key and the colon after it; returns where the value starts.
    @inline(__always)
    private static func key(
        _ start: Int, _ scanner: JSONScanner, _ writer: inout TapeWriter, _ hasSpace: inout Bool
    ) throws(JSONParseError) -> Int {
        let (input, count) = (scanner.input, scanner.count)
        guard start < count else { throw scanner.failure(.unexpectedEnd, at: start) }
        guard input[start] == UInt8(ascii: "\"") else {
            throw scanner.failure(.unexpectedByte(input[start]), at: start)
        }
        let position = scanner.skipSpace(try string(start, scanner, &writer), &hasSpace)
        guard position < count else { throw scanner.failure(.unexpectedEnd, at: position) }
        guard input[position] == UInt8(ascii: ":") else {
            throw scanner.failure(.unexpectedByte(input[position]), at: position)
        }
        return scanner.skipSpace(position + 1, &hasSpace)
    }

    @inline(__always)
    private static func refuseDuplicateKeys(
        of object: Int, _ scanner: JSONScanner, _ entries: UnsafeMutablePointer<TapeEntry>, _ used: Int
    ) throws(JSONParseError) {
        let (firstKey, closing) = (object + 1, used - 1)
        // With one member at most there is nothing to compare.
        guard firstKey < closing, entries[firstKey + 1].next(after: firstKey + 1) < closing else { return }
        let search = DuplicateKeySearch(input: scanner.input, count: scanner.count, entries: UnsafePointer(entries))
        let repeated = search.firstRepeatedKey(from: firstKey, to: closing)
        guard repeated >= 0 else { return }
        let text = String(decoding: search.content(of: repeated), as: UTF8.self)
        throw scanner.failure(.duplicateKey(text), at: Int(entries[repeated].start))
    }
}
