extension Route {
    /// What can be done at the route. HEAD goes with every GET but that of the stream, OPTIONS with all of NGSI-LD.
    var operations: [DocumentedOperation] {
        switch self {
        case .entities: [Self.queryEntities, Self.createEntity, Self.purgeEntities]
        case .entity: Self.ofEntity
        case .entityAttributes: Self.ofEntityAttributes
        case .entityAttribute: Self.ofEntityAttribute
        case .batchCreate: [Self.batch(.batchCreate, "Create many entities", answers: [201, 207])]
        case .batchUpsert:
            [
                Self.batch(
                    .batchUpsert, "Create or replace (or update) many entities", answers: [201, 204, 207],
                    options: ["replace", "update"])
            ]
        case .batchUpdate:
            [Self.batch(.batchUpdate, "Change many entities", answers: [204, 207], options: ["noOverwrite"])]
        case .batchMerge: [Self.batch(.batchMerge, "Merge into many entities", answers: [204, 207])]
        case .batchDelete:
            [.write(.POST, .batchDelete, "Delete many entities by their ids", body: .many(.uri), answers: [204, 207])]
        case .batchQuery:
            [
                Self.queryEntities.posted(
                    id: "queryEntitiesByPost", "Ask for entities with a query in the body",
                    BatchResource.queryParameters)
            ]
        case .types: [.get(.retrieveEntityTypes, "List the types of entities", [.details], content: .one(.discovery))]
        case .type: [.get(.retrieveEntityType, "Tell about a type of entities", content: .one(.discovery))]
        case .attributes:
            [.get(.retrieveAttributes, "List the names of attributes", [.details], content: .one(.discovery))]
        case .attribute: [.get(.retrieveAttribute, "Tell about an attribute", content: .one(.discovery))]
        case .subscriptions, .subscription: ofSubscriptions
        case .contexts, .context: ofContexts
        case .sourceIdentity:
            [.get(.retrieveSourceIdentity, "Tell who this broker is", content: .one(.sourceIdentity))]
        case .entityMaps, .temporalEntityMaps, .entityMap: ofEntityMaps
        case .snapshots, .snapshot, .snapshotClone: ofSnapshots
        case .temporalEntities, .temporalEntity, .temporalAttributes, .temporalAttribute, .temporalInstance,
            .temporalQuery:
            ofTemporal
        case .notifications, .notificationsOf, .test, .replay, .deadLetter, .replayOne: ofNotifications
        case .airMap:
            [
                .get(
                    .airMap, "Map a pollutant as contours", AirMapResource.mapParameters, content: .one(.airMap),
                    media: [])
            ]
        case .airTile:
            [
                .get(
                    .airTile, "Map a pollutant as a tile of 256 x 256 pixels (XYZ, Web Mercator)",
                    AirMapResource.tileParameters, content: .one(.airTile), media: [])
            ]
        case .rules, .ruleTest, .ruleDeliveryTest: ofRules
        case .entityTiles, .entityTileDescription, .entityTile: ofTiles
        case .publications, .publication, .publicationPreview: ofPublications
        case .publicLayers, .publicLayer, .publicTile, .publicCatalogue, .publicAlerts, .publicAlert: ofPublicData
        case .imports, .oneImport, .importPiece, .importPreview, .importRun, .importPause, .importResume, .importCancel,
            .importUndo:
            ofImports
        case .people, .person, .accessKeys, .accessKey, .accessPolicies, .accessPolicy, .accessRoles: ofAccess
        case .session, .sessionPassword, .sessionProvider, .sessionProviderBack: ofSessions
        case .tenants, .tenant, .historyPolicies, .historyPolicy, .changeStream, .notificationStream, .document,
            .health,
            .ready, .metrics:
            ofOperators
        }
    }

    private var ofTiles: [DocumentedOperation] {
        switch self {
        case .entityTiles:
            [
                .get(
                    .entityTiles, "List the types that there are vector tiles of", EntityTileResource.listParameters,
                    content: .one(.entityTiles), media: [.json])
            ]
        case .entityTileDescription:
            [
                .get(
                    .entityTileDescription, "Describe the vector tiles of a type, or of all (*), as TileJSON 3.0.0",
                    EntityTileResource.parameters, content: .one(.tileJSON), media: [.json])
            ]
        default:
            [
                .get(
                    .entityTile, "Get entities as a vector tile (Mapbox Vector Tile 2.1, XYZ, Web Mercator)",
                    EntityTileResource.parameters, content: .one(.entityTile), media: [])
            ]
        }
    }

