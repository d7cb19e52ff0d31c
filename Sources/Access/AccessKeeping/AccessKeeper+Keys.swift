import JSONTree
public import NGSILDModel

extension AccessKeeper {
    /// All keys, those that were made first in front.
    public var keys: [AccessKey] {
        state.withLock { $0.keys.values.map(\.key) }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The key with an id; `nil`: there is none.
    public func key(_ id: String) -> AccessKey? {
        state.withLock { state in state.digests[id].flatMap { state.keys[$0]?.key } }
    }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: what it is for.
    ///   - expiresAt: `.none`: it does not expire.
    /// - Returns: what is kept of it, and the key itself, which nobody can find out again.
    /// - Throws: `.badRequestData`, `.conflict` when there are too many, or when it cannot be kept.
    public func createKey(
        name: String, roles: [String], expiresAt: Timestamp = .none
    ) async throws(NGSILDError) -> (key: AccessKey, secret: String) {
        let now = configuration.now()
        let secret = Secret.keyPrefix + Secret.token()
        let key = AccessKey(
            id: Secret.id(), name: try AccessNames.key(name), roles: try Self.checked(roles), createdAt: now,
            expiresAt: try Self.checked(expiresAt, now), revokedAt: .none, lastUsedAt: .none)
        guard state.withLock({ $0.keys.count }) < configuration.keyLimit else {
            throw .conflict(
                "There are as many keys as are kept, \(configuration.keyLimit); delete some that are revoked")
        }
        let digest = SecretDigest(secret)
        try await keep(key, digest)
        state.withLock { state in
            state.keys[digest] = KeyEntry(key: key)
            state.digests[key.id] = digest
        }
        return (key, secret)
    }

    /// Gives a key another name, other roles, another end. It stays the same key.
    public func replaceKey(
        _ id: String, name: String, roles: [String], expiresAt: Timestamp
    ) async throws(NGSILDError) {
        let name = try AccessNames.key(name)
        let roles = try Self.checked(roles)
        let expiresAt = try Self.checked(expiresAt, configuration.now())
        try await change(id) { key throws(NGSILDError) in
            if key.revokedAt.isSet { throw .conflict("The key \(id) is revoked, which is for good; make a new one") }
            key.name = name
            key.roles = roles
            key.expiresAt = expiresAt
        }
    }

    /// Ends a key, at once and for good. What it was stays to be seen until it is deleted.
    public func revokeKey(_ id: String) async throws(NGSILDError) {
        let now = configuration.now()
        try await change(id) { key throws(NGSILDError) in
            if !key.revokedAt.isSet { key.revokedAt = now }
        }
    }

    /// Forgets a key, and ends it if it holds.
    public func deleteKey(_ id: String) async throws(NGSILDError) {
        let isThere = state.withLock { state in
            guard let digest = state.digests[id] else { return false }
            state.keys[digest] = nil
            state.digests[id] = nil
            state.epoch.advance()
            return true
        }
        guard isThere else { throw Self.unknownKey(id) }
        try await keep(kind: Self.keyKind, key: id, nil)
    }

    /// Keeps when keys were last used: those that were used ten minutes or more after what is kept says, a few hundred at
    /// most. Call it every minute or so, and at the end.
    public func keepUses() async {
        let due = state.withLock { state -> [(AccessKey, SecretDigest)] in
            var due: [(AccessKey, SecretDigest)] = []
            for (digest, entry) in state.keys where entry.key.lastUsedAt.isSet && due.count < 500 {
                if !entry.keptUse.isSet || entry.key.lastUsedAt >= entry.keptUse.adding(seconds: 600) {
                    due.append((entry.key, digest))
                }
            }
            return due
        }
        for (key, digest) in due {
            guard (try? await keep(key, digest)) != nil else { return }
            state.withLock { $0.keys[digest]?.keptUse = key.lastUsedAt }
        }
    }

    private func change(
        _ id: String, _ body: (inout AccessKey) throws(NGSILDError) -> Void
    ) async throws(NGSILDError) {
        let result = state.withLock { state -> Result<(AccessKey, SecretDigest), NGSILDError> in
            guard let digest = state.digests[id], var key = state.keys[digest]?.key else {
                return .failure(Self.unknownKey(id))
            }
            do throws(NGSILDError) { try body(&key) } catch { return .failure(error) }
            state.keys[digest]?.key = key
            state.keys[digest]?.caller = nil
            state.epoch.advance()
            return .success((key, digest))
        }
        let (key, digest) = try result.get()
        try await keep(key, digest)
    }

    private func keep(_ key: AccessKey, _ digest: SecretDigest) async throws(NGSILDError) {
        var writer = ByteWriter(capacity: 384)
        key.append(to: &writer, digest: digest)
        let bytes = writer.array()
        try await keep(kind: Self.keyKind, key: key.id, bytes)
    }

    private static func checked(_ roles: [String]) throws(NGSILDError) -> [String] {
        let roles = try AccessNames.roles(roles)
        guard !roles.isEmpty else {
            throw .badRequestData("The key has no role, so it could do nothing; name one, such as reader")
        }
        return roles
    }

    private static func checked(_ expiresAt: Timestamp, _ now: Timestamp) throws(NGSILDError) -> Timestamp {
        guard !expiresAt.isSet || expiresAt > now else {
            throw .badRequestData("The key would have expired already; give a time to come, or none")
        }
        return expiresAt
    }

    private static func unknownKey(_ id: String) -> NGSILDError {
        .resourceNotFound("There is no key with the id \(id.prefix(80)); GET /admin/access/keys lists them")
    }
}
