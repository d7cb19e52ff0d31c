public import JSONLD
public import NGSILDModel
import Synchronization

/// All policies of a moment, and the permits made from them.
///
/// Immutable but for its cache: a change of the policies makes a new book, which takes over what did not change.
public final class PolicyBook: Sendable {
    /// A policy that cannot be used, and so grants nothing.
    public struct Unusable: Hashable, Sendable {
        public let id: String
        /// What is wrong and what to do.
        public let reason: String
    }

    /// How many policies a book takes; those beyond are unusable.
    public static let policyLimit = 100_000

    public let unusable: [Unusable]
    private let byRole: [String: RoleGrants]
    /// By the policy's id.
    private let compiled: [String: CompiledPolicy]
    private let permits = Mutex<[[String]: Permit]>([:])
    /// Sets of roles whose permits are remembered.
    private static let permitLimit = 10_000

    /// The policies of the roles that are always there.
    ///
    /// `administrator` may do everything, `operator` everything but what `administer` means, `reader` reads the data;
    /// each in all tenants.
    public static let builtIn: [AccessPolicy] = [
        AccessPolicy(
            id: "built-in:administrator", roles: ["administrator"], tenants: ["*"], operations: ["everything"]),
        AccessPolicy(
            id: "built-in:operator", roles: ["operator"], tenants: ["*"],
            operations: AccessOperation.allCases.filter { $0 != .administer }.map(\.name)),
        AccessPolicy(id: "built-in:reader", roles: ["reader"], tenants: ["*"], operations: ["readOps"]),
    ]

    /// - Parameters:
    ///   - context: the @context at a URL that a policy names; `nil` where it is not at hand, so that the policy is
    ///     unusable for now.
    ///   - earlier: the book before this one; policies that are in both are not compiled anew.
    /// - Cost: about 5 us for each new policy, more for those with an area.
    public init(
        _ policies: [AccessPolicy], registry: TermRegistry, context: (String) -> ResolvedContext? = { _ in nil },
        earlier: PolicyBook? = nil
    ) {
        var unusable: [Unusable] = []
        var byRole: [String: [CompiledPolicy]] = [:]
        var all: [String: CompiledPolicy] = [:]
        for (index, policy) in (Self.builtIn + policies).enumerated() {
            guard index < Self.policyLimit + Self.builtIn.count else {
                unusable.append(
                    Unusable(id: policy.id, reason: "There are more than \(Self.policyLimit) policies; remove some"))
                continue
            }
            do throws(NGSILDError) {
                let compiled = try Self.compile(policy, registry, context, earlier)
                all[policy.id] = compiled
                for role in Set(policy.roles) { byRole[role, default: []].append(compiled) }
            } catch {
                unusable.append(Unusable(id: policy.id, reason: error.detail))
            }
        }
        self.unusable = unusable
        self.byRole = Dictionary(
            uniqueKeysWithValues: byRole.map { role, policies in
                // What was decided for a role goes on holding where nothing about it changed.
                if let known = earlier?.byRole[role], known.policies.elementsEqual(policies, by: { $0 === $1 }) {
                    return (role, known)
                }
                return (role, RoleGrants(policies))
            })
        compiled = all
    }

    private static func compile(
        _ policy: AccessPolicy, _ registry: TermRegistry, _ context: (String) -> ResolvedContext?,
        _ earlier: PolicyBook?
    ) throws(NGSILDError) -> CompiledPolicy {
        // What a context says may have changed, so names under one are read anew.
        guard let url = policy.context else {
            if let known = earlier?.compiled[policy.id], known.policy == policy { return known }
            return try CompiledPolicy(policy, context: .core, registry: registry)
        }
        guard let context = context(url) else {
            throw .ldContextNotAvailable("The @context \(url) of policy \(policy.id) is not at hand; it grants nothing")
        }
        return try CompiledPolicy(policy, context: context, registry: registry)
    }

    /// What callers of these roles may do; `anyone` is always among them.
    ///
    /// Remembered, so that all callers of the same roles share one permit.
    public func permit(roles: [String]) -> Permit {
        let roles = Set(roles + [AccessPolicy.anyone]).sorted()
        if let known = permits.withLock({ $0[roles] }) { return known }
        let permit = Permit(roles.compactMap { byRole[$0] })
        return permits.withLock { permits in
            if let other = permits[roles] { return other }
            if permits.count >= Self.permitLimit { permits.removeAll() }
            permits[roles] = permit
            return permit
        }
    }
}
