/// Checks names of attributes and types.
public enum AttributeName {
    /// Whether the text may name an attribute or type: a letter, then letters, digits and `_`, possibly with a prefix and
    /// colon, or an absolute IRI. `-` and `.` inside a name pass too, since published data models use them.
    ///
    /// - Source: CIM 009 clause 4.6.2.
    public static func isValid(_ text: String) -> Bool {
        if text.isEmpty || text.utf8.count > 2_048 { return false }
        if text.utf8.contains(UInt8(ascii: ":")) { return EntityID.isValid(text) }
        guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
        return text.unicodeScalars.dropFirst().allSatisfy {
            $0 == "_" || $0 == "-" || $0 == "." || isLetter($0) || isNumberOrMark($0)
        }
    }

    /// Whether the text may be a Scope: levels of letters, digits and `_`, each beginning with a letter, and slashes
    /// between them.
    ///
    /// - Source: CIM 009 clause 4.18.
    static func isScope(_ text: String) -> Bool {
        if text.utf8.count > 2_048 { return false }
        let levels = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        let rest = text.hasPrefix("/") ? levels.dropFirst() : levels[...]
        return rest.allSatisfy { level in
            guard let first = level.first, isLetter(first) else { return false }
            return level.dropFirst().allSatisfy { $0 == "_" || isLetter($0) || isNumberOrMark($0) }
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// Marks belong to the letter before them, so that both ways to write an accented letter are taken.
    private static func isNumberOrMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark: true
        default: false
        }
    }
}