    private static let forms = ["keyValues", "simplified", "normalized", "concise"]

    // MARK: Entities

    private static let queryEntities = DocumentedOperation.get(
        .queryEntities, "Ask for a page of entities", EntitySelection.queryParameters,
        options: EntitySelection.representationOptions.sorted(),
        content: .many(.entity), media: MediaType.ofEntities, isOfEntities: true)

    private static let createEntity = DocumentedOperation.write(
        .POST, .createEntity, "Create an entity", body: .one(.entity), answers: [201])

    private static let purgeEntities = DocumentedOperation.write(
        .DELETE, .purgeEntities, "Delete the entities that are selected, or attributes of them",
        EntityPurge.parameters, answers: [204])

    private static let ofEntity: [DocumentedOperation] = [
        .get(
            .retrieveEntity, "Get an entity", EntitySelection.retrievalParameters,
            options: EntitySelection.representationOptions.sorted(),
            content: .one(.entity), media: MediaType.ofEntities, isOfEntities: true),
        .write(
            .PUT, .replaceEntity, "Replace an entity", [.options, .type, .format], options: forms,
            body: .one(.entityFragment), answers: [204]),
        .write(
            .PATCH, .mergeEntity, "Merge into an entity", [.options, .observedAt, .lang, .type, .format],
            options: forms, body: .one(.entityFragment), answers: [204]),
        .write(.DELETE, .deleteEntity, "Delete an entity", [.type], answers: [204]),
    ]

    private static let ofEntityAttributes: [DocumentedOperation] = [
        .write(
            .POST, .appendAttributes, "Add attributes, or replace them", [.options, .type], options: ["noOverwrite"],
            body: .one(.entityFragment), answers: [204, 207]),
        .write(
            .PATCH, .updateAttributes, "Change attributes that are there", [.type], body: .one(.entityFragment),
            answers: [204, 207]),
    ]

    private static let ofEntityAttribute: [DocumentedOperation] = [
        .write(
            .PATCH, .partialAttributeUpdate, "Change parts of an attribute", [.type], body: .one(.attribute),
            answers: [204]),
        .write(.PUT, .replaceAttribute, "Replace an attribute", [.type], body: .one(.attribute), answers: [204]),
        .write(.DELETE, .deleteAttribute, "Delete an attribute", [.type, .datasetId, .deleteAll], answers: [204]),
    ]

    private static func batch(
        _ operation: Operation, _ summary: String, answers: [Int], options: [String] = []
    ) -> DocumentedOperation {
        .write(.POST, operation, summary, [.options], options: options, body: .many(.entity), answers: answers)
    }

    // MARK: Subscriptions, contexts, entity maps, snapshots

    private var ofSubscriptions: [DocumentedOperation] {
        self == .subscriptions
            ? [
                .get(
                    .querySubscriptions, "List subscriptions", [.limit, .offset, .count, .options],
                    options: ["sysAttrs", "count"], content: .many(.subscription)),
                .write(
                    .POST, .createSubscription, "Subscribe to changes", body: .one(.subscription), answers: [201]),
            ]
            : [
                .get(
                    .retrieveSubscription, "Get a subscription", [.options], options: ["sysAttrs"],
                    content: .one(.subscription)),
                .write(
                    .PATCH, .updateSubscription, "Change a subscription", body: .one(.subscriptionFragment),
                    answers: [204]),
                .write(.DELETE, .deleteSubscription, "End a subscription", answers: [204]),
            ]
    }

    private var ofContexts: [DocumentedOperation] {
        self == .contexts
            ? [
                .get(
                    .listContexts, "List the @contexts that are hosted or cached", [.details, .kind],
                    content: .one(.contextList),
                    media: [.json]),
                .write(.POST, .addContext, "Host an @context", body: .one(.context), answers: [201]),
            ]
            : [
                .get(
                    .serveContext, "Get a hosted @context, or what is known of one", [.details], content: .one(.context)
                ),
                .write(
                    .DELETE, .deleteContext, "Delete an @context, or load a cached one again", [.reload], answers: [204]
                ),
            ]
    }

