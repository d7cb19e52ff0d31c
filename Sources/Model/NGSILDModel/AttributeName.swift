/// Checks names of attributes and types.
public enum AttributeName {
    /// Whether the text may name an attribute or type: a name of letters, digits and `_`, possibly with a prefix and
    /// colon, or an absolute IRI. `-` and `.` inside a name pass too, since published data models use them.
    ///
    /// - Source: CIM 009 clause 4.6.2.
    public static func isValid(_ text: String) -> Bool {
        if text.isEmpty || text.utf8.count > 2_048 { return false }
        if text.utf8.contains(UInt8(ascii: ":")) { return EntityID.isValid(text) }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "_", "-", ".", "@": true
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .decimalNumber,
                    .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
                    true
                default: false
                }
            }
        }
    }
}
