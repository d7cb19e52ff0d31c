/// Reads the tags of an XML document one after the other: enough for SUMO's files, which keep everything in attributes.
///
/// Text, comments and declarations are passed over. Broken markup ends the sequence with an error; nothing is expanded
/// but the five named entities, so a hostile file costs no more than its own length.
struct XMLTags {
    struct Tag {
        var name: String
        var attributes: [String: String]
        var isEnd: Bool
        /// Whether it closes itself, as `<phase/>`.
        var isEmpty: Bool
    }

    struct Broken: Error, CustomStringConvertible {
        let byte: Int
        var description: String { "the XML is broken at byte \(byte)" }
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next tag, or `nil` at the end.
    mutating func next() throws -> Tag? {
        while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
            place = start + 1
            if starts(with: "!--") {
                try skip(past: "-->")
            } else if starts(with: "?") {
                try skip(past: "?>")
            } else if starts(with: "!") {
                try skip(past: ">")
            } else {
                return try tag()
            }
        }
        place = bytes.count
        return nil
    }

    private mutating func tag() throws -> Tag {
        let isEnd = starts(with: "/")
        if isEnd { place += 1 }
        let name = word()
        guard !name.isEmpty else { throw Broken(byte: place) }
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            guard place < bytes.count else { throw Broken(byte: place) }
            if bytes[place] == UInt8(ascii: ">") {
                place += 1
                return Tag(name: name, attributes: attributes, isEnd: isEnd, isEmpty: false)
            }
            if starts(with: "/>") {
                place += 2
                return Tag(name: name, attributes: attributes, isEnd: isEnd, isEmpty: true)
            }
            let key = word()
            skipSpace()
            guard !key.isEmpty, place < bytes.count, bytes[place] == UInt8(ascii: "=") else {
                throw Broken(byte: place)
            }
            place += 1
            skipSpace()
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'"),
                let end = bytes[(place + 1)...].firstIndex(of: bytes[place])
            else { throw Broken(byte: place) }
            attributes[key] = Self.plain(bytes[(place + 1)..<end])
            place = end + 1
        }
    }

    private func starts(with text: StaticString) -> Bool {
        guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[place + $0] == text.utf8Start[$0] }
    }

    private mutating func skip(past text: StaticString) throws {
        while place < bytes.count {
            if starts(with: text) {
                place += text.utf8CodeUnitCount
                return
            }
            place += 1
        }
        throw Broken(byte: place)
    }

    private mutating func skipSpace() {
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
    }

    private mutating func word() -> String {
        let start = place
        while place < bytes.count, bytes[place] > 0x20, !Self.ends.contains(bytes[place]) { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private static let ends = Set("=/>\"'<".utf8)

    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(UInt8(ascii: "&")) else { return text }
        // The ampersand last, so that nothing is read twice.
        for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            text = text.replacing(name, with: character)
        }
        return text
    }
}
