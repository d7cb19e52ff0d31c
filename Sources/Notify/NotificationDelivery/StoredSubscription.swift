import JSONTree
import NGSILDModel

/// The stored form of a subscription: one JSON document.
struct StoredSubscription: Sendable {
    var definition: SubscriptionDefinition
    var createdAt: Timestamp
    var modifiedAt: Timestamp
    /// Changes up to this one came before the subscription.
    var since: UInt64
    /// The caller whose subscription it is; `nil`: the city's own.
    var owner: String?

    static let version = 1

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append("{\"version\":")
        writer.append(integer: StoredSubscription.version)
        writer.append(",\"createdAt\":")
        createdAt.append(quotedTo: &writer)
        writer.append(",\"modifiedAt\":")
        modifiedAt.append(quotedTo: &writer)
        writer.append(",\"since\":\"")
        writer.append(utf8: String(since))
        writer.append("\"")
        if let owner {
            writer.append(",\"owner\":")
            writer.append(jsonString: owner)
        }
        writer.append(",\"context\":")
        writer.append(utf8: definition.contextValue)
        if let url = definition.contextURL {
            writer.append(",\"contextURL\":")
            writer.append(jsonString: url)
        }
        writer.append(",\"members\":[")
        for (offset, entry) in definition.members.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append("{\"name\":")
            writer.append(jsonString: entry.name)
            writer.append(",\"names\":")
            entry.member.names.append(to: &writer)
            writer.append(",\"value\":")
            entry.member.json.appendMinified(entry.member.root, to: &writer)
            writer.append(UInt8(ascii: "}"))
        }
        writer.append("]}")
        return writer.array()
    }

    /// - Returns: `nil` when the bytes are not of this form.
    init?(decoding bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes) else { return nil }
        let root = document.root
        func text(_ name: StaticString) -> String? { document.member(root, name).flatMap { document.string($0) } }
        guard let version = document.member(root, "version").flatMap({ document.integer($0) }),
            version == StoredSubscription.version,
            let createdAt = text("createdAt").flatMap({ Timestamp($0) }),
            let modifiedAt = text("modifiedAt").flatMap({ Timestamp($0) }),
            let since = text("since").flatMap({ UInt64($0) }),
            let context = document.member(root, "context"), let members = document.member(root, "members")
        else { return nil }
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.since = since
        owner = text("owner")
        definition = SubscriptionDefinition(contextValue: document.text(context), contextURL: text("contextURL"))
        for element in document.elements(members) {
            guard let name = document.member(element, "name").flatMap({ document.string($0) }),
                let names = document.member(element, "names"), let value = document.member(element, "value"),
                let json = try? JSONDocument(parsing: document.text(value))
            else { return nil }
            definition.members.append(
                (name, .init(json: json, names: FrozenNames(stored: document, names))))
        }
    }

    init(definition: SubscriptionDefinition, createdAt: Timestamp, modifiedAt: Timestamp, since: UInt64, owner: String?)
    {
        self.definition = definition
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.since = since
        self.owner = owner
    }
}
