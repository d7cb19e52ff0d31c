public import JSONTree
public import NGSILDModel

/// Someone who signs in with a name and a password.
public struct Person: Hashable, Sendable {
    /// In lower case.
    public let name: String
    public var roles: [String]
    /// `nil`: this person cannot sign in with a password.
    var password: PasswordHash?
    public let createdAt: Timestamp
    public var passwordChangedAt: Timestamp

    init(name: String, roles: [String], password: PasswordHash?, createdAt: Timestamp) {
        self.name = name
        self.roles = roles
        self.password = password
        self.createdAt = createdAt
        passwordChangedAt = createdAt
    }
}

/// A key that a program shows with each request. The key itself is not kept, only its digest.
public struct AccessKey: Hashable, Sendable {
    /// Says nothing about the key; what people and logs call it by.
    public let id: String
    public var name: String
    public var roles: [String]
    public let createdAt: Timestamp
    /// `.none`: never.
    public var expiresAt: Timestamp
    /// `.none` while it holds.
    public var revokedAt: Timestamp
    /// `.none` before its first use; kept now and then, so some minutes may be lost in a crash.
    public var lastUsedAt: Timestamp

    public func isUsable(at now: Timestamp) -> Bool {
        !revokedAt.isSet && (!expiresAt.isSet || now < expiresAt)
    }
}

/// That someone is signed in, in one browser.
struct Session: Hashable, Sendable {
    enum Owner: Hashable, Sendable {
        case person(String)
        /// Who signed in at a provider: the id as a caller, and the name for people to read.
        case bearer(String, name: String)
    }

    let owner: Owner
    let createdAt: Timestamp
    var lastUsedAt: Timestamp
}

// What is stored and what is shown have the same members, but for the password and the digest.

extension Person {
    /// Appends what others may see of a person.
    public func append(to writer: inout ByteWriter) {
        append(to: &writer, isStored: false)
    }

    func append(to writer: inout ByteWriter, isStored: Bool) {
        var members = MemberWriter(&writer)
        members.text("name", name, &writer)
        members.texts("roles", roles, &writer)
        members.time("createdAt", createdAt, &writer)
        members.time("passwordChangedAt", passwordChangedAt, &writer)
        if isStored {
            if let password { members.text("password", password.encoded, &writer) }
        } else {
            members.flag("hasPassword", password != nil, &writer)
        }
        writer.append("}")
    }

    /// Reads what was stored; `nil` for anything else.
    init?(stored bytes: [UInt8]) {
        guard let record = RecordReader(bytes), let name = record.text("name") else { return nil }
        self.init(
            name: name, roles: record.texts("roles"),
            password: record.text("password").map(PasswordHash.init(encoded:)),
            createdAt: record.time("createdAt"))
        passwordChangedAt = record.time("passwordChangedAt")
    }
}

extension AccessKey {
    /// Appends what a key is, never the key.
    ///
    /// - Parameter secret: the key, in the one answer that shows it.
    public func append(to writer: inout ByteWriter, secret: String? = nil) {
        append(to: &writer, ("key", secret))
    }

    func append(to writer: inout ByteWriter, digest: SecretDigest) {
        append(to: &writer, ("digest", digest.hexadecimal))
    }

    private func append(to writer: inout ByteWriter, _ last: (name: String, value: String?)) {
        var members = MemberWriter(&writer)
        members.text("id", id, &writer)
        members.text("name", name, &writer)
        members.texts("roles", roles, &writer)
        members.time("createdAt", createdAt, &writer)
        members.time("expiresAt", expiresAt, &writer)
        members.time("revokedAt", revokedAt, &writer)
        members.time("lastUsedAt", lastUsedAt, &writer)
        if let value = last.value { members.text(last.name, value, &writer) }
        writer.append("}")
    }

    /// Reads what was stored; `nil` for anything else.
    static func read(stored bytes: [UInt8]) -> (key: AccessKey, digest: SecretDigest)? {
        guard let record = RecordReader(bytes), let id = record.text("id"),
            let digest = record.text("digest").flatMap(SecretDigest.init(hexadecimal:))
        else { return nil }
        let key = AccessKey(
            id: id, name: record.text("name") ?? "", roles: record.texts("roles"), createdAt: record.time("createdAt"),
            expiresAt: record.time("expiresAt"), revokedAt: record.time("revokedAt"),
            lastUsedAt: record.time("lastUsedAt"))
        return (key, digest)
    }
}

extension Session {
    func append(to writer: inout ByteWriter) {
        var members = MemberWriter(&writer)
        switch owner {
        case .person(let person): members.text("person", person, &writer)
        case .bearer(let id, let name):
            members.text("bearer", id, &writer)
            members.text("name", name, &writer)
        }
        members.time("createdAt", createdAt, &writer)
        members.time("lastUsedAt", lastUsedAt, &writer)
        writer.append("}")
    }

    init?(stored bytes: [UInt8]) {
        guard let record = RecordReader(bytes) else { return nil }
        let owner: Owner
        if let person = record.text("person") {
            owner = .person(person)
        } else if let id = record.text("bearer") {
            owner = .bearer(id, name: record.text("name") ?? id)
        } else {
            return nil
        }
        self.init(owner: owner, createdAt: record.time("createdAt"), lastUsedAt: record.time("lastUsedAt"))
    }
}

extension AccessKeeper.Bearer {
    func append(to writer: inout ByteWriter) {
        var members = MemberWriter(&writer)
        members.texts("roles", roles, &writer)
        members.time("seenAt", seenAt, &writer)
        writer.append("}")
    }

    init?(stored bytes: [UInt8]) {
        guard let record = RecordReader(bytes) else { return nil }
        self.init(roles: record.texts("roles"), seenAt: record.time("seenAt"))
    }
}

/// Reads the members of one stored object.
private struct RecordReader {
    private let document: JSONDocument

    init?(_ bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes), document.isObject(document.root) else { return nil }
        self.document = document
    }

    func text(_ name: String) -> String? {
        document.member(document.root, named: name).flatMap { document.string($0) }
    }

    func texts(_ name: String) -> [String] {
        guard let node = document.member(document.root, named: name), document.isArray(node) else { return [] }
        return document.elements(node).compactMap { document.string($0) }
    }

    func time(_ name: String) -> Timestamp { text(name).flatMap { Timestamp($0) } ?? .none }
}
