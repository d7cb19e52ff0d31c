import JSONTree
public import NGSILDModel

extension AccessKeeper {
    /// All people, by name.
    public var people: [Person] { state.withLock { $0.people.values.sorted { $0.name < $1.name } } }

    /// The person with a name, in any case; `nil`: there is none.
    public func person(_ name: String) -> Person? { state.withLock { $0.people[name.lowercased()] } }

    /// Whether nobody could sign in as yet.
    public var hasNoPerson: Bool { state.withLock { $0.people.isEmpty } }

    /// Adds a person.
    ///
    /// - Parameter password: `nil`: this person cannot sign in with one.
    /// - Throws: `.badRequestData`, `.alreadyExists`, `.overloaded`, or when it cannot be kept.
    @discardableResult
    public func addPerson(
        _ name: String, roles: [String], password: String?
    ) async throws(NGSILDError) -> Person {
        let name = try AccessNames.person(name)
        let roles = try AccessNames.roles(roles)
        try checkRoom(for: name)
        let hash = try await hashed(password)
        let person = Person(name: name, roles: roles, password: hash, createdAt: configuration.now())
        // Again, for the hash took its time.
        let result = state.withLock { state -> Result<Void, NGSILDError> in
            guard state.people[name] == nil else { return .failure(Self.exists(name)) }
            state.people[name] = person
            state.generation += 1
            return .success(())
        }
        try result.get()
        do throws(NGSILDError) { try await keep(person) } catch {
            state.withLock { state in
                state.people[name] = nil
                state.generation += 1
            }
            throw error
        }
        return person
    }

    /// Gives a person other roles, another password, or both. A new password ends the person's sessions.
    ///
    /// - Parameters:
    ///   - roles: `nil`: as they are.
    ///   - password: `nil`: as it is.
    public func changePerson(
        _ name: String, roles: [String]?, password: String?
    ) async throws(NGSILDError) {
        let name = name.lowercased()
        let newRoles: [String]?
        if let roles { newRoles = try AccessNames.roles(roles) } else { newRoles = nil }
        let hash = try await hashed(password)
        let now = configuration.now()
        let result = state.withLock { state -> Result<(Person, [SecretDigest]), NGSILDError> in
            guard var person = state.people[name] else { return .failure(Self.unknown(name)) }
            if let newRoles {
                if !newRoles.contains(BuiltInRole.administrator.rawValue), state.isLastAdministrator(name) {
                    return .failure(Self.last(name))
                }
                person.roles = newRoles
            }
            if let hash {
                person.password = hash
                person.passwordChangedAt = now
            }
            state.people[name] = person
            state.generation += 1
            return .success((person, hash == nil ? [] : state.endSessions(of: name)))
        }
        let (person, ended) = try result.get()
        try await keep(person)
        for digest in ended { try await keep(kind: Self.sessionKind, key: digest.hexadecimal, nil) }
    }

    /// Removes a person, and ends their sessions.
    public func removePerson(_ name: String) async throws(NGSILDError) {
        let name = name.lowercased()
        let result = state.withLock { state -> Result<[SecretDigest], NGSILDError> in
            guard state.people[name] != nil else { return .failure(Self.unknown(name)) }
            if state.isLastAdministrator(name) { return .failure(Self.last(name)) }
            state.people[name] = nil
            state.generation += 1
            return .success(state.endSessions(of: name))
        }
        let ended = try result.get()
        try await keep(kind: Self.personKind, key: name, nil)
        for digest in ended { try await keep(kind: Self.sessionKind, key: digest.hexadecimal, nil) }
    }

    /// Whether a password is a person's. Takes a tenth of a second, also when there is no such person.
    func isPassword(_ password: String, of name: String) async throws(NGSILDError) -> Bool {
        let hash = person(name)?.password
        guard password.utf8.count <= 1_024 else { return false }
        let cost = configuration.passwordCost
        return try await work.run {
            if let hash { return hash.matches(password) }
            // As long as for someone who is there, so that the time does not tell who is.
            _ = PasswordHash(password, cost: cost)
            return false
        }
    }

    private func hashed(_ password: String?) async throws(NGSILDError) -> PasswordHash? {
        guard let password else { return nil }
        try AccessNames.check(password: password, atLeast: configuration.passwordMinimum)
        let cost = configuration.passwordCost
        guard let hash = try await work.run({ PasswordHash(password, cost: cost) }) else {
            throw .overloaded("There is no memory to hash the password; try again")
        }
        return hash
    }

    private func checkRoom(for name: String) throws(NGSILDError) {
        let (isThere, count) = state.withLock { ($0.people[name] != nil, $0.people.count) }
        if isThere { throw Self.exists(name) }
        if count >= configuration.personLimit {
            throw .conflict("There are as many people as are kept, \(configuration.personLimit); remove one")
        }
    }

    private func keep(_ person: Person) async throws(NGSILDError) {
        var writer = ByteWriter(capacity: 256)
        person.append(to: &writer, isStored: true)
        let bytes = writer.array()
        try await keep(kind: Self.personKind, key: person.name, bytes)
    }

    private static func exists(_ name: String) -> NGSILDError {
        .alreadyExists("A person \(name) is there already; change that one, or take another name")
    }

    static func unknown(_ name: String) -> NGSILDError {
        .resourceNotFound("There is no person \(name.prefix(80)); add one first")
    }

    private static func last(_ name: String) -> NGSILDError {
        .conflict("\(name) is the last administrator; make someone else one first")
    }
}

extension AccessKeeper.State {
    func isLastAdministrator(_ name: String) -> Bool {
        let role = BuiltInRole.administrator.rawValue
        guard people[name]?.roles.contains(role) == true else { return false }
        return !people.values.contains { $0.name != name && $0.roles.contains(role) }
    }

    /// Forgets the sessions of a person, and tells which those were.
    mutating func endSessions(of name: String) -> [SecretDigest] {
        let ended = sessions.filter { $0.value.session.owner == .person(name) }.map(\.key)
        for digest in ended { sessions[digest] = nil }
        return ended
    }
}
