/// The paths that are served, as templates. The console's files are no part of the API and not among them.
enum Route: String, CaseIterable {
    case entities = "/ngsi-ld/v1/entities"
    case entity = "/ngsi-ld/v1/entities/{entityId}"
    case entityAttributes = "/ngsi-ld/v1/entities/{entityId}/attrs"
    case entityAttribute = "/ngsi-ld/v1/entities/{entityId}/attrs/{attrName}"
    case batchCreate = "/ngsi-ld/v1/entityOperations/create"
    case batchUpsert = "/ngsi-ld/v1/entityOperations/upsert"
    case batchUpdate = "/ngsi-ld/v1/entityOperations/update"
    case batchMerge = "/ngsi-ld/v1/entityOperations/merge"
    case batchDelete = "/ngsi-ld/v1/entityOperations/delete"
    case batchQuery = "/ngsi-ld/v1/entityOperations/query"
    case types = "/ngsi-ld/v1/types"
    case type = "/ngsi-ld/v1/types/{type}"
    case attributes = "/ngsi-ld/v1/attributes"
    case attribute = "/ngsi-ld/v1/attributes/{attrName}"
    case subscriptions = "/ngsi-ld/v1/subscriptions"
    case subscription = "/ngsi-ld/v1/subscriptions/{subscriptionId}"
    case contexts = "/ngsi-ld/v1/jsonldContexts"
    case context = "/ngsi-ld/v1/jsonldContexts/{contextId}"
    case sourceIdentity = "/ngsi-ld/v1/info/sourceIdentity"
    case entityMaps = "/ngsi-ld/v1/entityMaps"
    case temporalEntityMaps = "/ngsi-ld/v1/temporal/entityMaps"
    case entityMap = "/ngsi-ld/v1/entityMaps/{entityMapId}"
    case snapshots = "/ngsi-ld/v1/snapshots"
    case snapshot = "/ngsi-ld/v1/snapshots/{snapshotId}"
    case snapshotClone = "/ngsi-ld/v1/snapshots/{snapshotId}/clone"
    case temporalEntities = "/ngsi-ld/v1/temporal/entities"
    case temporalEntity = "/ngsi-ld/v1/temporal/entities/{entityId}"
    case temporalAttributes = "/ngsi-ld/v1/temporal/entities/{entityId}/attrs"
    case temporalAttribute = "/ngsi-ld/v1/temporal/entities/{entityId}/attrs/{attrName}"
    case temporalInstance = "/ngsi-ld/v1/temporal/entities/{entityId}/attrs/{attrName}/{instanceId}"
    case temporalQuery = "/ngsi-ld/v1/temporal/entityOperations/query"
    case tenants = "/admin/tenants"
    case tenant = "/admin/tenants/{tenant}"
    case historyPolicies = "/admin/history"
    case historyPolicy = "/admin/history/{name}"
    case notifications = "/admin/notifications"
    case notificationsOf = "/admin/notifications/{subscriptionId}"
    case test = "/admin/notifications/{subscriptionId}/test"
    case replay = "/admin/notifications/{subscriptionId}/replay"
    case deadLetter = "/admin/notifications/{subscriptionId}/{deadLetterId}"
    case replayOne = "/admin/notifications/{subscriptionId}/{deadLetterId}/replay"
    case rules = "/admin/rules"
    case ruleTest = "/admin/rules/test"
    case ruleDeliveryTest = "/admin/rules/notify-test"
    case changeStream = "/console/stream"
    case notificationStream = "/streams/subscriptions/{subscriptionId}"
    case airMap = "/air/map"
    case airTile = "/air/tiles/{pollutant}/{z}/{x}/{y}.png"
    case entityTiles = "/tiles.json"
    case entityTileDescription = "/tiles/{type}.json"
    case entityTile = "/tiles/{type}/{z}/{x}/{y}.mvt"
    case publications = "/admin/publications"
    case publication = "/admin/publications/{publicationId}"
    case publicationPreview = "/admin/publications/preview"
    case imports = "/admin/imports"
    case oneImport = "/admin/imports/{importId}"
    case importPiece = "/admin/imports/{importId}/pieces/{piece}"
    case importPreview = "/admin/imports/{importId}/preview"
    case importRun = "/admin/imports/{importId}/run"
    case importPause = "/admin/imports/{importId}/pause"
    case importResume = "/admin/imports/{importId}/resume"
    case importCancel = "/admin/imports/{importId}/cancel"
    case importUndo = "/admin/imports/{importId}/undo"
    case people = "/admin/access/people"
    case person = "/admin/access/people/{personName}"
    case accessKeys = "/admin/access/keys"
    case accessKey = "/admin/access/keys/{keyId}"
    case accessPolicies = "/admin/access/policies"
    case accessPolicy = "/admin/access/policies/{policyId}"
    case accessRoles = "/admin/access/roles"
    case session = "/session"
    case sessionPassword = "/session/password"
    case sessionProvider = "/session/provider"
    case sessionProviderBack = "/session/provider/back"
    case publicLayers = "/public/layers"
    case publicLayer = "/public/layers/{layer}"
    case publicTile = "/public/tiles/{layer}/{z}/{x}/{y}.mvt"
    case publicCatalogue = "/public/catalogue.jsonld"
    case publicAlerts = "/public/alerts.atom"
    case publicAlert = "/public/alerts/{alertId}.cap.xml"
    case document = "/openapi.json"
    case health = "/health"
    case ready = "/ready"
    case metrics = "/metrics"

