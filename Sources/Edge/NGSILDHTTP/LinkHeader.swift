/// Reads `Link` header fields.
///
/// - Source: RFC 8288 section 3.
enum LinkHeader {
    static let contextRelation = "http://www.w3.org/ns/json-ld#context"

    /// The targets of the links to a JSON-LD context, in order.
    ///
    /// - Returns: `nil` when the field cannot be read.
    static func contexts(_ field: String) -> [String]? {
        var reader = Reader(field)
        var targets: [String] = []
        while true {
            reader.skipSpaceAndCommas()
            if reader.isAtEnd { return targets }
            guard reader.take(UInt8(ascii: "<")), let target = reader.text(until: UInt8(ascii: ">")) else { return nil }
            var isContext = false
            while reader.takeSeparator() {
                guard let name = reader.token() else { break }
                guard reader.takeEquals() else { continue }
                guard let value = reader.value() else { return nil }
                if name.lowercased() == "rel", value.split(separator: " ").contains(where: { $0 == contextRelation }) {
                    isContext = true
                }
            }
            if isContext { targets.append(target) }
            reader.skipSpace()
            if !reader.isAtEnd, !reader.isAtComma { return nil }
        }
    }

    private struct Reader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var isAtEnd: Bool { position >= bytes.count }
        var isAtComma: Bool { position < bytes.count && bytes[position] == UInt8(ascii: ",") }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

        mutating func skipSpace() {
            while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        }

        mutating func skipSpaceAndCommas() {
            while position < bytes.count, Self.isSpace(bytes[position]) || bytes[position] == UInt8(ascii: ",") {
                position += 1
            }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func takeSeparator() -> Bool {
            skipSpace()
            guard take(UInt8(ascii: ";")) else { return false }
            skipSpace()
            return true
        }

        mutating func takeEquals() -> Bool {
            skipSpace()
            guard take(UInt8(ascii: "=")) else { return false }
            skipSpace()
            return true
        }

        /// The text up to a byte, which is passed over too; `nil` when the byte does not come.
        mutating func text(until end: UInt8) -> String? {
            guard let stop = bytes[position...].firstIndex(of: end) else { return nil }
            defer { position = stop + 1 }
            return String(decoding: bytes[position..<stop], as: UTF8.self)
        }

        mutating func token() -> String? {
            let start = position
            while position < bytes.count, !Self.isSpace(bytes[position]),
                !",;=\"<>".utf8.contains(bytes[position])
            {
                position += 1
            }
            return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
        }

        /// A token, or a quoted string without its quotes.
        mutating func value() -> String? {
            guard take(UInt8(ascii: "\"")) else { return token() }
            var content: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == UInt8(ascii: "\"") { return String(decoding: content, as: UTF8.self) }
                if byte == UInt8(ascii: "\\"), position < bytes.count {
                    content.append(bytes[position])
                    position += 1
                } else {
                    content.append(byte)
                }
            }
            return nil
        }
    }
}
