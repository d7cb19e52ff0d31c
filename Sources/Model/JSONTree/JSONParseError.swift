/// Why a text is not the JSON that is accepted here, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        case empty
        case unexpectedByte(UInt8)
        case unexpectedEnd
        case trailingContent
        case badNumber
        case badEscape
        case badUTF8
        case controlCharacter
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case tooLong(limit: Int)
    }

    public let reason: Reason
    /// Offset in bytes from the start of the text.
    public let offset: Int
    /// Line, from 1.
    public let line: Int
    /// Column in bytes, from 1.
    public let column: Int

    public var description: String {
        let place = "line \(line), column \(column)"
        switch reason {
        case .empty: return "the text is empty; a JSON value is expected"
        case .unexpectedByte(let byte):
            let shown = byte >= 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
            return "\(shown) is not expected at \(place)"
        case .unexpectedEnd: return "the text ends too early, at \(place)"
        case .trailingContent: return "there is more text after the JSON value, at \(place)"
        case .badNumber:
            return "the number at \(place) is not written as JSON asks (no NaN, Infinity, leading zero or '+')"
        case .badEscape: return "the escape at \(place) is not one that JSON has"
        case .badUTF8: return "the bytes at \(place) are not valid UTF-8"
        case .controlCharacter: return "a control character at \(place) must be written as an escape"
        case .duplicateKey(let key): return "the member \"\(key)\" appears twice in one object, at \(place)"
        case .tooDeep(let limit): return "the JSON is nested deeper than \(limit) levels, at \(place)"
        case .tooLong(let limit): return "the text is longer than \(limit) bytes"
        }
    }
}
