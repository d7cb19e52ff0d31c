import GeoJSON
import NGSILDModel
import NGSILDQuery
import Synchronization

/// What the policies of one role grant, found by tenant and operation. All permits of callers who have the role share it.
///
/// Invariant: a decision is made once for an operation and the tenants that the same policies are about, however many
/// callers ask and whatever tenants they name.
final class RoleGrants: Sendable {
    let policies: [CompiledPolicy]
    /// Whether one policy alone grants everything, in all tenants.
    let isEverything: Bool

    /// By names of tenants, and by what stands before a `*`.
    private let byTenant: [String: [CompiledPolicy]]
    private let byPrefix: [String: [CompiledPolicy]]
    /// The lengths of the prefixes, the longest first.
    private let prefixLengths: [Int]

    private struct Key: Hashable {
        let operation: AccessOperation
        /// The tenant, where a policy names it, or else the longest prefix of it that a policy names.
        let place: String
        let isNamed: Bool
    }

    private let decisions = Mutex<[Key: AccessDecision]>([:])

    init(_ policies: [CompiledPolicy]) {
        self.policies = policies
        isEverything = policies.contains {
            $0.isOfAllEntities && $0.policy.tenants.contains("*")
                && $0.operations.count == AccessOperation.allCases.count
        }
        var byTenant: [String: [CompiledPolicy]] = [:]
        var byPrefix: [String: [CompiledPolicy]] = [:]
        for policy in policies {
            for tenant in Set(policy.policy.tenants) {
                if tenant.hasSuffix("*") {
                    byPrefix[String(tenant.dropLast()), default: []].append(policy)
                } else {
                    byTenant[tenant, default: []].append(policy)
                }
            }
        }
        (self.byTenant, self.byPrefix) = (byTenant, byPrefix)
        prefixLengths = Set(byPrefix.keys.map(\.utf8.count)).sorted(by: >)
    }

    /// Whether the role's policies grant the operation in the tenant, and on what.
    ///
    /// - Cost: one look-up once it was asked for; before that, that of going through the policies for the tenant.
    func decide(_ operation: AccessOperation, tenant: String) -> AccessDecision {
        let prefixes = prefixLengths.compactMap { length -> String? in
            guard length <= tenant.utf8.count else { return nil }
            let prefix = String(Substring(tenant.utf8.prefix(length)))
            return byPrefix[prefix] == nil ? nil : prefix
        }
        let isNamed = byTenant[tenant] != nil
        guard let place = isNamed ? tenant : prefixes.first else { return .refused }
        let key = Key(operation: operation, place: place, isNamed: isNamed)
        if let known = decisions.withLock({ $0[key] }) { return known }
        var policies = byTenant[tenant] ?? []
        for prefix in prefixes { policies += byPrefix[prefix] ?? [] }
        let decision = Self.decision(policies.filter { $0.operations.contains(operation) })
        return decisions.withLock { decisions in
            // Two that ask at once go on with the same one.
            if let other = decisions[key] { return other }
            decisions[key] = decision
            return decision
        }
    }

    /// What a policy is about, but for the attributes.
    private struct Place: Hashable {
        let types: Set<TermID>?
        let scopes: Set<String>?
        let area: Geometry?
    }

    private static func decision(_ policies: [CompiledPolicy]) -> AccessDecision {
        if policies.contains(where: \.isOfAllEntities) { return .all }
        // Of policies about the same, one grant is left, with the attributes of all.
        var grants: [Place: EntityAccess.Grant] = [:]
        for policy in policies {
            let place = Place(
                types: policy.grant.types, scopes: policy.policy.scopes.map { Set($0) }, area: policy.policy.area)
            guard var grant = grants[place] else {
                grants[place] = policy.grant
                continue
            }
            if let names = grant.attributes, let others = policy.grant.attributes {
                grant.attributes = names.union(others)
            } else {
                grant.attributes = nil
            }
            grants[place] = grant
        }
        return grants.isEmpty ? .refused : .limited(EntityAccess(Array(grants.values)))
    }
}
