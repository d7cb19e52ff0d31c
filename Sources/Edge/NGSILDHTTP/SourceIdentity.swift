import JSONTree
import NGSILDModel
import NIOCore

/// Who this broker is, for others that federate with it.
///
/// - Source: CIM 009 clauses 5.2.40, 5.15.1.
public struct SourceIdentity: Sendable {
    /// A URI.
    public var id: String
    /// A name that is the broker's own among all that it federates with; it stands in `Via` headers.
    public var alias: String
    private let start = NIODeadline.now()

    public init(id: String = "urn:ngsi-ld:ContextSourceIdentity:parvis", alias: String = "parvis") {
        self.id = id
        self.alias = alias
    }

    /// Appends the ContextSourceIdentity for a tenant, without the closing brace.
    func append(tenant: String, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":\"ContextSourceIdentity\",\"contextSourceAlias\":")
        // The alias identifies a tenant within the source, so that loops are found for each by itself.
        writer.append(jsonString: tenant.isEmpty ? alias : "\(alias)-\(tenant)")
        writer.append(",\"contextSourceUptime\":\"PT")
        writer.append(integer: Int((NIODeadline.now() - start).nanoseconds / 1_000_000_000))
        writer.append("S\",\"contextSourceTimeAt\":")
        Timestamp.now().append(quotedTo: &writer)
    }
}

/// `/info/sourceIdentity`.
///
/// - Source: CIM 009 clause 6.33.
struct SourceIdentityResource {
    let exchange: Exchange

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else { throw exchange.methodNotAllowed(.GET) }
        exchange.request.operation = .retrieveSourceIdentity
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            exchange.answer(type, context) { writer, contextText in
                exchange.binding.identity.append(tenant: exchange.tenant, to: &writer)
                AnswerWriter.close(contextText, to: &writer)
            }
        }
    }
}