    private var ofEntityMaps: [DocumentedOperation] {
        switch self {
        case .entityMaps:
            Self.entityMap(
                .createEntityMap, "entities", EntityMapsResource.parameters(isTemporal: false),
                EntitySelection.representationOptions.sorted())
        case .temporalEntityMaps:
            Self.entityMap(
                .createTemporalEntityMap, "histories", EntityMapsResource.parameters(isTemporal: true),
                Self.temporalOptions)
        default:
            [
                .get(.retrieveEntityMap, "Get an entity map", content: .one(.entityMap)),
                .write(
                    .PATCH, .updateEntityMap, "Change how long an entity map is kept", body: .one(.entityMapFragment),
                    answers: [204]),
                .write(.DELETE, .deleteEntityMap, "Delete an entity map", answers: [204]),
            ]
        }
    }

    private static func entityMap(
        _ operation: Operation, _ what: String, _ parameters: ParameterSet, _ options: [String]
    ) -> [DocumentedOperation] {
        var get = DocumentedOperation.get(
            operation, "Fix which \(what) the pages of a query are taken from", parameters, options: options,
            content: .one(.entityMap))
        get.answers = [(201, .one(.entityMap))]
        let post = get.posted(
            id: operation.name + "ByPost", "Fix which \(what) the pages of a posted query are taken from", parameters)
        return [get, post]
    }

    private var ofSnapshots: [DocumentedOperation] {
        switch self {
        case .snapshots:
            [
                .write(
                    .POST, .createSnapshot, "Freeze what queries give", body: .one(.snapshot), answers: [201]),
                .write(.DELETE, .purgeSnapshots, "Delete the snapshots that q selects", [.q], answers: [204, 207]),
            ]
        case .snapshotClone:
            [
                .write(
                    .POST, .cloneSnapshot, "Copy a snapshot", body: .one(.snapshotFragment), answers: [201])
            ]
        default:
            [
                .get(.retrieveSnapshot, "Get a snapshot's state", content: .one(.snapshot)),
                DocumentedOperation(
                    method: .PATCH, id: Operation.updateSnapshot.name, summary: "Change a snapshot's members",
                    body: .one(.snapshotFragment), answers: [(200, .one(.snapshot))], media: MediaType.plain),
                .write(.DELETE, .deleteSnapshot, "Delete a snapshot", answers: [204]),
            ]
        }
    }

    // MARK: History

    private static let temporalOptions = TemporalSelectionReader.formats.keys.sorted() + ["sysAttrs"]

    private static let queryTemporal = DocumentedOperation.get(
        .queryTemporal, "Ask for the histories of entities", TemporalEntitiesResource.queryNames,
        options: temporalOptions + ["count"], content: .many(.entityTemporal), partly: true,
        media: MediaType.ofHistories)

    private var ofTemporal: [DocumentedOperation] {
        switch self {
        case .temporalEntities:
            [
                Self.queryTemporal,
                .write(
                    .POST, .upsertTemporal, "Create or extend the history of an entity", body: .one(.entityTemporal),
                    answers: [201, 204]),
            ]
        case .temporalQuery:
            [
                Self.queryTemporal.posted(
                    id: "queryTemporalByPost", "Ask for histories with a query in the body",
                    TemporalEntitiesResource.queryNames)
            ]
        case .temporalEntity:
            [
                .get(
                    .retrieveTemporal, "Get the history of an entity", TemporalEntityResource.retrievalNames,
                    options: Self.temporalOptions, content: .one(.entityTemporal), partly: true,
                    media: MediaType.ofHistories),
                .write(.DELETE, .deleteTemporal, "Delete the history of an entity", answers: [204]),
            ]
        case .temporalAttributes:
            [.write(.POST, .addTemporal, "Add instances to a history", body: .one(.entityFragment), answers: [204])]
        case .temporalAttribute:
            [
                .write(
                    .DELETE, .deleteTemporalAttribute, "Delete the history of an attribute", [.datasetId, .deleteAll],
                    answers: [204])
            ]
        default:
            [
                .write(
                    .PATCH, .modifyTemporalInstance, "Change one instance of a history", body: .one(.entityFragment),
                    answers: [204]),
                .write(.DELETE, .deleteTemporalInstance, "Delete one instance of a history", answers: [204]),
            ]
        }
    }

    // MARK: Beside NGSI-LD

