import JSONTree
public import NGSILDModel

/// Why nobody is signed in.
public enum SignInRefusal: Error, Hashable, Sendable {
    /// The name is unknown or the password is not its.
    case wrong
    /// Too many attempts; the next is looked at after some seconds.
    case wait(seconds: Int)
    /// The link is unknown, was used, or is too old.
    case linkEnded
    case provider(ProviderRefusal)
    case failed(NGSILDError)
}

extension AccessKeeper {
    /// Signs in with a name and a password.
    ///
    /// - Parameter address: from where, for the limit of failures.
    /// - Returns: the token of the new session.
    public func signIn(name: String, password: String, address: String) async throws(SignInRefusal) -> String {
        try await check(name: name, password: password, address: address)
        return try await begin(.person(name.lowercased()))
    }

    /// Checks a password.
    ///
    /// - Throws: unless it is the person's; those who guess have to wait ever longer.
    public func check(name: String, password: String, address: String) async throws(SignInRefusal) {
        let name = String(name.lowercased().prefix(80))
        if let seconds = limiter.wait(name: name, address: address, now: configuration.now()) {
            throw .wait(seconds: seconds)
        }
        let isRight: Bool
        do throws(NGSILDError) { isRight = try await isPassword(password, of: name) } catch { throw .failed(error) }
        guard isRight else {
            limiter.failed(name: name, address: address, now: configuration.now())
            throw .wrong
        }
        limiter.succeeded(name: name, address: address)
    }

    /// Signs in whoever a provider says it is.
    ///
    /// - Parameters:
    ///   - address: from where, for the limit of failures.
    ///   - claims: finds out who it is.
    /// - Returns: the token of the new session.
    public func signIn(
        address: String, claims: () async throws(ProviderRefusal) -> TokenClaims
    ) async throws(SignInRefusal) -> String {
        // No name of a person has a space, so nobody is kept out whose name is guessed elsewhere.
        let name = "a provider from \(address)"
        if let seconds = limiter.wait(name: name, address: address, now: configuration.now()) {
            throw .wait(seconds: seconds)
        }
        let found: TokenClaims
        do throws(ProviderRefusal) { found = try await claims() } catch {
            if case .refused = error { limiter.failed(name: name, address: address, now: configuration.now()) }
            throw .provider(error)
        }
        limiter.succeeded(name: name, address: address)
        remember(bearer: found.callerID, roles: found.roles)
        return try await begin(.bearer(found.callerID, name: found.name))
    }

    /// Ends a session.
    public func signOut(_ token: some StringProtocol) async {
        let digest = SecretDigest(token)
        let wasThere = state.withLock { $0.sessions.removeValue(forKey: digest) != nil }
        // It has ended whether or not that can be kept; after a restart it would be back until it goes idle.
        if wasThere { try? await keep(kind: Self.sessionKind, key: digest.hexadecimal, nil) }
    }

    // MARK: Links

    /// Makes the link of the first start: who opens it becomes the administrator. One that was made before ends.
    public func welcomeToken() -> String {
        state.withLock { $0.links = $0.links.filter { $0.value.person != nil } }
        return link(to: nil, isSingleUse: true)
    }

    /// Makes a link that signs in as a person.
    public func signInToken(for person: String, isSingleUse: Bool = true) -> String {
        link(to: person.lowercased(), isSingleUse: isSingleUse)
    }

    private func link(to person: String?, isSingleUse: Bool) -> String {
        let token = Secret.token()
        let expiresAt =
            isSingleUse ? configuration.now().adding(seconds: configuration.linkSeconds) : Timestamp.none
        state.withLock {
            $0.links[SecretDigest(token)] = Link(person: person, expiresAt: expiresAt, isSingleUse: isSingleUse)
        }
        return token
    }

    /// Whether a link is one that makes the first administrator, and still can.
    public func isWelcome(_ token: String) -> Bool {
        let now = configuration.now()
        return state.withLock { state in
            guard let link = state.links[SecretDigest(token)], link.person == nil, state.people.isEmpty else {
                return false
            }
            return !link.expiresAt.isSet || now < link.expiresAt
        }
    }

    /// Makes the first administrator, and signs them in.
    public func welcome(token: String, name: String, password: String) async throws(SignInRefusal) -> String {
        guard isWelcome(token) else { throw .linkEnded }
        do throws(NGSILDError) {
            _ = try AccessNames.person(name)
            try AccessNames.check(password: password, atLeast: configuration.passwordMinimum)
        } catch { throw .failed(error) }
        // Taken before it is used, so that it is used once; given back when the person could not be made.
        let digest = SecretDigest(token)
        guard let link = state.withLock({ $0.links.removeValue(forKey: digest) }) else { throw .linkEnded }
        let person: Person
        do throws(NGSILDError) {
            person = try await addPerson(name, roles: [BuiltInRole.administrator.rawValue], password: password)
        } catch {
            state.withLock { $0.links[digest] = link }
            throw .failed(error)
        }
        return try await begin(.person(person.name))
    }

    /// Signs in by a link.
    public func signIn(link token: String) async throws(SignInRefusal) -> String {
        let now = configuration.now()
        let digest = SecretDigest(token)
        let person = state.withLock { state -> String? in
            guard let link = state.links[digest], let person = link.person, state.people[person] != nil,
                !link.expiresAt.isSet || now < link.expiresAt
            else { return nil }
            if link.isSingleUse { state.links[digest] = nil }
            return person
        }
        guard let person else { throw .linkEnded }
        return try await begin(.person(person))
    }

    // MARK: Sessions

    private func begin(_ owner: Session.Owner) async throws(SignInRefusal) -> String {
        let now = configuration.now()
        let token = Secret.token()
        let digest = SecretDigest(token)
        let session = Session(owner: owner, createdAt: now, lastUsedAt: now)
        var writer = ByteWriter(capacity: 160)
        session.append(to: &writer)
        let bytes = writer.array()
        do throws(NGSILDError) { try await keep(kind: Self.sessionKind, key: digest.hexadecimal, bytes) } catch {
            throw .failed(error)
        }
        let ended = state.withLock { state -> [SecretDigest] in
            state.sessions[digest] = SessionEntry(session: session)
            var ended = state.sessions.filter { !isAlive($0.value.session, now) }.map(\.key)
            if state.sessions.count - ended.count > configuration.sessionLimit {
                let oldest = state.sessions.min { $0.value.session.lastUsedAt < $1.value.session.lastUsedAt }
                if let oldest { ended.append(oldest.key) }
            }
            for one in ended { state.sessions[one] = nil }
            return ended
        }
        for one in ended { try? await keep(kind: Self.sessionKind, key: one.hexadecimal, nil) }
        return token
    }
}
