import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import NIOHTTP1

/// One NGSI-LD request on its way through the binding: what its headers and parameters say, and how to answer it.
///
/// Used on the request's event loop only.
struct Exchange: Sendable {
    let request: HTTPRequest
    let services: BrokerServices
    let contexts: TermContexts
    /// Empty for the default tenant.
    let tenant: String

    init(request: HTTPRequest, services: BrokerServices, contexts: TermContexts) throws(HTTPFailure) {
        self.request = request
        self.services = services
        self.contexts = contexts
        tenant = try Self.tenant(request)
    }

    private static func tenant(_ request: HTTPRequest) throws(HTTPFailure) -> String {
        guard let name = request.header("NGSILD-Tenant"), !name.isEmpty else { return "" }
        let isFine = name.utf8.count <= 128 && name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: ":"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isFine else {
            throw .badRequest("The NGSILD-Tenant \"\(name)\" is not a name of letters, digits, - _ . : / up to 128 long")
        }
        return name
    }

    var method: HTTPMethod { request.method }

    func parameters(allowing names: Set<String>) throws(HTTPFailure) -> QueryParameters {
        let query = request.query
        if query.isEmpty { return try QueryParameters("") }
        let parameters = try QueryParameters(query)
        try parameters.allow(only: names)
        return parameters
    }

    // MARK: Answering

    func answer(_ answer: HTTPAnswer) {
        var answer = answer
        if !tenant.isEmpty { answer.headers.append(("NGSILD-Tenant", tenant)) }
        request.answer(answer)
    }

    func fail(_ failure: HTTPFailure) { answer(failure.answer) }

    func fail(_ error: NGSILDError) { answer(error.answer) }

    /// The header that names the @context of a JSON answer.
    static func link(_ context: TermContext) -> (name: String, value: String) {
        ("Link", linkValue(context.context.linkURL ?? CoreContext.currentURL))
    }

    private static func linkValue(_ url: String) -> String {
        "<\(url)>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
    }

    /// Answers with what `body` writes, under the context, as JSON or JSON-LD.
    ///
    /// - Parameter body: writes the JSON; gets the text of the `@context` member to put in, `nil` for JSON.
    func answer(
        _ type: MediaType, _ context: TermContext, status: Int = 200, headers: [(name: String, value: String)] = [],
        _ body: (inout ByteWriter, [UInt8]?) -> Void
    ) {
        let loop = request.loop
        loop.writer.removeAll()
        var headers = headers
        if type == .json {
            headers.append(Self.link(context))
            body(&loop.writer, nil)
        } else {
            body(&loop.writer, Array(context.context.valueJSON.utf8))
        }
        answer(HTTPAnswer(status: status, contentType: type.rawValue, headers: headers, body: loop.writer.array()))
    }

    func accepted(_ offered: [MediaType] = [.json, .jsonLD]) throws(HTTPFailure) -> MediaType {
        guard let type = MediaType.negotiate(request.header("Accept"), among: offered) else {
            throw MediaType.notAcceptable(offered)
        }
        return type
    }

    // MARK: The @context

    /// The URL of the context that a Link header names.
    private func linkedContext() -> String? {
        for value in request.head.headers[canonicalForm: "Link"] {
            for link in value.split(separator: ",") where link.contains("http://www.w3.org/ns/json-ld#context") {
                guard let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"), open < close else { continue }
                return String(link[link.index(after: open)..<close])
            }
        }
        return nil
    }

    /// Runs `body` with the context of a request without body, or with a JSON body: that of the Link header.
    func withLinkedContext(_ body: @escaping @Sendable (TermContext) throws(HTTPFailure) -> Void) throws(HTTPFailure) {
        guard let url = linkedContext() else { return try body(contexts.core) }
        if let context = services.contexts.cached(url) { return try body(contexts.table(for: context)) }
        resolve(.url(url), body)
    }

