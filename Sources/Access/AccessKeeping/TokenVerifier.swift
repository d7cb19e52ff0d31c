import JSONTree
import JWTKit
public import NGSILDModel
import Synchronization

/// What a token that is believed says.
public struct TokenClaims: Hashable, Sendable {
    public let issuer: String
    public let subject: String
    /// For people to read: `preferred_username`, `name`, or the subject.
    public let name: String
    public let roles: [String]
    public let nonce: String?
    /// The client that the token was made for, where its issuer says it (`azp`).
    public let authorizedParty: String?
    public let expiresAt: Timestamp

    /// The id of its bearer as a caller.
    public var callerID: String { "token:\(subject)@\(issuer)" }
}

/// Checks JSON Web Tokens of the configured issuers: signature, algorithm, issuer, audience and times.
///
/// Only algorithms with public keys are taken, whatever a token says: `none` is not, nor are those with a shared secret,
/// so a public key is never taken for one. Keys that a token brings with it (`jwk`, `jku`, `x5c`) are not looked at.
///
/// - Source: RFC 7519, RFC 8725, OpenID Connect Core 1.0 section 3.1.3.7.
public final class TokenVerifier: Sendable {
    public static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]
    /// Bytes of a token.
    static let sizeLimit = 16 << 10
    /// Seconds by which clocks may differ.
    static let leewaySeconds = 60.0
    /// Seconds for which a token that was checked is not checked again, so that a key that its issuer withdrew ends.
    private static let memorySeconds = 300.0
    private static let memoryLimit = 10_000

    private struct Remembered {
        let claims: TokenClaims
        let checkedAt: Timestamp
    }

    private let issuers: [String: (issuer: TokenIssuer, keys: SigningKeys)]
    private let now: @Sendable () -> Timestamp
    private let remembered = Mutex<[SecretDigest: Remembered]>([:])

    /// - Parameter fetch: gets a document of an issuer by its URL.
    public init(
        _ issuers: [TokenIssuer], fetch: @escaping @Sendable (String) async throws -> [UInt8],
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.now = now
        var table: [String: (issuer: TokenIssuer, keys: SigningKeys)] = [:]
        for issuer in issuers { table[issuer.issuer] = (issuer, SigningKeys(issuer, fetch: fetch, now: now)) }
        self.issuers = table
    }

    /// What a token says that was checked a short while ago; `nil`: use `verify`. About 2 us.
    public func known(_ token: some StringProtocol) -> TokenClaims? {
        let digest = SecretDigest(token)
        let now = now()
        return remembered.withLock { remembered in
            guard let entry = remembered[digest], now < entry.claims.expiresAt,
                now < entry.checkedAt.adding(seconds: Self.memorySeconds)
            else { return nil }
            return entry.claims
        }
    }

    /// What a token says that a stream was opened with, by its digest; `nil` once it has expired.
    public func stillHolds(_ digest: SecretDigest) -> TokenClaims? {
        let now = now()
        return remembered.withLock { remembered in
            guard let entry = remembered[digest], now < entry.claims.expiresAt else { return nil }
            return entry.claims
        }
    }

    /// Checks a token. Fetches the issuer's keys when they are not at hand.
    public func verify(_ token: String) async throws(TokenError) -> TokenClaims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.sizeLimit, parts.count == 3 else {
            throw .malformed("it is no JWT of three parts in at most \(Self.sizeLimit) bytes")
        }
        let header = try Self.object(parts[0], "header")
        let payload = try Self.object(parts[1], "payload")
        let algorithm = header.text("alg") ?? ""
        guard Self.algorithms.contains(algorithm) else { throw .algorithm(algorithm) }
        guard header.has("crit") == false else { throw .malformed("its header has crit, which is not known here") }
        let issuer = payload.text("iss") ?? ""
        guard let known = issuers[issuer] else { throw .issuer(issuer) }
        let verifier = try await known.keys.verifier(key: header.text("kid"), algorithm: algorithm)
        if await !Self.isSigned(token, verifier) {
            let newer = try await known.keys.newerVerifier(key: header.text("kid"), algorithm: algorithm)
            guard let newer, await Self.isSigned(token, newer) else { throw .signature }
        }
        let claims = try Self.claims(payload, known.issuer, now())
        remember(token, claims)
        return claims
    }

    private static func isSigned(_ token: String, _ verifier: JWTKeyCollection) async -> Bool {
        (try? await verifier.verify(token, as: AnyPayload.self)) != nil
    }

    private func remember(_ token: String, _ claims: TokenClaims) {
        let now = now()
        remembered.withLock { remembered in
            if remembered.count >= Self.memoryLimit {
                remembered = remembered.filter { now < $0.value.claims.expiresAt }
                if remembered.count >= Self.memoryLimit { remembered.removeAll() }
            }
            remembered[SecretDigest(token)] = Remembered(claims: claims, checkedAt: now)
        }
    }

    // MARK: What a token says

    static func claims(
        _ payload: TokenObject, _ issuer: TokenIssuer, _ now: Timestamp
    ) throws(TokenError) -> TokenClaims {
        guard !issuer.audiences.isDisjoint(with: payload.texts(["aud"])) else { throw .audience }
        guard let expiry = payload.seconds("exp") else { throw .malformed("it has no exp, so it would hold for ever") }
        let expiresAt = expiry.adding(seconds: leewaySeconds)
        guard now < expiresAt else { throw .expired }
        for name in ["nbf", "iat"] {
            if let time = payload.seconds(name), now.adding(seconds: leewaySeconds) < time { throw .notYetValid }
        }
        guard let subject = payload.text("sub"), (1...255).contains(subject.utf8.count) else {
            throw .malformed("it has no sub of 1 to 255 bytes")
        }
        let roles = payload.texts(issuer.rolesClaim.split(separator: ".").map(String.init))
            .compactMap { $0.dropping(prefix: issuer.rolePrefix) }
            .filter { (try? AccessNames.check(role: $0)) != nil }
        return TokenClaims(
            issuer: issuer.issuer, subject: subject,
            name: String((payload.text("preferred_username") ?? payload.text("name") ?? subject).prefix(100)),
            roles: roles, nonce: payload.text("nonce"), authorizedParty: payload.text("azp"), expiresAt: expiresAt)
    }

    private static func object(_ part: Substring, _ name: String) throws(TokenError) -> TokenObject {
        guard let bytes = Base64URL.decode(part), let object = TokenObject(bytes) else {
            throw .malformed("its \(name) is no JSON object in base64url")
        }
        return object
    }
}

/// One of the two JSON objects of a token.
struct TokenObject {
    private let document: JSONDocument

    init?(_ bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes), document.isObject(document.root) else { return nil }
        self.document = document
    }

    func has(_ name: String) -> Bool { document.member(document.root, named: name) != nil }

    func text(_ name: String) -> String? {
        document.member(document.root, named: name).flatMap { document.string($0) }
    }

    /// A time in seconds since 1970.
    func seconds(_ name: String) -> Timestamp? {
        guard let value = document.member(document.root, named: name).flatMap({ document.double($0) }),
            value.isFinite, value >= 0
        else { return nil }
        return Timestamp(microseconds: 0).adding(seconds: value)
    }

    /// The texts at the end of a path: one, or an array of them.
    func texts(_ path: [String]) -> [String] {
        var node = document.root
        for name in path {
            guard document.isObject(node), let next = document.member(node, named: name) else { return [] }
            node = next
        }
        if let one = document.string(node) { return [one] }
        guard document.isArray(node) else { return [] }
        return document.elements(node).compactMap { document.string($0) }
    }
}

/// Lets the library check the signature; what the payload says is read by `TokenObject`.
private struct AnyPayload: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
