/// Names of attributes and types that identify a person or say what must not be kept of one, so that no way into Parvis
/// takes them. docs/freedom.md tells why; there is no setting that turns it off.
///
/// A name is judged by its words, so `licensePlate`, `license_plate` and `https://example.org/LicensePlate` are one. Words
/// are compared whole: `surface` is no `face`. What a value says is not looked at, so this stops what is honestly named,
/// not somebody who hides it.
///
/// Costs a microsecond or two a name; callers keep the verdict.
public enum PersonalData {
    /// Why a name is refused.
    public enum Reason: String, CaseIterable, Sendable {
        case biometry = "the body of a person"
        case plate = "a vehicle and with it who drives"
        case device = "a device that a person carries"
        case name = "a person by name"
        case number = "a person by a number of theirs"
        case conviction = "what a person is or believes"
        case score = "a score of a person"
        case movement = "where a person was"
        case person = "a person"
    }

    /// Why an attribute, a sub-attribute or a member of a value may not have this name; `nil` if it may.
    ///
    /// - Parameter name: a term or an IRI, of which the last part counts.
    public static func reason(against name: String) -> Reason? {
        let words = words(of: name)
        if words.isEmpty { return nil }
        if let reason = PersonalDataNames.whole[words.joined()] { return reason }
        for pattern in PersonalDataNames.patterns where pattern.occurs(in: words) { return pattern.reason }
        return nil
    }

    /// Why entities may not be of a type with this name; `nil` if they may.
    public static func reason(againstType name: String) -> Reason? {
        let joined = words(of: name).joined()
        return PersonalDataNames.types.contains(joined) ? .person : reason(against: name)
    }

    static func error(_ name: String, _ reason: Reason) -> NGSILDError {
        .badRequestData(
            "Parvis does not keep \"\(name)\": it tells of \(reason.rawValue). Send counts instead, made where they are sensed; docs/freedom.md says what is refused, and why"
        )
    }

    /// The words of the last part of a name, in lower case, without accents: at capitals after small letters, before the
    /// last of several capitals, and at what is no letter or digit.
    static func words(of name: String) -> [String] {
        let text = name.unicodeScalars.prefix(2_048)
        let last = text.split(omittingEmptySubsequences: true) { "/#:?".unicodeScalars.contains($0) }.last ?? text[...]
        var words: [String] = []
        var word = ""
        func isCapital(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isUppercase }
        let scalars = Array(last)
        for (index, scalar) in scalars.enumerated() {
            guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
                if scalar.properties.generalCategory == .nonspacingMark { continue }
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            let begins =
                isCapital(scalar) && index > 0
                && (!isCapital(scalars[index - 1])
                    || index + 1 < scalars.count && scalars[index + 1].properties.isLowercase)
            if begins, !word.isEmpty {
                words.append(word)
                word = ""
            }
            word += plain(scalar)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// A letter in lower case without its accent.
    private static func plain(_ scalar: Unicode.Scalar) -> String {
        let lower = scalar.properties.lowercaseMapping
        if scalar.isASCII { return lower }
        return PersonalDataNames.plainLetters[lower] ?? lower
    }
}
