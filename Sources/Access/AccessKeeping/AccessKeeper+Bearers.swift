import AccessPolicies
import JSONTree
public import NGSILDModel
import NGSILDOperations

extension AccessKeeper {
    /// The caller who shows a token of another issuer, with the roles that it says.
    ///
    /// Roles are remembered, and kept when they are new, so that what the caller subscribed to is told by them.
    ///
    /// - Parameters:
    ///   - expiresAt: when the token does.
    ///   - credential: the digest of the token.
    public func bearer(
        id: String, name: String, roles: [String], expiresAt: Timestamp, credential: SecretDigest
    ) -> Identified {
        let (permit, epoch) = remember(bearer: id, roles: roles)
        return Identified(
            caller: Caller(id: id, name: name, permit: permit, credential: credential), epoch: epoch,
            seconds: Self.seconds(until: expiresAt, configuration.now()))
    }

    /// Remembers the roles that a bearer has, and gives what they permit, and the epoch in which they do.
    @discardableResult
    func remember(bearer id: String, roles: [String]) -> (Permit, epoch: Int) {
        let roles = Array(Set(roles).sorted().prefix(AccessNames.roleLimit))
        let bearer = Bearer(roles: roles, seenAt: configuration.now())
        let (permit, epoch, isNew, forgotten) = state.withLock { state -> (Permit, Int, Bool, String?) in
            let isNew = state.bearers[id]?.roles != roles
            state.bearers[id] = bearer
            // Sessions of the same bearer go by what is said now.
            if isNew { state.generation += 1 }
            var forgotten: String?
            if state.bearers.count > configuration.bearerLimit {
                forgotten = state.bearers.min { $0.value.seenAt < $1.value.seenAt }?.key
                if let forgotten { state.bearers[forgotten] = nil }
            }
            return (state.book.permit(roles: roles), state.epoch.current, isNew, forgotten)
        }
        if isNew {
            var writer = ByteWriter(capacity: 128)
            bearer.append(to: &writer)
            // Nobody waits for it: what is lost is written again with the next token.
            put(id, writer.array())
        }
        if let forgotten { put(forgotten, nil) }
        return (permit, epoch)
    }

    private func put(_ id: String, _ body: [UInt8]?) {
        documents.putDocument(
            kind: Self.bearerKind, tenant: "", key: id, body: body, on: ImmediateReplyScheduler()
        ) { _ in }
    }
}
