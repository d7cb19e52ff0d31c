/// The words that JSON-LD 1.1 keeps for itself.
enum Keyword {
    static let all: Set<String> = [
        "@base", "@container", "@context", "@default", "@direction", "@embed", "@explicit", "@graph", "@id", "@import",
        "@included", "@index", "@json", "@language", "@list", "@nest", "@none", "@omitDefault", "@prefix",
        "@preserve", "@propagate", "@protected", "@requireAll", "@reverse", "@set", "@type", "@value", "@version",
        "@vocab",
    ]

    /// Whether a name looks like a keyword (`@` and letters), known or not: it is then never a term.
    static func hasForm(_ name: String) -> Bool {
        guard name.utf8.first == UInt8(ascii: "@"), name.utf8.count > 1 else { return false }
        return name.utf8.dropFirst().allSatisfy { byte in
            let lower = byte | 0x20
            return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
        }
    }
}
