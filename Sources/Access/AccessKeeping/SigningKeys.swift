import JSONTree
import JWTKit
import NGSILDModel

/// The public keys of an issuer: fetched when they are first needed, kept for an hour, fetched again when a token names
/// one that is not among them.
///
/// Invariants:
/// 1. At most one fetch is under way, and no two begin within `shortestSeconds`, whatever tokens say.
/// 2. Keys that were fetched hold until others were fetched, for at most a day.
actor SigningKeys {
    /// A key as the issuer publishes it.
    struct Key: Sendable {
        let id: String?
        /// `RSA`, `EC` or `OKP`.
        let type: String
        let algorithm: String?
        let json: String
    }

    private static let shortestSeconds = 10.0
    private static let lifetimeSeconds = 3_600.0
    private static let staleSeconds = 86_400.0
    /// Keys of one issuer that are looked at.
    private static let keyLimit = 100

    private let issuer: TokenIssuer
    private let fetch: @Sendable (String) async throws -> [UInt8]
    private let now: @Sendable () -> Timestamp
    private var keys: [Key] = []
    private var fetchedAt = Timestamp.none
    private var triedAt = Timestamp.none
    /// How often keys were fetched.
    private var fetches = 0
    private var underWay: Task<Void, Never>?
    private var verifiers: [String: JWTKeyCollection] = [:]

    init(
        _ issuer: TokenIssuer, fetch: @escaping @Sendable (String) async throws -> [UInt8],
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.issuer = issuer
        self.fetch = fetch
        self.now = now
    }

    /// What verifies signatures made with a key by an algorithm.
    ///
    /// - Parameter id: `nil`: the issuer has one key only.
    func verifier(key id: String?, algorithm: String) async throws(TokenError) -> JWTKeyCollection {
        let isOld = !fetchedAt.isSet || now() >= fetchedAt.adding(seconds: Self.lifetimeSeconds)
        if isOld { await refresh() }
        if let verifier = try await find(id, algorithm) { return verifier }
        if !isOld {
            await refresh()
            if let verifier = try await find(id, algorithm) { return verifier }
        }
        guard fetchedAt.isSet, now() < fetchedAt.adding(seconds: Self.staleSeconds) else {
            throw .unavailable(issuer.issuer)
        }
        throw .key(id ?? "")
    }

    /// What verifies by keys that were fetched because a signature was not one of those at hand: an issuer may change a key
    /// and not its id, or have none.
    ///
    /// - Returns: `nil` when nothing newer can be had now.
    func newerVerifier(key id: String?, algorithm: String) async throws(TokenError) -> JWTKeyCollection? {
        let before = fetches
        await refresh()
        return fetches == before ? nil : try await find(id, algorithm)
    }

    private func find(_ id: String?, _ algorithm: String) async throws(TokenError) -> JWTKeyCollection? {
        guard fetchedAt.isSet, now() < fetchedAt.adding(seconds: Self.staleSeconds) else { return nil }
        let type = algorithm.hasPrefix("ES") ? "EC" : algorithm == "EdDSA" ? "OKP" : "RSA"
        let fitting = keys.filter { $0.type == type && ($0.algorithm == nil || $0.algorithm == algorithm) }
        let key: Key?
        if let id { key = fitting.first { $0.id == id } } else { key = keys.count == 1 ? fitting.first : nil }
        guard let key else { return nil }
        let name = "\(algorithm)\n\(key.id ?? "")"
        if let verifier = verifiers[name] { return verifier }
        let verifier = JWTKeyCollection()
        do {
            var jwk = try JWK(json: key.json)
            jwk.algorithm = JWK.Algorithm(rawValue: algorithm)
            jwk.keyIdentifier = JWKIdentifier(string: key.id ?? "only")
            try await verifier.add(jwk: jwk, isDefault: true)
        } catch {
            throw .key(key.id ?? "")
        }
        verifiers[name] = verifier
        return verifier
    }

    private func refresh() async {
        if let underWay { return await underWay.value }
        if triedAt.isSet, now() < triedAt.adding(seconds: Self.shortestSeconds) { return }
        triedAt = now()
        let task = Task { await fetchKeys() }
        underWay = task
        await task.value
        underWay = nil
    }

    private func fetchKeys() async {
        guard let url = await keysURL(), let bytes = try? await fetch(url), let keys = Self.read(bytes) else { return }
        self.keys = keys
        verifiers.removeAll()
        fetchedAt = now()
        fetches += 1
    }

    private func keysURL() async -> String? {
        if let url = issuer.keysURL { return url }
        return await OpenIDConfiguration.fetch(of: issuer.issuer, fetch)?.keysURL
    }

    /// The public keys for signatures in a JWK set; others are passed over.
    ///
    /// - Source: RFC 7517 section 5.
    static func read(_ bytes: [UInt8]) -> [Key]? {
        guard let document = try? JSONDocument(parsing: bytes), let list = document.member(document.root, "keys"),
            document.isArray(list)
        else { return nil }
        var keys: [Key] = []
        for node in document.elements(list) where document.isObject(node) && keys.count < keyLimit {
            func text(_ name: String) -> String? {
                document.member(node, named: name).flatMap { document.string($0) }
            }
            // A symmetric key in a public set is no secret, and one that can sign is no public key.
            guard let type = text("kty"), ["RSA", "EC", "OKP"].contains(type), text("use") ?? "sig" == "sig",
                document.member(node, "d") == nil
            else { continue }
            keys.append(Key(id: text("kid"), type: type, algorithm: text("alg"), json: document.text(node)))
        }
        return keys
    }
}

/// What an OpenID Connect provider says of itself.
///
/// - Source: OpenID Connect Discovery 1.0 section 4.
public struct OpenIDConfiguration: Hashable, Sendable {
    public let keysURL: String
    public let authorizationURL: String
    public let tokenURL: String

    /// Fetches it; `nil` when it cannot be had, or is of another issuer.
    public static func fetch(
        of issuer: String, _ fetch: @Sendable (String) async throws -> [UInt8]
    ) async -> OpenIDConfiguration? {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        guard let bytes = try? await fetch(base + "/.well-known/openid-configuration"),
            let document = try? JSONDocument(parsing: bytes)
        else { return nil }
        func text(_ name: String) -> String? {
            document.member(document.root, named: name).flatMap { document.string($0) }
        }
        guard text("issuer") == issuer, let keys = text("jwks_uri") else { return nil }
        return OpenIDConfiguration(
            keysURL: keys, authorizationURL: text("authorization_endpoint") ?? "",
            tokenURL: text("token_endpoint") ?? "")
    }
}
