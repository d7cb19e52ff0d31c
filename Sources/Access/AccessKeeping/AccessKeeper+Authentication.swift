public import AccessPolicies
import NGSILDModel

extension AccessKeeper {
    /// A caller, and how long nothing but a new epoch makes them another.
    public struct Identified: Sendable {
        public let caller: Caller
        /// What `epoch` was.
        public let epoch: Int
        /// Seconds until a use should be noted anew, or what the caller came with expires; not above 1.
        public let seconds: Double
    }

    /// The caller who shows an API key; `nil` when it is unknown, revoked or expired. About 1 us.
    public func caller(key: some StringProtocol) -> Caller? { identify(key: key)?.caller }

    /// The same, and how long it holds.
    public func identify(key: some StringProtocol) -> Identified? { identify(key: SecretDigest(key), isUse: true) }

    private func identify(key digest: SecretDigest, isUse: Bool) -> Identified? {
        let now = configuration.now()
        return state.withLock { state in
            guard let entry = state.keys[digest], entry.key.isUsable(at: now) else { return nil }
            if isUse { state.keys[digest]?.key.lastUsedAt = now }
            let seconds = Self.seconds(until: entry.key.expiresAt, now)
            if let caller = entry.caller, entry.generation == state.generation {
                return Identified(caller: caller, epoch: epoch, seconds: seconds)
            }
            let caller = Caller(
                id: "key:\(entry.key.id)", name: entry.key.name, permit: state.book.permit(roles: entry.key.roles),
                credential: digest)
            state.keys[digest]?.caller = caller
            state.keys[digest]?.generation = state.generation
            return Identified(caller: caller, epoch: epoch, seconds: seconds)
        }
    }

    /// How long what expires then may be taken for good without another look.
    static func seconds(until expiry: Timestamp, _ now: Timestamp) -> Double {
        expiry.isSet ? min(1, max(0, (Double(expiry.microseconds) - Double(now.microseconds)) / 1e6)) : 1
    }

    /// The caller whose browser shows a session; `nil` when it has ended.
    public func caller(session token: some StringProtocol) -> Caller? {
        caller(session: SecretDigest(token), isUse: true)
    }

    /// The caller with a key or a session that a stream was opened with, as they are now; `nil` when it has ended. Does not
    /// count as use.
    public func renewed(_ credential: SecretDigest) -> Caller? {
        let isKey = state.withLock { $0.keys[credential] != nil }
        return isKey ? identify(key: credential, isUse: false)?.caller : caller(session: credential, isUse: false)
    }

    private func caller(session digest: SecretDigest, isUse: Bool) -> Caller? {
        let now = configuration.now()
        return state.withLock { state in
            guard let entry = state.sessions[digest] else { return nil }
            guard isAlive(entry.session, now), let owner = state.owner(of: entry.session) else {
                state.sessions[digest] = nil
                return nil
            }
            if isUse { state.sessions[digest]?.session.lastUsedAt = now }
            if let caller = entry.caller, entry.generation == state.generation { return caller }
            let caller = Caller(
                id: owner.id, name: owner.name, permit: state.book.permit(roles: owner.roles), credential: digest)
            state.sessions[digest]?.caller = caller
            state.sessions[digest]?.generation = state.generation
            return caller
        }
    }

    /// The caller without a credential: what policies give the role `anyone`.
    public func anonymous() -> Caller {
        state.withLock { state in
            if state.anonymous.generation == state.generation, let caller = state.anonymous.caller { return caller }
            let caller = Caller(
                id: Caller.anonymousID, name: Caller.anonymousID, permit: state.book.permit(roles: []))
            state.anonymous = (state.generation, caller)
            return caller
        }
    }

    /// What callers of these roles may do at this moment.
    public func permit(roles: [String]) -> Permit { state.withLock { $0.book.permit(roles: roles) } }

    func isAlive(_ session: Session, _ now: Timestamp) -> Bool {
        var seconds = configuration.sessionSeconds
        // What the provider says of its people is not asked again meanwhile.
        if case .bearer = session.owner { seconds = min(seconds, configuration.providerSessionSeconds) }
        return now < session.lastUsedAt.adding(seconds: configuration.sessionIdleSeconds)
            && now < session.createdAt.adding(seconds: seconds)
    }
}

extension AccessKeeper.State {
    /// Who a session's owner is now; `nil`: gone.
    fileprivate func owner(of session: Session) -> (id: String, name: String, roles: [String])? {
        switch session.owner {
        case .person(let name): people[name].map { (id: "person:\($0.name)", name: $0.name, roles: $0.roles) }
        case .bearer(let id, let name): bearers[id].map { (id: id, name: name, roles: $0.roles) }
        }
    }
}

extension AccessKeeper: CallerDirectory {
    /// The caller with an id that a request of theirs had, as they are now.
    public func caller(id: String) -> Caller? {
        if id == Caller.anonymousID { return anonymous() }
        if id == Caller.open.id { return nil }
        let now = configuration.now()
        if let keyID = id.dropping(prefix: "key:") {
            guard let key = key(keyID), key.isUsable(at: now) else { return nil }
            return Caller(id: id, name: key.name, permit: permit(roles: key.roles))
        }
        if let name = id.dropping(prefix: "person:") {
            guard let person = person(name) else { return nil }
            return Caller(id: id, name: person.name, permit: permit(roles: person.roles))
        }
        guard let roles = state.withLock({ $0.bearers[id]?.roles }) else { return nil }
        return Caller(id: id, name: id, permit: permit(roles: roles))
    }

    /// The roles of a caller with this id, as they are now.
    public func roles(of id: String) -> [String] {
        if let keyID = id.dropping(prefix: "key:") { return key(keyID)?.roles ?? [] }
        if let name = id.dropping(prefix: "person:") { return person(name)?.roles ?? [] }
        return state.withLock { $0.bearers[id]?.roles } ?? []
    }
}

extension String {
    func dropping(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
