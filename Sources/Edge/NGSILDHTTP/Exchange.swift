import AccessPolicies
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// What all requests to the NGSI-LD API share, or those of one caller who may not do everything.
///
/// Handed to each of them, so that it is a reference: copying the services costs each request more than using them.
final class Binding: Sendable {
    let services: BrokerServices
    let contexts: TermContexts
    let identity: SourceIdentity
    let publicURL: String?

    init(services: BrokerServices, contexts: TermContexts, identity: SourceIdentity, publicURL: String?) {
        self.services = services
        self.contexts = contexts
        self.identity = identity
        self.publicURL = publicURL
    }

    /// The same with other services.
    func with(_ services: BrokerServices) -> Binding {
        Binding(services: services, contexts: contexts, identity: identity, publicURL: publicURL)
    }
}

/// One NGSI-LD request on its way through the binding: what its headers and parameters say, and how to answer it.
///
/// Used on the request's event loop only.
final class Exchange: Sendable {
    let request: HTTPRequest
    let binding: Binding
    /// Whose information the operation works on: a tenant, empty for the default one, or a snapshot in its place.
    let tenant: String
    /// The tenant that the request names.
    let ownTenant: String

    init(request: HTTPRequest, binding: Binding, mayUseSnapshot: Bool) throws(HTTPFailure) {
        self.request = request
        self.binding = binding
        ownTenant = try TenantName.check(request.fields.tenant)
        guard let snapshot = request.fields.snapshot, mayUseSnapshot else {
            tenant = ownTenant
            return
        }
        tenant = try Self.space(of: snapshot, ownTenant, binding.services)
    }

    /// Where the information of a snapshot lies (clause 6.3.22).
    private static func space(
        of snapshot: String, _ tenant: String, _ services: BrokerServices
    ) throws(HTTPFailure) -> String {
        guard let snapshots = services.snapshots else {
            throw .ngsild(.operationNotSupported("This broker offers no Snapshots"))
        }
        return try translating { () throws(NGSILDError) in try snapshots.space(of: snapshot, tenant: tenant) }
    }

    var services: BrokerServices { binding.services }
    /// Whose is what the request leaves behind; `nil` where nobody is asked who they are.
    var owner: String? { request.caller === Caller.open ? nil : request.caller.id }
    var method: RequestMethod { request.method }

    /// The parameters of the query string.
    ///
    /// - Throws: InvalidRequest when there is another than `allowed` and `local` (clause 6.3.20).
    func parameters(_ allowed: ParameterSet) throws(HTTPFailure) -> QueryParameters {
        let query = request.query
        if query.isEmpty { return QueryParameters() }
        return try QueryParameters(query, allowing: allowed.union([.local]))
    }

    /// The answer to a method that the resource does not have.
    func methodNotAllowed(_ allowed: RequestMethod...) -> HTTPFailure {
        var names = allowed.map(\.rawValue)
        if allowed.contains(.GET) { names.append("HEAD") }
        let list = (names + ["OPTIONS"]).joined(separator: ", ")
        if method == .OPTIONS { return .answer(HTTPAnswer(status: 204, headers: [("Allow", list)])) }
        return .answer(.methodNotAllowed(method, allowed: list))
    }

    // MARK: Answering

    func answer(_ answer: HTTPAnswer) {
        if tenant.isEmpty { return request.answer(answer) }
        var answer = answer
        if !ownTenant.isEmpty { answer.headers.append(("NGSILD-Tenant", ownTenant)) }
        if let snapshot = usedSnapshot { answer.headers.append(("NGSILD-Snapshot", snapshot)) }
        request.answer(answer)
    }

    /// The snapshot that the operation works on, which the answer names.
    private var usedSnapshot: String? { tenant == ownTenant ? nil : request.fields.snapshot }

    func fail(_ failure: HTTPFailure) { answer(failure.answer) }

    func fail(_ error: NGSILDError) { answer(error.answer) }