    /// The names in braces, in order.
    var placeholders: [String] {
        rawValue.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().prefix { $0 != "}" }) }
    }

    /// Whether it is below `/admin/notifications` and so takes a tenant.
    var isOfOneSubscriptionsNotifications: Bool {
        [.notificationsOf, .test, .replay, .deadLetter, .replayOne].contains(self)
    }

    /// Whether it is a map of the air, which takes a tenant and may be of nothing.
    var isOfAir: Bool { self == .airMap || self == .airTile }

    /// Whether it is of alert rules, which may be turned off.
    var isOfRules: Bool { [.rules, .ruleTest, .ruleDeliveryTest].contains(self) }

    /// Whether it is a map of entities, which are selected and named as by the API itself.
    var isOfEntityTiles: Bool { self == .entityTiles || self == .entityTileDescription || self == .entityTile }

    /// Whether it is of what everybody may see, or of choosing that.
    var isOfPublications: Bool { rawValue.hasPrefix("/public/") || rawValue.hasPrefix("/admin/publications") }

    /// Whether it is of imports, which belong to a tenant.
    var isOfImports: Bool { rawValue.hasPrefix(ImportsAdministration.path) }

    /// Whether it is of who may do what, or of signing in.
    var isOfAccess: Bool { rawValue.hasPrefix("/admin/access") || rawValue.hasPrefix("/session") }

    /// Whether browsers alone go there, on their way to a provider and back.
    var isOfProvider: Bool { self == .sessionProvider || self == .sessionProviderBack }

    /// Whether everyone is answered, with a credential or without.
    var isOfAnyone: Bool {
        [.document, .health, .ready].contains(self) || rawValue.hasPrefix(PublicResource.root)
    }

    /// Whether the answer to GET goes on for as long as the client listens.
    var isEndless: Bool { self == .changeStream || self == .notificationStream }

    var isOfNGSILD: Bool { rawValue.hasPrefix("\(RequestTarget.root)") }
}

extension Resource {
    /// The route that leads to the resource; `nil` when there is none yet.
    var route: Route? {
        switch self {
        case .entities: .entities
        case .entity: .entity
        case .entityAttributes: .entityAttributes
        case .entityAttribute: .entityAttribute
        case .batch(let operation):
            switch operation {
            case .create: .batchCreate
            case .upsert: .batchUpsert
            case .update: .batchUpdate
            case .merge: .batchMerge
            case .delete: .batchDelete
            case .query: .batchQuery
            }
        case .types: .types
        case .type: .type
        case .attributes: .attributes
        case .attribute: .attribute
        case .subscriptions: .subscriptions
        case .subscription: .subscription
        case .contexts: .contexts
        case .context: .context
        case .sourceIdentity: .sourceIdentity
        case .entityMaps(let isTemporal): isTemporal ? .temporalEntityMaps : .entityMaps
        case .entityMap: .entityMap
        case .snapshots: .snapshots
        case .snapshot: .snapshot
        case .snapshotClone: .snapshotClone
        case .temporalEntities: .temporalEntities
        case .temporalEntity: .temporalEntity
        case .temporalAttributes: .temporalAttributes
        case .temporalAttribute: .temporalAttribute
        case .temporalInstance: .temporalInstance
        case .temporalQuery: .temporalQuery
        case .later, .unknown, .outside: nil
        }
    }
}
