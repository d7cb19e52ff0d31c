import GeoJSON
import JSONLD
import NGSILDModel
import NGSILDQuery

/// A policy with its names as numbers, ready to be asked.
final class CompiledPolicy: Sendable {
    let policy: AccessPolicy
    let operations: Set<AccessOperation>
    let grant: EntityAccess.Grant
    /// Whether nothing but operation and tenant restricts it.
    let isOfAllEntities: Bool

    /// - Parameter context: what the policy's names are read under.
    /// - Throws: what cannot be used of it; a policy that is not understood whole grants nothing.
    init(_ policy: AccessPolicy, context: ResolvedContext, registry: TermRegistry) throws(NGSILDError) {
        self.policy = policy
        var operations: Set<AccessOperation> = []
        for name in policy.operations {
            guard let named = AccessOperation.named(name) else {
                throw .badRequestData("\"\(name)\" in \"operations\" is no operation")
            }
            operations.formUnion(named)
        }
        self.operations = operations
        var grant = EntityAccess.Grant()
        grant.types = try Self.terms(policy.types, context, registry)
        grant.attributes = try Self.terms(policy.attributes, context, registry)
        if let scopes = policy.scopes {
            grant.scopes = try AccessPolicy.scopeQuery(scopes)
        }
        if let area = policy.area {
            let location = try registry.id(for: ResolvedContext.core.expand(term: "location"))
            grant.area = try GeoQuery(.within, of: location, to: area)
        }
        self.grant = grant
        isOfAllEntities = !policy.isAboutSomeEntities
    }

    private static func terms(
        _ names: [String]?, _ context: ResolvedContext, _ registry: TermRegistry
    ) throws(NGSILDError) -> Set<TermID>? {
        guard let names else { return nil }
        var terms: Set<TermID> = []
        for name in names { terms.insert(try registry.id(for: context.expand(term: name))) }
        return terms
    }
}
