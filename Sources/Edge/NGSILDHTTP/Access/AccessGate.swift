import AccessPolicies
import NGSILDModel
import NGSILDOperations

/// Decides, once for each request, whether its caller may have it carried out, and on what.
///
/// What a request may then reach is not looked after by its resource: the services that the resource gets reach no more
/// (`BrokerServices.permitted`).
struct AccessGate {
    let request: HTTPRequest

    private var permit: Permit { request.caller.permit }

    /// Lets a request to the NGSI-LD API pass.
    ///
    /// - Returns: the services that it may use.
    /// - Throws: 401 or 403 where it may not pass.
    func admit(
        _ operation: AccessOperation, _ tenant: String, _ services: BrokerServices
    ) throws(HTTPFailure) -> BrokerServices {
        let decision = permit.decide(operation, tenant: tenant)
        switch decision {
        case .refused: throw refusal(operation, tenant)
        case .limited where operation.isOfAllOrNothing:
            throw .ngsild(
                .accessDenied(
                    "The caller may do \(operation.name) on some entities only, and it is about all of them; ask for a policy without types, scopes, attributes and area"
                ))
        case .limited, .all: break
        }
        if operation == .provideSnapshot { try checkSnapshot(tenant) }
        return services.permitted(
            PermittedCaller(caller: request.caller, operation: operation, tenant: tenant, decision: decision))
    }

    /// What is copied into a snapshot is read by nobody in between, so it takes someone who may read everything.
    private func checkSnapshot(_ tenant: String) throws(HTTPFailure) {
        for operation in [AccessOperation.queryEntity, .queryTemporal] {
            guard case .all = permit.decide(operation, tenant: tenant) else {
                throw .ngsild(
                    .accessDenied(
                        "A snapshot copies whatever its queries select, so it takes a caller who may do \(operation.name) on all entities"
                    ))
            }
        }
    }

    /// Lets a request outside of the API pass, if it may do one of the operations in the tenant.
    ///
    /// - Parameter tenant: `*` stands for all of them.
    func admit(anyOf operations: [AccessOperation], tenant: String) throws(HTTPFailure) {
        for operation in operations {
            if case .all = permit.decide(operation, tenant: tenant) { return }
        }
        throw refusal(operations.last ?? .administer, tenant)
    }

    /// 401 for a caller without a credential, 403 for one whose credential does not reach.
    func refusal(_ operation: AccessOperation, _ tenant: String) -> HTTPFailure {
        let place = tenant == "*" ? "all tenants" : tenant.isEmpty ? "the default tenant" : "tenant \(tenant)"
        guard request.caller.isAnonymous else {
            return .ngsild(
                .accessDenied(
                    "\(request.caller.name) may not do \(operation.name) in \(place); ask an administrator for a role whose policies grant it"
                ))
        }
        var answer = HTTPAnswer.problem(
            status: 401, title: "Unauthorized",
            detail:
                "\(operation.name) in \(place) takes a credential; send Authorization: Bearer with a key, or sign in")
        answer.headers.append(("WWW-Authenticate", "Bearer realm=\"parvis\""))
        return .answer(answer)
    }
}

extension AccessOperation {
    /// Whether it is not about single entities, so that a policy about some of them does not grant it.
    var isOfAllOrNothing: Bool {
        switch self {
        case .administer, .manageRules, .manageNotifications, .provideSnapshot, .retrieveSnapshot: true
        default: false
        }
    }
}

extension Resource {
    /// The operation that a request to the resource is; `nil` for none.
    func accessOperation(_ request: HTTPRequest) -> AccessOperation? {
        let method = request.method
        let reads = method == .GET || method == .HEAD
        switch self {
        case .entities:
            return reads ? .queryEntity : method == .POST ? .createEntity : method == .DELETE ? .purgeEntity : nil
        case .entity:
            switch method {
            case .GET, .HEAD: return .retrieveEntity
            case .DELETE: return .deleteEntity
            case .PATCH: return .mergeEntity
            case .PUT: return .replaceEntity
            default: return nil
            }
        case .entityAttributes: return method == .POST ? .appendAttrs : method == .PATCH ? .updateEntity : nil
        case .entityAttribute:
            switch method {
            case .PATCH: return .updateAttrs
            case .PUT: return .replaceAttrs
            case .DELETE: return .deleteAttrs
            default: return nil
            }
        case .batch(let operation):
            guard method == .POST else { return nil }
            switch operation {
            case .create: return .createBatch
            case .upsert: return .upsertBatch
            case .update: return .updateBatch
            case .merge: return .mergeBatch
            case .delete: return .deleteBatch
            case .query: return .queryBatch
            }
        case .types: return reads ? Self.details(request, .retrieveEntityTypes, .retrieveEntityTypeDetails) : nil
        case .type: return reads ? .retrieveEntityTypeInfo : nil
        case .attributes: return reads ? Self.details(request, .retrieveAttrTypes, .retrieveAttrTypeDetails) : nil
        case .attribute: return reads ? .retrieveAttrTypeInfo : nil
        case .subscriptions: return reads ? .querySubscription : method == .POST ? .createSubscription : nil
        case .subscription:
            return reads
                ? .retrieveSubscription
                : method == .PATCH ? .updateSubscription : method == .DELETE ? .deleteSubscription : nil
        case .contexts, .context:
            return reads ? .retrieveContext : method == .POST || method == .DELETE ? .provideContext : nil
        case .sourceIdentity: return reads ? .retrieveContextSourceIdentity : nil
        case .entityMaps(let isTemporal):
            guard reads || method == .POST else { return nil }
            return isTemporal ? .createEntityMapQueryTemporal : .createEntityMapQueryEntity
        case .entityMap:
            return reads
                ? .retrieveEntityMap
                : method == .PATCH ? .updateEntityMap : method == .DELETE ? .deleteEntityMap : nil
        case .snapshots: return method == .POST || method == .DELETE ? .provideSnapshot : nil
        case .snapshot:
            return reads ? .retrieveSnapshot : method == .PATCH || method == .DELETE ? .provideSnapshot : nil
        case .snapshotClone: return method == .POST ? .provideSnapshot : nil
        default: return temporalOperation(method, reads)
        }
    }

    private func temporalOperation(_ method: RequestMethod, _ reads: Bool) -> AccessOperation? {
        switch self {
        case .temporalEntities: reads ? .queryTemporal : method == .POST ? .upsertTemporal : nil
        case .temporalQuery: method == .POST ? .queryTemporal : nil
        case .temporalEntity: reads ? .retrieveTemporal : method == .DELETE ? .deleteTemporal : nil
        case .temporalAttributes: method == .POST ? .appendAttrsTemporal : nil
        case .temporalAttribute: method == .DELETE ? .deleteAttrsTemporal : nil
        case .temporalInstance:
            method == .PATCH ? .updateAttrInstanceTemporal : method == .DELETE ? .deleteAttrInstanceTemporal : nil
        default: nil
        }
    }

    /// Parameters that cannot be read are refused by the resource, before it looks anything up.
    private static func details(
        _ request: HTTPRequest, _ list: AccessOperation, _ details: AccessOperation
    ) -> AccessOperation {
        guard let parameters = try? QueryParameters(request.query, allowing: [.details, .local]),
            (try? parameters.flag(.details)) == true
        else { return list }
        return details
    }
}
