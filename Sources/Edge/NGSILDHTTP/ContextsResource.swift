import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/jsonldContexts`.
///
/// - Source: CIM 009 clauses 6.29, 5.13.2, 5.13.3.
struct ContextsResource {
    private let exchange: Exchange
    private let hosted: HostedContexts

    init(_ exchange: Exchange) throws(HTTPFailure) {
        self.exchange = exchange
        guard let hosted = exchange.services.hostedContexts else {
            throw .ngsild(.operationNotSupported("This broker hosts no @contexts"))
        }
        self.hosted = hosted
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try list()
        case .POST: try add()
        default: throw exchange.methodNotAllowed(.GET, .POST)
        }
    }

    /// Add @context, 5.13.2.
    private func add() throws(HTTPFailure) {
        exchange.request.operation = .addContext
        _ = try exchange.parameters([])
        _ = try exchange.hasLinkedDataBody()
        let document = try exchange.parseBody()
        guard let node = document.member(document.root, "@context") else {
            throw .invalidRequest("The body is a JSON object with a member \"@context\"")
        }
        try checkForm(document, node)
        let (exchange, hosted) = (exchange, hosted)
        try exchange.withInlineContext(document, node) { (_) throws(HTTPFailure) in
            try translating { () throws(NGSILDError) in
                try hosted.add(document.text(node), tenant: exchange.tenant, on: exchange.request.loop) { result in
                    switch result {
                    case .success(let id):
                        let location = HostedContexts.path + PercentCoding.encode(id)
                        exchange.answer(HTTPAnswer(status: 201, headers: [("Location", location)]))
                    case .failure(let error): exchange.fail(error)
                    }
                }
            }
        }
    }

    /// Refuses what is no context before anything of it is loaded.
    private func checkForm(_ document: JSONDocument, _ node: JSONNode) throws(HTTPFailure) {
        switch document.kind(node) {
        case .array: for element in document.elements(node) { try checkForm(document, element) }
        case .string, .object, .null: return
        default:
            throw .badRequest("\(document.text(node).prefix(40)) in the @context is neither a URL nor an object")
        }
    }

    /// List @contexts, 5.13.3.
    private func list() throws(HTTPFailure) {
        exchange.request.operation = .listContexts
        let parameters = try exchange.parameters([.details, .kind])
        let showsDetails = try parameters.flag(.details)
        let kind = parameters[.kind]
        guard kind == nil || ["Cached", "Hosted", "ImplicitlyCreated"].contains(kind) else {
            throw .badRequest("The kind \"\(kind ?? "")\" is not one of Cached, Hosted, ImplicitlyCreated")
        }
        let entries = ContextEntry.all(exchange, hosted).filter { kind == nil || $0.kind == kind }
        var writer = ByteWriter(capacity: 1_024)
        AnswerWriter.array(entries, to: &writer) { entry, writer in
            if showsDetails { entry.append(to: &writer) } else { writer.append(jsonString: entry.url) }
        }
        exchange.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }
}

/// `/jsonldContexts/{contextId}`.
///
/// - Source: CIM 009 clauses 6.30, 5.13.4, 5.13.5.
struct ContextResource {
    private let exchange: Exchange
    private let hosted: HostedContexts
    private let id: String

    /// - Parameter id: of a hosted context, or of a cached one also its URL.
    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        guard let hosted = exchange.services.hostedContexts else {
            throw .ngsild(.operationNotSupported("This broker hosts no @contexts"))
        }
        self.hosted = hosted
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try serve()
        case .DELETE: try delete()
        default: throw exchange.methodNotAllowed(.GET, .DELETE)
        }
    }

    private func entry() throws(HTTPFailure) -> ContextEntry {
        guard let entry = ContextEntry.find(id, exchange, hosted) else {
            throw .ngsild(.resourceNotFound("There is no @context \(id) here"))
        }
        return entry
    }

    /// Serve @context, 5.13.4.
    private func serve() throws(HTTPFailure) {
        exchange.request.operation = .serveContext
        let type = try exchange.accepted()
        let showsDetails = try exchange.parameters([.details]).flag(.details)
        let entry = try entry()
        if showsDetails {
            var writer = ByteWriter(capacity: 256)
            entry.append(to: &writer)
            exchange.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
        } else if let content = hosted[entry.id] {
            exchange.answer(HTTPAnswer(status: 200, contentType: type.text, body: content.body))
        } else {
            throw .ngsild(
                .operationNotSupported("@context \(entry.url) is a cached copy, which is not served; get it at its URL")
            )
        }
    }

    /// Delete and Reload @context, 5.13.5.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteContext
        let reloads = try exchange.parameters([.reload]).flag(.reload)
        if CoreContext.isKnown(id) {
            // What is built in is current; there is nothing that could be fetched in its place.
            guard reloads else { throw .badRequest("The core @context \(id) is built in and cannot be deleted") }
            return exchange.answer(HTTPAnswer(status: 204))
        }
        let entry = try entry()
        let (exchange, hosted) = (exchange, hosted)
        if entry.kind == ContextEntry.cached {
            guard reloads else {
                exchange.services.contexts.remove(entry.url)
                hosted.removeCopy(of: entry.url)
                return exchange.answer(HTTPAnswer(status: 204))
            }
            exchange.services.contexts.reload(entry.url) { result in
                exchange.request.onLoop {
                    switch result {
                    case .success: exchange.answer(HTTPAnswer(status: 204))
                    // Also when what came is no context (5.13.5.4).
                    case .failure(let error): exchange.fail(.ldContextNotAvailable(error.description))
                    }
                }
            }
            return
        }
        if reloads { throw .badRequest("@context \(id) is hosted here; only cached ones can be loaded again") }
        hosted.remove(entry.id, on: exchange.request.loop) { result in
            switch result {
            case .success:
                for document in exchange.services.contexts.cachedDocuments
                where HostedContexts.id(in: document.url) == entry.id {
                    exchange.services.contexts.remove(document.url)
                }
                exchange.answer(HTTPAnswer(status: 204))
            case .failure(let error): exchange.fail(error)
            }
        }
    }
}

/// An @context that is hosted or cached, as it is listed.
///
/// - Source: CIM 009 clause 5.13.3.5.
private struct ContextEntry {
    static let cached = "Cached"

    let id: String
    let url: String
    let kind: String
    let createdAt: Timestamp
    var expiresAt: Timestamp?

    private init(id: String, url: String, kind: String, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
        self.id = id
        self.url = url
        self.kind = kind
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    private init(_ id: String, _ hosted: HostedContexts.Hosted, _ exchange: Exchange) {
        self.init(
            id: id, url: exchange.contextURL(id), kind: hosted.kind.rawValue, createdAt: hosted.createdAt)
    }

    /// When this process began: for what is built into it.
    private static let start = Timestamp.now()

    /// An @context by its id, or a cached one by its URL.
    static func find(_ id: String, _ exchange: Exchange, _ hosted: HostedContexts) -> ContextEntry? {
        if let found = hosted.visible(id, tenant: exchange.tenant) { return ContextEntry(id, found, exchange) }
        // Not listed, but there: details tell so.
        if CoreContext.isKnown(id) {
            return ContextEntry(id: cachedID(id), url: id, kind: cached, createdAt: start)
        }
        return all(exchange, hosted).first { $0.id == id || $0.url == id }
    }

    static func all(_ exchange: Exchange, _ hosted: HostedContexts) -> [ContextEntry] {
        var entries = hosted.all(tenant: exchange.tenant).map { ContextEntry($0.id, $0.hosted, exchange) }
        let now = Timestamp.now()
        for document in exchange.services.contexts.cachedDocuments.sorted(by: { $0.url < $1.url })
        where HostedContexts.id(in: document.url).flatMap({ hosted[$0] }) == nil {
            entries.append(
                ContextEntry(
                    id: cachedID(document.url), url: document.url, kind: cached,
                    createdAt: now.adding(seconds: -seconds(document.age)),
                    expiresAt: now.adding(seconds: seconds(document.rest))))
        }
        return entries
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// An id for a cached document: the same for the same URL.
    private static func cachedID(_ url: String) -> String {
        "urn:ngsi-ld:JSONLDContext:cached:" + String(FNV1a.hash(url), radix: 16)
    }

    func append(to writer: inout ByteWriter) {
        writer.append("{\"URL\":")
        writer.append(jsonString: url)
        writer.append(",\"localId\":")
        writer.append(jsonString: id)
        writer.append(",\"kind\":")
        writer.append(jsonString: kind)
        writer.append(",\"createdAt\":")
        createdAt.append(quotedTo: &writer)
        if let expiresAt {
            writer.append(",\"expiresAt\":")
            expiresAt.append(quotedTo: &writer)
        }
        writer.append("}")
    }
}

extension Exchange {
    /// The whole URL of a hosted context, at the public URL of this server, or else as the client reached it.
    func contextURL(_ id: String) -> String {
        let root = binding.publicURL ?? request.header("Host").map { "\(request.scheme)://\($0)" } ?? ""
        return root + HostedContexts.path + PercentCoding.encode(id)
    }
}
