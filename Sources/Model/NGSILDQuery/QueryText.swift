import NGSILDModel

/// The text of a query parameter, read byte by byte, with errors that name the parameter and the place.
struct QueryText {
    let parameter: String
    let bytes: [UInt8]
    var position = 0

    /// The longest text that is read; longer ones are refused.
    static let lengthLimit = 8_192

    /// - Throws: `tooComplexQuery` when the text is too long, `badRequestData` when it is empty.
    init(_ text: String, parameter: String) throws(NGSILDError) {
        self.parameter = parameter
        bytes = Array(text.utf8)
        guard bytes.count <= Self.lengthLimit else {
            throw .tooComplexQuery(
                "Parameter \(parameter) is longer than \(Self.lengthLimit) bytes; ask a smaller question")
        }
        skipSpaces()
        if isAtEnd { throw .badRequestData("Parameter \(parameter) is empty; leave it out to select everything") }
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The next byte, not taken.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func byte(after offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += count
        return true
    }

    mutating func skipSpaces() {
        while next == UInt8(ascii: " ") { position += 1 }
    }

    /// The text from a place to the current one.
    func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    /// What stands at the current place, for a message.
    var found: String {
        guard let next else { return "the end" }
        if next < 0x20 { return "a control character" }
        return "\"" + String(String(decoding: bytes[position...].prefix(24), as: UTF8.self).prefix(6)) + "\""
    }

    /// An error that says where: characters count from 1.
    func error(_ message: String, at place: Int? = nil) -> NGSILDError {
        let place = min(place ?? position, bytes.count)
        let character = String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count + 1
        return .badRequestData("Parameter \(parameter), at character \(character): \(message)")
    }

    /// Takes a name: a letter, then letters, digits and `_`; also `-` and the `:` of a prefix, which occur in practice.
    ///
    /// - Returns: `nil` when no name starts here.
    /// - Source: CIM 009 clause 4.6.2.
    mutating func takeName() -> String? {
        let start = position
        while let length = nameCharacterLength(isFirst: position == start) { position += length }
        return position > start ? text(from: start) : nil
    }

    /// Takes the name of a type before `:` or `,`, where a colon cannot be part of it.
    mutating func takeTypeHint() -> String? {
        let start = position
        while next != UInt8(ascii: ":"), let length = nameCharacterLength(isFirst: position == start) {
            position += length
        }
        return position > start ? text(from: start) : nil
    }

    private func nameCharacterLength(isFirst: Bool) -> Int? {
        guard let next else { return nil }
        switch next {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): return 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            return isFirst ? nil : 1
        case 0x80...:
            var decoder = UTF8()
            var rest = bytes[position...].prefix(4).makeIterator()
            guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return nil }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                return UTF8.width(scalar)
            case .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
                return isFirst ? nil : UTF8.width(scalar)
            default: return nil
            }
        default: return nil
        }
    }
}
