import JSONTree
public import NGSILDModel

/// Why nobody is signed in by a provider.
public enum ProviderRefusal: Error, Hashable, Sendable {
    /// The provider cannot be reached, or does not say what it must.
    case unavailable(String)
    /// It answered, and not with a token that holds here.
    case refused(String)
}

/// Signs people in at an OpenID Connect provider: the authorization code flow with PKCE.
///
/// - Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207, RFC 9700.
public final class ProviderSignIn: Sendable {
    /// Which provider, and what it knows Parvis as.
    public struct Configuration: Sendable {
        /// The provider; tokens are for `clientID`.
        public var issuer: TokenIssuer
        public var clientID: String
        /// `nil`: the provider knows Parvis as a public client.
        public var clientSecret: String?
        /// What people call the provider.
        public var name: String

        public init(issuer: TokenIssuer, clientID: String, clientSecret: String? = nil, name: String) {
            self.issuer = issuer
            self.issuer.audiences = [clientID]
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.name = name
        }
    }

    /// A request to the provider.
    public struct Request: Sendable {
        public let url: String
        public var headers: [(name: String, value: String)] = []
        /// `nil` for GET.
        public var body: [UInt8]?
    }

    /// Bytes of a code that are sent on.
    private static let codeLimit = 4_096

    public let configuration: Configuration
    private let send: @Sendable (Request) async throws -> (status: Int, body: [UInt8])
    private let tokens: TokenVerifier
    private let directory: ProviderDirectory

    /// - Parameter send: sends a request within limits of time, size and number; follows no redirect.
    public init(
        _ configuration: Configuration, now: @escaping @Sendable () -> Timestamp = { .now() },
        send: @escaping @Sendable (Request) async throws -> (status: Int, body: [UInt8])
    ) {
        self.configuration = configuration
        self.send = send
        let fetch: @Sendable (String) async throws -> [UInt8] = { url in
            let answer = try await send(Request(url: url, headers: [("Accept", "application/json")]))
            guard answer.status == 200 else { throw ProviderRefusal.unavailable("status \(answer.status)") }
            return answer.body
        }
        tokens = TokenVerifier([configuration.issuer], fetch: fetch, now: now)
        directory = ProviderDirectory(configuration.issuer.issuer, fetch: fetch, now: now)
    }

    /// Where a browser goes to sign in.
    ///
    /// - Parameter redirectURL: where the provider sends it back.
    public func location(
        for attempt: ProviderAttempt, redirectURL: String
    ) async throws(ProviderRefusal) -> String {
        let url = try await directory.configuration().authorizationURL
        let query = FormText.text([
            ("response_type", "code"), ("client_id", configuration.clientID), ("redirect_uri", redirectURL),
            ("scope", "openid profile"), ("state", attempt.state), ("nonce", attempt.nonce),
            ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
        ])
        return url + (url.contains("?") ? "&" : "?") + query
    }

    /// Redeems the code that a browser came back with.
    ///
    /// - Parameters:
    ///   - state: what came back with it.
    ///   - issuer: who it is from, where the provider says it.
    ///   - redirectURL: as in `location`.
    /// - Returns: who signed in.
    public func claims(
        code: String, state: String, issuer: String?, of attempt: ProviderAttempt, redirectURL: String
    ) async throws(ProviderRefusal) -> TokenClaims {
        guard SecretDigest(state) == SecretDigest(attempt.state) else {
            throw .refused("the browser that came back did not begin here")
        }
        guard issuer == nil || issuer == configuration.issuer.issuer else {
            throw .refused("the code is of another issuer")
        }
        guard (1...Self.codeLimit).contains(code.utf8.count) else { throw .refused("the code is none") }
        let token = try await redeem(code, attempt, redirectURL)
        let claims: TokenClaims
        do throws(TokenError) { claims = try await tokens.verify(token) } catch {
            if case .unavailable = error { throw .unavailable(error.description) }
            throw .refused(error.description)
        }
        guard let nonce = claims.nonce, SecretDigest(nonce) == SecretDigest(attempt.nonce) else {
            throw .refused("the token is not of this attempt")
        }
        guard claims.authorizedParty == nil || claims.authorizedParty == configuration.clientID else {
            throw .refused("the token was made for another client")
        }
        return claims
    }