    /// Answers with what `body` writes, under the context, as JSON or JSON-LD.
    ///
    /// - Parameters:
    ///   - isOfEntities: the body is an entity or an array of them, so that it can be put as an older version of the
    ///     specification has it (`Prefer: ngsi-ld=1.5`).
    ///   - isOfEveryVersion: the body is the same in every version of the specification.
    ///   - body: writes the JSON; gets the text of the `@context` member to put in, `nil` for JSON.
    func answer(
        _ type: MediaType, _ context: BoundContext, status: Int = 200, headers: [(name: String, value: String)] = [],
        isOfEntities: Bool = false, isOfEveryVersion: Bool = false, _ body: (inout ByteWriter, [UInt8]?) -> Void
    ) {
        let loop = request.loop
        loop.writer.removeAll()
        let isPlain = !carriesContext(type)
        body(&loop.writer, isPlain ? nil : context.valueJSON)
        var head = AnswerHead(type, link: isPlain ? context : nil)
        head.status = status
        head.headers = headers
        if let prefer = request.fields.prefer, let version = SpecificationVersion(preferredIn: prefer) {
            if isOfEntities, type == .json || type == .jsonLD, version < .native {
                let older = OlderRepresentation.rewrite(loop.writer.array(), for: version)
                if older.isAltered {
                    loop.writer.removeAll()
                    loop.writer.append(older.text)
                    head.status = 203
                }
                head.headers.append(("Preference-Applied", "ngsi-ld=\(version)"))
            } else if isOfEveryVersion, version < .native {
                head.headers.append(("Preference-Applied", "ngsi-ld=\(version)"))
            } else if isOfEntities || version >= .native {
                head.headers.append(("Preference-Applied", "ngsi-ld=\(SpecificationVersion.native)"))
            }
        }
        head.tenant = ownTenant
        if let snapshot = usedSnapshot { head.headers.append(("NGSILD-Snapshot", snapshot)) }
        request.connection.answer(request, head)
    }

    /// Whether an answer of this type has its @context inside, not in a Link header.
    func carriesContext(_ type: MediaType) -> Bool {
        switch type {
        case .json, .csv: false
        case .jsonLD: true
        case .geoJSON: !prefersPlainGeoJSON
        }
    }

    /// GeoJSON carries its @context inside, unless `Prefer: body=json` asks for a Link header (clause 6.3.6).
    private var prefersPlainGeoJSON: Bool { prefers("body=json") }

    private func prefers(_ preference: String) -> Bool {
        guard let prefer = request.fields.prefer else { return false }
        return prefer.split { $0 == "," || $0 == ";" }.contains { $0.filter { $0 != " " && $0 != "\"" } == preference }
    }

    func accepted(_ offered: [MediaType] = MediaType.plain) throws(HTTPFailure) -> MediaType {
        guard let type = MediaType.negotiate(request.fields.accept, among: offered) else {
            throw MediaType.notAcceptable(offered)
        }
        return type
    }

    // MARK: Writes

    /// Hands an operation to the broker and answers with what `answer` makes of the outcome.
    func submit(_ operation: ProvisionOperation, _ answer: @escaping @Sendable (ProvisionResult) -> HTTPAnswer) {
        request.connection.markOrdered(request)
        services.provision.submit(operation, tenant: tenant, on: request.loop) { [self] result in
            if case .failure(let error) = result { fail(error) } else { self.answer(answer(result)) }
        }
    }
}

/// Checks names of tenants.
enum TenantName {
    static let lengthLimit = 128

    /// - Returns: empty for the default tenant.
    static func check(_ name: String?) throws(HTTPFailure) -> String {
        guard let name, !name.isEmpty else { return "" }
        guard name.utf8.count <= lengthLimit, name.utf8.allSatisfy(isAllowed) else {
            throw .badRequest(
                "The NGSILD-Tenant \"\(name)\" is not a name of letters, digits, - _ . : / up to \(lengthLimit) long")
        }
        return name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
