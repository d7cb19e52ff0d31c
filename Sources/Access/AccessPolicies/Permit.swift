public import NGSILDQuery
import Synchronization

/// Whether an operation may be done in a tenant.
public enum AccessDecision: Sendable {
    case refused
    /// On whatever there is.
    case all
    /// On some entities, or some of their attributes, only.
    case limited(EntityAccess)
}

/// What a set of policies lets a caller do: all that one of them grants, and nothing else.
///
/// Compiled once, asked for each request.
public final class Permit: Sendable {
    /// Everything, in all tenants.
    public static let everything = Permit(policies: [], isEverything: true)
    /// Nothing at all.
    public static let nothing = Permit(policies: [], isEverything: false)

    /// Whether nothing is refused, so that nothing needs to be asked.
    public let isEverything: Bool

    private struct Decisions {
        /// By the operation's raw value.
        var ofDefaultTenant = [AccessDecision?](repeating: nil, count: AccessOperation.allCases.count)
        var ofTenants: [Key: AccessDecision] = [:]
    }

    private struct Key: Hashable {
        let operation: AccessOperation
        let tenant: String
    }

    private let policies: [CompiledPolicy]
    private let decisions = Mutex(Decisions())
    /// Tenants times operations that are remembered.
    private static let decisionLimit = 10_000

    init(policies: [CompiledPolicy], isEverything: Bool) {
        self.policies = policies
        self.isEverything = isEverything
    }

    convenience init(_ policies: [CompiledPolicy]) {
        self.init(
            policies: policies,
            isEverything: policies.contains {
                $0.isOfAllEntities && $0.policy.tenants.contains("*")
                    && $0.operations.count == AccessOperation.allCases.count
            })
    }

    /// Whether the operation may be done in the tenant, and on what.
    ///
    /// - Parameter tenant: empty for the default one.
    /// - Cost: under 0.1 us once a tenant's operation was asked for; before that, that of going through the policies.
    public func decide(_ operation: AccessOperation, tenant: String) -> AccessDecision {
        if isEverything { return .all }
        let key = Key(operation: operation, tenant: tenant)
        let known = decisions.withLock { decisions in
            tenant.isEmpty ? decisions.ofDefaultTenant[operation.rawValue] : decisions.ofTenants[key]
        }
        if let known { return known }
        let decision = compute(operation, tenant)
        return decisions.withLock { decisions in
            if tenant.isEmpty {
                // Two that ask at once go on with the same one.
                if let other = decisions.ofDefaultTenant[operation.rawValue] { return other }
                decisions.ofDefaultTenant[operation.rawValue] = decision
            } else {
                if let other = decisions.ofTenants[key] { return other }
                if decisions.ofTenants.count >= Self.decisionLimit { decisions.ofTenants.removeAll() }
                decisions.ofTenants[key] = decision
            }
            return decision
        }
    }

    private func compute(_ operation: AccessOperation, _ tenant: String) -> AccessDecision {
        var grants: [EntityAccess.Grant] = []
        for policy in policies where policy.operations.contains(operation) && policy.policy.covers(tenant: tenant) {
            if policy.isOfAllEntities { return .all }
            grants.append(policy.grant)
        }
        return grants.isEmpty ? .refused : .limited(EntityAccess(grants))
    }
}
