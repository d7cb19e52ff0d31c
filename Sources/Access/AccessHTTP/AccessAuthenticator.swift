public import AccessKeeping
public import AccessPolicies
public import NGSILDHTTP

/// Says who sends a request: by an API key, a token of a trusted issuer, or the session of a browser.
///
/// Keys and sessions are answered at once. So are tokens that were checked a short while ago; another one is checked in a
/// task of its own, for which the issuer's keys may have to be fetched.
public final class AccessAuthenticator: RequestAuthenticator {
    /// How requests are told apart from those of other sites.
    public struct Configuration: Sendable {
        /// Where browsers reach the server, such as `https://city.example`; `nil`: as each of them says in Host.
        public var publicURL: String?
        /// Whether whoever asks may do everything.
        public var isOpen = false
        /// Gets why somebody could not sign in at the provider, for the log.
        public var onProviderProblem: @Sendable (String) -> Void = { _ in }

        public init() {}
    }

    let keeper: AccessKeeper
    /// `nil`: no issuer is trusted.
    let tokens: TokenVerifier?
    /// `nil`: people sign in by password alone.
    let provider: ProviderSignIn?
    let configuration: Configuration

    public init(
        keeper: AccessKeeper, tokens: TokenVerifier?, provider: ProviderSignIn? = nil,
        configuration: Configuration = Configuration()
    ) {
        self.keeper = keeper
        self.tokens = tokens
        self.provider = provider
        self.configuration = configuration
    }

    public func knownCaller(_ request: HTTPRequest) -> Caller? {
        if configuration.isOpen { return request.method.isSafe || request.origin == nil ? .open : nil }
        return request.rememberedCaller(epoch: keeper.epoch)
    }

    public func authenticate(_ request: HTTPRequest, _ reply: @escaping @Sendable (Authentication) -> Void) {
        if configuration.isOpen { return reply(open(request)) }
        if let field = request.authorization { return authenticate(request, bearer: field, reply) }
        guard let session = SessionCookie.token(of: request) else { return reply(.caller(keeper.anonymous())) }
        if !request.method.isSafe, let reason = SameSite.refusal(of: request, publicURL: configuration.publicURL) {
            return reply(.refused(.problem(status: 403, title: "Forbidden", detail: reason)))
        }
        reply(.caller(keeper.caller(session: session) ?? keeper.anonymous()))
    }

    /// Everyone may do everything here, but not the pages of other sites by the browser of someone who can reach it.
    private func open(_ request: HTTPRequest) -> Authentication {
        guard !request.method.isSafe, let origin = request.origin,
            !SameSite.isOwn(origin, request, publicURL: configuration.publicURL)
        else { return .caller(.open) }
        return .refused(
            .problem(status: 403, title: "Forbidden", detail: "Pages of \(origin.prefix(200)) may change nothing here"))
    }

    private func authenticate(
        _ request: HTTPRequest, bearer field: String, _ reply: @escaping @Sendable (Authentication) -> Void
    ) {
        // Bytes, for each request with a credential comes here.
        guard field.utf8.count > 7, field.utf8.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else {
            return reply(
                .refused(
                    Unauthorized.answer(
                        "The header Authorization has to be \"Bearer\" and a key or a token", error: "invalid_request"))
            )
        }
        let token = field[field.utf8.index(field.startIndex, offsetBy: 7)...]
        if token.hasPrefix(Secret.keyPrefix) {
            if let found = keeper.identify(key: token) { return reply(.caller(Self.remembered(found, by: request))) }
            return reply(
                .refused(
                    Unauthorized.answer(
                        "The key is unknown, revoked or expired; ask an administrator for another",
                        error: "invalid_token")))
        }
        guard let tokens else {
            return reply(
                .refused(
                    Unauthorized.answer(
                        "The header Authorization holds no key of this Parvis, and no issuer of tokens is trusted here",
                        error: "invalid_token")))
        }
        if let claims = tokens.known(token) {
            return reply(.caller(Self.remembered(bearer(claims, SecretDigest(token)), by: request)))
        }
        let text = String(token)
        Task { [self] in
            do throws(TokenError) {
                let claims = try await tokens.verify(text)
                reply(.caller(bearer(claims, SecretDigest(text)).caller))
            } catch {
                reply(.refused(Self.refusal(error)))
            }
        }
    }

    private func bearer(_ claims: TokenClaims, _ digest: SecretDigest) -> AccessKeeper.Identified {
        keeper.bearer(
            id: claims.callerID, name: claims.name, roles: claims.roles, expiresAt: claims.expiresAt,
            credential: digest)
    }

    /// Has the request's connection remember who sent it.
    private static func remembered(_ found: AccessKeeper.Identified, by request: HTTPRequest) -> Caller {
        request.remember(found.caller, epoch: found.epoch, seconds: found.seconds)
        return found.caller
    }

    private static func refusal(_ error: TokenError) -> HTTPAnswer {
        if case .unavailable = error {
            var answer = HTTPAnswer.problem(status: 503, title: "Service Unavailable", detail: error.description)
            answer.headers.append(("Retry-After", "10"))
            return answer
        }
        return Unauthorized.answer(error.description, error: "invalid_token")
    }

    /// Whether what the caller of a stream came with still holds.
    public func renew(_ caller: Caller) -> Caller? {
        if configuration.isOpen { return caller }
        guard let credential = caller.credential as? SecretDigest else {
            return caller.isAnonymous ? keeper.anonymous() : nil
        }
        if caller.id.hasPrefix("token:"), let claims = tokens?.stillHolds(credential) {
            return bearer(claims, credential).caller
        }
        return keeper.renewed(credential)
    }
}

/// The answer to a request without a credential that is good enough.
public enum Unauthorized {
    /// - Parameter error: as in RFC 6750 section 3.1; `nil` when no credential came.
    public static func answer(_ detail: String, error: String? = nil) -> HTTPAnswer {
        var answer = HTTPAnswer.problem(status: 401, title: "Unauthorized", detail: detail)
        let suffix = error.map { ", error=\"\($0)\"" } ?? ""
        answer.headers.append(("WWW-Authenticate", "Bearer realm=\"parvis\"\(suffix)"))
        return answer
    }
}
