import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Writes the body and the headers of notifications.
///
/// - Source: CIM 009 clauses 5.3.1, 5.8.6, 6.3.5, 6.3.8.
struct NotificationWriter {
    private let subscription: Subscription
    private let link: String?
    private let contextText: [UInt8]?
    private var renderer: EntityRenderer
    private let context: TermContext

    /// - Parameter context: the notification's own; `nil` when it cannot be had now, so that names are written in full.
    init(_ subscription: Subscription, context: TermContext?, registry: TermRegistry) {
        self.subscription = subscription
        let core = ResolvedContext.core
        switch subscription.endpoint.accept {
        case .json:
            // A context without a URL cannot stand in a Link header; names are then those of the core context.
            if let context, let url = context.context.linkURL {
                link = url
                self.context = context
            } else {
                link = core.linkURL
                self.context = TermContext(context: core, registry: registry)
            }
            contextText = nil
        case .jsonLD:
            link = nil
            self.context = context ?? TermContext(context: core, registry: registry)
            contextText = Array(self.context.context.valueJSON.utf8)
        }
        renderer = EntityRenderer(context: self.context, representation: subscription.representation)
    }

    func headers() -> [(name: String, value: String)] {
        var headers = [("Content-Type", subscription.endpoint.accept.rawValue)]
        if let link {
            headers.append(
                ("Link", "<\(link)>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""))
        }
        if let (tenant, snapshot) = SnapshotSpace.read(subscription.tenant) {
            if !tenant.isEmpty { headers.append(("NGSILD-Tenant", tenant)) }
            headers.append(("NGSILD-Snapshot", snapshot))
        } else if !subscription.tenant.isEmpty {
            headers.append(("NGSILD-Tenant", subscription.tenant))
        }
        for header in subscription.endpoint.receiverInfo { headers.append((header.name, header.value)) }
        return headers
    }

    mutating func body(_ notification: PendingNotification) -> [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"id\":\"urn:ngsi-ld:Notification:")
        writer.append(utf8: RandomID.uuid())
        writer.append("\",\"type\":\"Notification\",\"subscriptionId\":")
        writer.append(jsonString: subscription.id)
        writer.append(",\"notifiedAt\":")
        notification.notifiedAt.append(quotedTo: &writer)
        writer.append(",\"data\":[")
        for (offset, change) in notification.changes.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            append(change, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
        if let contextText {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }

    private mutating func append(_ change: EntityChange, to writer: inout ByteWriter) {
        guard let entity = change.after else {
            if let before = change.before { appendDeleted(before, at: change.at, to: &writer) }
            return
        }
        renderer.append(entity, context: contextText, to: &writer)
        let gone = change.attributes.filter {
            $0.kind == .deleted && !entity.attributes.contains($0.name) && subscription.representation.shows($0.name)
        }
        guard !gone.isEmpty, subscription.conditions.triggers.contains(.attributeDeleted) else { return }
        // A deleted attribute is named with the NGSI-LD Null (clause 5.8.6).
        reopen(&writer)
        for attribute in gone {
            writer.append(UInt8(ascii: ","))
            writer.append(jsonString: context.name(attribute.name))
            writer.append(":\"urn:ngsi-ld:null\"")
        }
        writer.append(UInt8(ascii: "}"))
    }

    private func reopen(_ writer: inout ByteWriter) { writer.truncate(to: writer.count - 1) }

    /// Of a deleted entity only what it was and when it went (clause 5.8.6).
    private func appendDeleted(_ entity: EntityRecord, at time: Timestamp, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: entity.id)
        writer.append(",\"type\":")
        let types = entity.types.map { context.name($0) }
        if types.count == 1 { writer.append(jsonString: types[0]) } else { appendList(types, to: &writer) }
        if subscription.representation.showsSystemAttributes {
            writer.append(",\"createdAt\":")
            entity.createdAt.append(quotedTo: &writer)
            writer.append(",\"modifiedAt\":")
            entity.modifiedAt.append(quotedTo: &writer)
        }
        writer.append(",\"deletedAt\":")
        time.append(quotedTo: &writer)
        if let contextText {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append(UInt8(ascii: "}"))
    }

    private func appendList(_ texts: [String], to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        for (offset, text) in texts.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: text)
        }
        writer.append(UInt8(ascii: "]"))
    }
}
