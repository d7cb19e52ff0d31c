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
    private let context: TermContext

    /// - Parameter context: the notification's own; `nil` when it cannot be had now, so that names are written in full.
    init(_ subscription: Subscription, context: TermContext?, registry: TermRegistry) {
        self.subscription = subscription
        let core = ResolvedContext.core
        let accept = subscription.endpoint.accept
        if accept == .json || (accept == .geoJSON && subscription.endpoint.prefersPlainGeoJSON) {
            // A context without a URL cannot stand in a Link header; names are then those of the core context.
            if let context, let url = context.context.linkURL {
                link = url
                self.context = context
            } else {
                link = core.linkURL
                self.context = TermContext(context: core, registry: registry)
            }
            contextText = nil
        } else {
            link = nil
            self.context = context ?? TermContext(context: core, registry: registry)
            contextText = Array(self.context.context.valueJSON.utf8)
        }
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

    func body(_ notification: PendingNotification) -> [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"id\":\"urn:ngsi-ld:Notification:")
        writer.append(utf8: RandomID.uuid())
        writer.append("\",\"type\":\"Notification\",\"subscriptionId\":")
        writer.append(jsonString: subscription.id)
        writer.append(",\"notifiedAt\":")
        notification.notifiedAt.append(quotedTo: &writer)
        writer.append(",\"data\":")
        append(NotifiedEntities(subscription).shown(notification), to: &writer)
        // A FeatureCollection has the @context inside (clause 5.3.1).
        if let contextText, subscription.endpoint.accept == .jsonLD {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }

    private func append(_ shown: [ShownEntity], to writer: inout ByteWriter) {
        guard let version = subscription.form.conformance, version < .native, subscription.endpoint.accept != .geoJSON
        else { return appendEntities(shown, to: &writer) }
        var native = ByteWriter(capacity: 1_024)
        appendEntities(shown, to: &native)
        writer.append(OlderRepresentation.rewrite(native.array(), for: version).text)
    }

    private func appendEntities(_ shown: [ShownEntity], to writer: inout ByteWriter) {
        let start = writer.count
        var renderer = renderer(subscription.form.retrieval)
        renderer.append(shown, context: contextText, to: &writer)
        guard renderer.isExhausted else { return }
        // Too many linked entities for one notification: the links alone are told.
        writer.truncate(to: start)
        renderer = self.renderer(nil)
        renderer.append(shown, context: contextText, to: &writer)
    }

    private func renderer(_ retrieval: LinkedEntityRetrieval?) -> EntityListRenderer {
        EntityListRenderer(
            context: context, retrieval: retrieval, isGeoJSON: subscription.endpoint.accept == .geoJSON,
            lookup: subscription.linkedEntity)
    }
}