    private var ofNotifications: [DocumentedOperation] {
        switch self {
        case .notifications:
            [
                .get(
                    .other, id: "listNotifications", "Tell how the notifications of all subscriptions go",
                    [.limit, .offset], content: .many(.delivery), media: [.json])
            ]
        case .notificationsOf:
            [
                .get(
                    .other, id: "retrieveNotifications",
                    "Tell how the notifications of a subscription go, and what was given up",
                    content: .one(.delivery), media: [.json]),
                Self.administered(.DELETE, "dropDeadLetters", "Delete all dead letters of a subscription"),
            ]
        case .test:
            [
                DocumentedOperation(
                    method: .POST, id: "testSubscription",
                    summary: "Send one notification to the endpoint of a subscription now, and tell what came of it",
                    answers: [(200, .one(.notificationTest))])
            ]
        case .replay: [Self.administered(.POST, "replayDeadLetters", "Send all dead letters of a subscription again")]
        case .deadLetter: [Self.administered(.DELETE, "dropDeadLetter", "Delete a dead letter")]
        default: [Self.administered(.POST, "replayDeadLetter", "Send a dead letter again")]
        }
    }

    private static func administered(_ method: RequestMethod, _ id: String, _ summary: String) -> DocumentedOperation {
        DocumentedOperation(method: method, id: id, summary: summary, answers: [(200, .one(.deadLetterCount))])
    }

    private var ofRules: [DocumentedOperation] {
        switch self {
        case .rules:
            [
                .get(
                    .other, id: "listRules", "Tell how the alert rules of all tenants are, and how they tell",
                    content: .many(.ruleReport), media: [.json])
            ]
        case .ruleTest:
            [
                DocumentedOperation(
                    method: .POST, id: "testRule", summary: "Tell when a rule would have fired",
                    body: .one(.ruleTest), answers: [(200, .one(.ruleTestReport))])
            ]
        default:
            [
                DocumentedOperation(
                    method: .POST, id: "testRuleChannel", summary: "Send a test message by a channel of a rule",
                    body: .one(.ruleChannel), answers: [(200, .one(.channelTest))])
            ]
        }
    }

    private var ofOperators: [DocumentedOperation] {
        switch self {
        case .tenants:
            [
                .get(
                    .other, id: "listTenants", "List the tenants beside the default one", content: .many(.name),
                    media: [.json])
            ]
        case .tenant:
            [
                DocumentedOperation(
                    method: .DELETE, id: "deleteTenant", summary: "Delete a tenant with all it has",
                    answers: [(204, nil)])
            ]
        case .historyPolicies:
            [
                .get(
                    .other, id: "listHistoryPolicies", "List the policies of the history",
                    content: .many(.historyPolicy), media: [.json])
            ]
        case .historyPolicy:
            [
                .get(
                    .other, id: "retrieveHistoryPolicy", "Get a policy of the history", content: .one(.historyPolicy),
                    media: [.json]),
                DocumentedOperation(
                    method: .PUT, id: "putHistoryPolicy",
                    summary: "Say which attributes are kept, how densely, and for how long", body: .one(.historyPolicy),
                    answers: [(201, nil), (204, nil)]),
                DocumentedOperation(
                    method: .DELETE, id: "deleteHistoryPolicy", summary: "Delete a policy of the history",
                    answers: [(204, nil)]),
            ]
        case .changeStream:
            [
                .get(
                    .changeStream, "Follow changes as server-sent events, or over a WebSocket", [.types, .lastEventId],
                    content: .one(.eventStream), media: [])
            ]
        case .notificationStream:
            [
                .get(
                    .notificationStream,
                    "Follow a subscription's notifications as server-sent events, or over a WebSocket",
                    [.lastEventId], content: .one(.eventStream), media: [])
            ]
        case .document: [.get(.other, id: "retrieveDocument", "Get this document", content: .one(.any), media: [.json])]
        case .health:
            [.get(.other, id: "health", "Tell whether the process runs", content: .one(.health), media: [.json])]
        case .ready:
            [.get(.other, id: "ready", "Tell whether requests are taken", content: .one(.health), media: [.json])]
        default:
            [
                .get(
                    .other, id: "metrics", "Get figures in the text format of Prometheus", content: .one(.metrics),
                    media: [])
            ]
        }
    }
}
