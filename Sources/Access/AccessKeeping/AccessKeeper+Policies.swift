public import AccessPolicies
import JSONTree
public import NGSILDModel

/// A role: who and what it comes from.
public struct RoleSummary: Hashable, Sendable {
    public let name: String
    public let isBuiltIn: Bool
    /// The ids of policies that name it.
    public let policies: [String]
    public let people: Int
    public let keys: Int
}

extension AccessKeeper {
    /// All policies, by id.
    public var policies: [AccessPolicy] { state.withLock { $0.policies.values.sorted { $0.id < $1.id } } }

    /// The policy with an id; `nil`: there is none.
    public func policy(_ id: String) -> AccessPolicy? { state.withLock { $0.policies[id] } }

    /// Puts a policy, in the place of one of the same id if there is one.
    ///
    /// - Returns: whether there was none.
    /// - Throws: `.alreadyExists` when it must be new and is not, `.conflict` when there are too many.
    @discardableResult
    public func putPolicy(_ policy: AccessPolicy, mustBeNew: Bool = false) async throws(NGSILDError) -> Bool {
        for role in policy.roles { try AccessNames.check(role: role) }
        guard policy.id.utf8.count <= 200 else { throw .badRequestData("The id of the policy has more than 200 bytes") }
        guard !policy.id.hasPrefix("built-in:") else {
            throw .badRequestData("Ids that begin with built-in: are Parvis's own; take another id")
        }
        let result = state.withLock { state -> Result<Bool, NGSILDError> in
            let isNew = state.policies[policy.id] == nil
            if mustBeNew, !isNew {
                return .failure(
                    .alreadyExists(
                        "A policy \(policy.id) is there already; put it to /admin/access/policies/ with its id"))
            }
            if isNew, state.policies.count >= configuration.policyLimit {
                return .failure(.conflict("There are as many policies as are kept, \(configuration.policyLimit)"))
            }
            return .success(isNew)
        }
        let isNew = try result.get()
        var writer = ByteWriter(capacity: 512)
        policy.append(to: &writer)
        let bytes = writer.array()
        try await keep(kind: Self.policyKind, key: policy.id, bytes)
        state.withLock { state in
            state.policies[policy.id] = policy
            policiesChanged(&state)
        }
        return isNew
    }

    /// Removes a policy; what it granted ends at once.
    public func removePolicy(_ id: String) async throws(NGSILDError) {
        let isThere = state.withLock { state in
            guard state.policies.removeValue(forKey: id) != nil else { return false }
            policiesChanged(&state)
            return true
        }
        guard isThere else {
            throw .resourceNotFound("There is no policy \(id.prefix(80)); GET /admin/access/policies lists them")
        }
        try await keep(kind: Self.policyKind, key: id, nil)
    }

    /// All roles: the built-in ones, those that policies name, and those that someone has.
    public var roles: [RoleSummary] {
        state.withLock { state in
            var people: [String: Int] = [:]
            for person in state.people.values { for role in person.roles { people[role, default: 0] += 1 } }
            var policies: [String: [String]] = [:]
            for id in state.policies.keys.sorted() {
                for role in Set(state.policies[id]?.roles ?? []) { policies[role, default: []].append(id) }
            }
            var keys: [String: Int] = [:]
            for entry in state.keys.values where !entry.key.revokedAt.isSet {
                for role in entry.key.roles { keys[role, default: 0] += 1 }
            }
            let builtIn = Set(BuiltInRole.allCases.map(\.rawValue))
            let names = builtIn.union(people.keys).union(keys.keys).union(policies.keys)
                .union([AccessPolicy.anyone])
            return names.sorted().map { name in
                RoleSummary(
                    name: name, isBuiltIn: builtIn.contains(name) || name == AccessPolicy.anyone,
                    policies: policies[name] ?? [], people: people[name] ?? 0, keys: keys[name] ?? 0)
            }
        }
    }
}