    private func redeem(
        _ code: String, _ attempt: ProviderAttempt, _ redirectURL: String
    ) async throws(ProviderRefusal) -> String {
        let url = try await directory.configuration().tokenURL
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURL),
            ("code_verifier", attempt.verifier),
        ]
        var request = Request(url: url)
        request.headers = [
            ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        if let secret = configuration.clientSecret {
            // RFC 6749 section 2.3.1: both are encoded before they are joined.
            let pair = FormText.encoded(configuration.clientID) + ":" + FormText.encoded(secret)
            request.headers.append(("Authorization", "Basic " + FormText.base64(Array(pair.utf8))))
        } else {
            fields.append(("client_id", configuration.clientID))
        }
        request.body = Array(FormText.text(fields).utf8)
        let answer: (status: Int, body: [UInt8])
        do { answer = try await send(request) } catch {
            throw .unavailable("its token endpoint does not answer: \(error)")
        }
        guard answer.status == 200, let document = try? JSONDocument(parsing: answer.body),
            let token = document.member(document.root, named: "id_token").flatMap({ document.string($0) })
        else {
            if answer.status >= 500 { throw .unavailable("its token endpoint answers \(answer.status)") }
            throw .refused("the code was not redeemed, status \(answer.status)")
        }
        return token
    }
}

/// What the provider says of itself: asked for when it is first needed, and each hour.
///
/// Invariant: at most one request is under way, and no two begin within `shortestSeconds`, whoever asks.
private actor ProviderDirectory {
    private static let shortestSeconds = 10.0
    private static let lifetimeSeconds = 3_600.0

    private let issuer: String
    private let fetch: @Sendable (String) async throws -> [UInt8]
    private let now: @Sendable () -> Timestamp
    private var known: OpenIDConfiguration?
    private var fetchedAt = Timestamp.none
    private var triedAt = Timestamp.none
    private var underWay: Task<Void, Never>?

    init(
        _ issuer: String, fetch: @escaping @Sendable (String) async throws -> [UInt8],
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.issuer = issuer
        self.fetch = fetch
        self.now = now
    }

    func configuration() async throws(ProviderRefusal) -> OpenIDConfiguration {
        if known == nil || now() >= fetchedAt.adding(seconds: Self.lifetimeSeconds) { await refresh() }
        guard let known else { throw .unavailable("\(issuer) does not say where people sign in") }
        return known
    }

    private func refresh() async {
        if let underWay { return await underWay.value }
        if triedAt.isSet, now() < triedAt.adding(seconds: Self.shortestSeconds) { return }
        triedAt = now()
        let task = Task { await load() }
        underWay = task
        await task.value
        underWay = nil
    }

    private func load() async {
        guard let found = await OpenIDConfiguration.fetch(of: issuer, fetch),
            isUsable(found.authorizationURL), isUsable(found.tokenURL)
        else { return }
        known = found
        fetchedAt = now()
    }

    /// An issuer that speaks https does not send people, or codes, to where others can listen.
    private func isUsable(_ url: String) -> Bool {
        let isPlain = url.hasPrefix("http://") && issuer.hasPrefix("http://")
        return (isPlain || url.hasPrefix("https://")) && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && !url.contains("#")
    }
}

/// Text of forms and of URLs' queries.
///
/// - Source: RFC 4648 section 4.
enum FormText {
    static func text(_ fields: [(String, String)]) -> String {
        fields.map { encoded($0.0) + "=" + encoded($0.1) }.joined(separator: "&")
    }

    /// Everything but unreserved characters percent-encoded.
    static func encoded(_ text: String) -> String { PercentCoding.encode(text, keeping: "") }

    static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}
