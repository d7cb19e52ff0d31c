import AccessPolicies
import NGSILDModel
import NGSILDOperations

/// What is served beside NGSI-LD, each under the operation that it takes.
extension NGSILDHandler {
    func handleOutside(_ request: HTTPRequest) throws(HTTPFailure) {
        let path = request.path
        let gate = request.caller.permit.isEverything ? nil : AccessGate(request: request)
        if path == Route.changeStream.rawValue {
            let access = try gate?.stream(.followChanges).access
            hub.open(request, access: access)
        } else if let notifications, path.hasPrefix(NotificationStreamHub.path) {
            let caller = try gate?.stream(.retrieveSubscription)
            notifications.open(request, as: caller)
        } else if AirMapResource.has(path) {
            try gate?.admitAirMap(binding.services.registry)
            AirMapResource(request: request, pages: binding.services.airMaps).run()
        } else if let pages = binding.services.entityTiles, EntityTileResource.has(path) {
            try handleTiles(request, pages, gate)
        } else if let pages = binding.services.publicPages, PublicResource.has(path) {
            // For everybody: shows what was published, and nothing else.
            PublicResource(request: request, pages: pages, publicURL: binding.publicURL, other: other).run()
        } else if path == Route.document.rawValue {
            request.answer(OpenAPIDocument.answer(request))
        } else if path == "/metrics" || path == "/admin" || path.hasPrefix("/admin/") {
            try handleAdministration(request, gate)
        } else {
            request.answer(other(request) ?? Self.notFound(request).answer)
        }
    }

    private func handleTiles(
        _ request: HTTPRequest, _ pages: EntityTilePages, _ gate: AccessGate?
    ) throws(HTTPFailure) {
        var binding = binding
        if let gate {
            let tenant = try TenantName.check(request.fields.tenant)
            binding = binding.with(try gate.admit(.queryEntity, tenant, binding.services))
        }
        let exchange = try Exchange(request: request, binding: binding, mayUseSnapshot: true)
        do throws(HTTPFailure) {
            try EntityTileResource(exchange: exchange, pages: binding.services.entityTiles ?? pages).run()
        } catch { exchange.fail(error) }
    }

    private func handleAdministration(_ request: HTTPRequest, _ gate: AccessGate?) throws(HTTPFailure) {
        let services = binding.services
        if RulesAdministration.has(request.path) {
            try gate?.admit(anyOf: [.administer, .manageRules])
            RulesAdministration(request: request, pages: services.rules).run()
        } else if Self.isBelow(NotificationsAdministration.path, request) {
            try gate?.admit(anyOf: [.administer, .manageNotifications])
            guard let notifications = services.notifications else { throw .ngsild(Self.notFound(request)) }
            NotificationsAdministration(request: request, notifications: notifications).run()
        } else {
            try gate?.admit(anyOf: [.administer], tenant: AccessGate.allTenants)
            if let pages = services.audit, request.path == AuditAdministration.path {
                AuditAdministration(request: request, pages: pages).run()
            } else if PublicationsAdministration.has(request.path) {
                PublicationsAdministration(request: request, pages: services.publicPages).run()
            } else if let pages = services.imports, ImportsAdministration.has(request.path) {
                ImportsAdministration(request: request, pages: pages).run()
            } else if let tenants = services.tenants, Self.isBelow(TenantsAdministration.path, request) {
                TenantsAdministration(request: request, services: services, tenants: tenants).run()
            } else if let policies = services.historyPolicies, Self.isBelow(HistoryAdministration.path, request) {
                HistoryAdministration(request: request, policies: policies, context: binding.contexts.core.terms).run()
            } else {
                request.answer(other(request) ?? Self.notFound(request).answer)
            }
        }
    }

    private static func isBelow(_ path: String, _ request: HTTPRequest) -> Bool {
        request.path.hasPrefix(path) && request.path.dropFirst(path.count).first ?? "/" == "/"
    }
}

extension AccessGate {
    /// Only a policy whose tenants have `*` is about a tenant of this name, which no tenant has.
    static let allTenants = "*"

    /// Lets a request pass if it may do one of the operations in the tenant that it names.
    func admit(anyOf operations: [AccessOperation]) throws(HTTPFailure) {
        try admit(anyOf: operations, tenant: try TenantName.check(request.fields.tenant))
    }

    /// Lets a live stream begin.
    func stream(_ operation: AccessOperation) throws(HTTPFailure) -> PermittedCaller {
        let tenant = try TenantName.check(request.fields.tenant)
        let decision = request.caller.permit.decide(operation, tenant: tenant)
        if case .refused = decision { throw refusal(operation, tenant) }
        return PermittedCaller(caller: request.caller, operation: operation, tenant: tenant, decision: decision)
    }

    /// A map of the air is made of all measurements, so it takes a caller who may read all of them.
    func admitAirMap(_ registry: TermRegistry) throws(HTTPFailure) {
        let tenant = try TenantName.check(request.fields.tenant)
        switch request.caller.permit.decide(.queryEntity, tenant: tenant) {
        case .all: return
        case .refused: throw refusal(.queryEntity, tenant)
        case .limited(let access):
            let observed = "https://uri.etsi.org/ngsi-ld/default-context/AirQualityObserved"
            let modelled = "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"
            for iri in [observed, modelled] {
                if let type = registry.knownID(for: iri), access.reachesAll(ofType: type) { return }
            }
            throw .ngsild(
                .accessDenied(
                    "A map of the air is made of all AirQualityObserved; ask for a policy that grants queryEntity on them without scopes, attributes and area"
                ))
        }
    }
}
