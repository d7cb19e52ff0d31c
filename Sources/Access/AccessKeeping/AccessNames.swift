public import NGSILDModel

/// What names of people, roles and keys may look like.
public enum AccessNames {
    /// Roles of one person or key.
    static let roleLimit = 64

    /// A person's name to sign in with, in lower case.
    ///
    /// - Throws: `.badRequestData` that says what a name is.
    public static func person(_ text: String) throws(NGSILDError) -> String {
        let name = text.lowercased()
        let isFine =
            (1...64).contains(name.utf8.count) && name.utf8.allSatisfy { isWord($0) || ".-_@+".utf8.contains($0) }
        guard isFine else {
            throw .badRequestData(
                "The name \"\(text.prefix(80))\" has to be 1 to 64 letters, digits, or one of . - _ @ +")
        }
        return name
    }

    /// The roles of a person or a key, each once, in order.
    public static func roles(_ roles: [String]) throws(NGSILDError) -> [String] {
        guard roles.count <= roleLimit else { throw .badRequestData("There are more than \(roleLimit) roles") }
        for role in roles { try check(role: role) }
        return Array(Set(roles)).sorted()
    }

    static func check(role: String) throws(NGSILDError) {
        guard (1...64).contains(role.utf8.count), role.utf8.allSatisfy({ isWord($0) || ".-_:".utf8.contains($0) })
        else {
            throw .badRequestData(
                "The role \"\(role.prefix(80))\" has to be 1 to 64 letters, digits, or one of . - _ :")
        }
    }

    /// What a key is for, as its owner calls it.
    static func key(_ text: String) throws(NGSILDError) -> String {
        guard (1...100).contains(text.count), !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
        else {
            throw .badRequestData("The name of a key has to be 1 to 100 characters, such as \"air stations north\"")
        }
        return text
    }

    /// - Throws: `.badRequestData` for a password that is too short to be safe, or longer than is read.
    static func check(password: String, atLeast minimum: Int) throws(NGSILDError) {
        guard password.count >= minimum else {
            throw .badRequestData(
                "The password has to have at least \(minimum) characters; a few words make a good one")
        }
        guard password.utf8.count <= 1_024 else { throw .badRequestData("The password has more than 1024 bytes") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
}
