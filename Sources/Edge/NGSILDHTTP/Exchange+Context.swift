import JSONLD
import JSONTree
import NGSILDModel

/// The @context of a request (CIM 009 clause 6.3.5).
extension Exchange {
    /// The URL of the context that a Link header names.
    private func linkedURL() throws(HTTPFailure) -> String? {
        guard let field = request.fields.link else { return nil }
        guard let targets = LinkHeader.contexts(field) else {
            throw .badRequest(
                "The Link header cannot be read; write <URL>; rel=\"\(LinkHeader.contextRelation)\"; type=\"application/ld+json\""
            )
        }
        guard targets.count <= 1 else {
            throw .badRequest("The Link header names \(targets.count) @contexts; one is taken")
        }
        return targets.first
    }

    /// Runs `body` with the context that the Link header names, or the core context.
    ///
    /// Does so at once when the context is at hand, or else when it is loaded; then failures are answered here.
    func withLinkedContext(
        _ body: @escaping @Sendable (BoundContext) throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        guard let url = try linkedURL() else { return try body(binding.contexts.core) }
        if let context = services.contexts.cached(url) { return try body(binding.contexts.bound(context)) }
        resolve(.url(url), body)
    }

    /// Reads a JSON body, finds its context, then runs `handle` with both.
    func withBody(
        _ handle: @escaping @Sendable (JSONDocument, BoundContext) throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        let isLinkedData = try hasLinkedDataBody()
        let document = try parseBody()
        let inline = document.member(document.root, "@context")
        guard isLinkedData else {
            if inline != nil {
                throw .badRequest(
                    "The body has an @context but its Content-Type is not application/ld+json; change that, or name the @context in a Link header"
                )
            }
            return try withLinkedContext { (context) throws(HTTPFailure) in try handle(document, context) }
        }
        try refuseLinkBesideLinkedData()
        guard document.isObject(document.root) else {
            throw .invalidRequest("A body in application/ld+json is an object here, with a member \"@context\"")
        }
        guard let inline else {
            throw .badRequest("A body in application/ld+json needs a member \"@context\"")
        }
        try withInlineContext(document, inline) { (context) throws(HTTPFailure) in try handle(document, context) }
    }

    func refuseLinkBesideLinkedData() throws(HTTPFailure) {
        if try linkedURL() != nil {
            throw .badRequest("A body in application/ld+json carries its own @context; leave out the Link header")
        }
    }

    /// Runs `body` with the context that is the value of an `@context` member.
    func withInlineContext(
        _ document: JSONDocument, _ node: JSONNode,
        _ body: @escaping @Sendable (BoundContext) throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        let resolved: ResolvedContext?
        do throws(ContextError) { resolved = try services.contexts.resolveInline(document, node) } catch {
            throw .ngsild(NGSILDError(error))
        }
        if let resolved { return try body(binding.contexts.bound(resolved)) }
        resolve(.value(document, node), body)
    }

    /// Loads what the context needs, then goes on, on the loop.
    private func resolve(
        _ source: ContextSource, _ body: @escaping @Sendable (BoundContext) throws(HTTPFailure) -> Void
    ) {
        services.contexts.resolve(source) { [self] result in
            request.onLoop { [self] in
                do throws(HTTPFailure) {
                    switch result {
                    case .success(let context): try body(binding.contexts.bound(context))
                    case .failure(let error): throw .ngsild(NGSILDError(error))
                    }
                } catch {
                    fail(error)
                }
            }
        }
    }
}

extension NGSILDError {
    /// - Source: CIM 009 clause 5.5.6.
    init(_ error: ContextError) {
        self = error.isUnavailable ? .ldContextNotAvailable(error.description) : .badRequestData(error.description)
    }
}