    /// Finds the context of a body (clause 6.3.5), then runs `handle` with both.
    func withBody(
        _ handle: @escaping @Sendable (JSONDocument, TermContext) throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        let isLinkedData = try hasLinkedDataBody()
        let document = try parseBody()
        let inline = document.isObject(document.root) ? document.member(document.root, "@context") : nil
        if !isLinkedData {
            if inline != nil {
                throw .badRequest(
                    "The body has an @context but the Content-Type is application/json; send it as application/ld+json, or name the @context in a Link header"
                )
            }
            return try withLinkedContext { (context) throws(HTTPFailure) in try handle(document, context) }
        }
        if linkedContext() != nil {
            throw .badRequest("A body in application/ld+json carries its own @context; leave out the Link header")
        }
        guard let inline else {
            throw .badRequest("A body in application/ld+json needs a member \"@context\"")
        }
        try withInlineContext(document, inline) { (context) throws(HTTPFailure) in try handle(document, context) }
    }

    func withInlineContext(
        _ document: JSONDocument, _ node: JSONNode, _ body: @escaping @Sendable (TermContext) throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        let resolved: ResolvedContext?
        do throws(ContextError) { resolved = try services.contexts.resolveInline(document, node) } catch {
            throw .ngsild(Self.translate(error))
        }
        if let resolved { return try body(contexts.table(for: resolved)) }
        resolve(.value(document, node), body)
    }

    /// Loads what the context needs, then goes on, on the loop.
    private func resolve(_ source: ContextSource, _ body: @escaping @Sendable (TermContext) throws(HTTPFailure) -> Void) {
        services.contexts.resolve(source) { result in
            request.onLoop {
                do throws(HTTPFailure) {
                    switch result {
                    case .success(let context): try body(contexts.table(for: context))
                    case .failure(let error): throw .ngsild(Self.translate(error))
                    }
                } catch {
                    fail(error)
                }
            }
        }
    }

    static func translate(_ error: ContextError) -> NGSILDError {
        error.isUnavailable ? .ldContextNotAvailable(error.description) : .badRequestData(error.description)
    }

    // MARK: The body

    /// Whether the body is JSON-LD.
    ///
    /// - Throws: 415 when it is neither JSON nor JSON-LD.
    func hasLinkedDataBody() throws(HTTPFailure) -> Bool {
        let type = request.header("Content-Type") ?? ""
        if type == "application/json" { return false }
        switch type.split(separator: ";").first.map({ $0.filter { $0 != " " }.lowercased() }) {
        case "application/json": return false
        case "application/ld+json": return true
        case "application/merge-patch+json" where method == .PATCH: return false
        default:
            throw .answer(
                .problem(
                    status: 415, title: "Unsupported Media Type",
                    detail: "The Content-Type is \"\(type)\"; send application/json or application/ld+json"))
        }
    }

    func parseBody() throws(HTTPFailure) -> JSONDocument {
        guard let body = request.body, body.readableBytes > 0 else {
            throw .ngsild(.invalidRequest("The request has no body; a JSON body is expected"))
        }
        do throws(JSONParseError) {
            return try JSONDocument(parsing: Array(body.readableBytesView))
        } catch {
            throw .ngsild(.invalidRequest("The body is not JSON that can be read: \(error)"))
        }
    }

    // MARK: Writes

    /// Hands an operation to the broker and answers with what `answer` makes of the outcome.
    func submit(_ operation: ProvisionOperation, _ answer: @escaping @Sendable (ProvisionResult) -> HTTPAnswer) {
        services.provision.submit(operation, tenant: tenant, on: request.loop) { result in
            if case .failure(let error) = result {
                fail(error)
            } else {
                self.answer(answer(result))
            }
        }
    }
}

/// Runs a part of the model that throws `NGSILDError`.
func translating<T>(_ body: () throws(NGSILDError) -> T) throws(HTTPFailure) -> T {
    do throws(NGSILDError) { return try body() } catch { throw .ngsild(error) }
}
