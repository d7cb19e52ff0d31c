/// What bodies and answers hold, as far as it helps to write and to read them; the specification has the whole.
enum DocumentSchema: String, CaseIterable {
    case any = "Any"
    case name = "Name"
    case uri = "URI"
    case entity = "Entity"
    case entityFragment = "EntityFragment"
    case entityTemporal = "EntityTemporal"
    case attribute = "Attribute"
    case query = "Query"
    case batchResult = "BatchOperationResult"
    case updateResult = "UpdateResult"
    case discovery = "Discovery"
    case sourceIdentity = "ContextSourceIdentity"
    case subscription = "Subscription"
    case subscriptionFragment = "SubscriptionFragment"
    case context = "Context"
    case contextList = "ContextList"
    case entityMap = "EntityMap"
    case entityMapFragment = "EntityMapFragment"
    case snapshot = "Snapshot"
    case snapshotFragment = "SnapshotFragment"
    case historyPolicy = "HistoryPolicy"
    case delivery = "NotificationDelivery"
    case notificationTest = "NotificationTest"
    case deadLetterCount = "DeadLetterCount"
    case ruleReport = "RuleReport"
    case ruleTest = "RuleTest"
    case ruleTestReport = "RuleTestReport"
    case ruleChannel = "RuleChannel"
    case channelTest = "ChannelTest"
    case eventStream = "EventStream"
    case airMap = "AirMap"
    case airTile = "AirTile"
    case entityTiles = "EntityTiles"
    case tileJSON = "TileJSON"
    case entityTile = "EntityTile"
    case publication = "Publication"
    case publicationList = "PublicationList"
    case publicLayers = "PublicLayers"
    case catalogue = "Catalogue"
    case alertFeed = "AlertFeed"
    case alertMessage = "AlertMessage"
    case importReport = "Import"
    case newImport = "NewImport"
    case importMapping = "ImportMapping"
    case importUndo = "ImportUndo"
    case octets = "Octets"
    case person = "Person"
    case newPerson = "NewPerson"
    case personRoles = "PersonRoles"
    case personChange = "PersonChange"
    case accessKey = "AccessKey"
    case newKey = "NewAccessKey"
    case accessPolicy = "AccessPolicy"
    case accessRole = "AccessRole"
    case session = "Session"
    case signIn = "SignIn"
    case passwordChange = "PasswordChange"
    case health = "Health"
    case metrics = "Metrics"
    case problem = "ProblemDetails"

    var reference: DocumentValue { .reference("schemas", rawValue) }

    /// The media type of what is no JSON.
    var ownMedia: String? {
        switch self {
        case .eventStream: "text/event-stream"
        case .airMap: "application/geo+json"
        case .airTile: "image/png"
        case .entityTile: "application/vnd.mapbox-vector-tile"
        case .catalogue: "application/ld+json"
        case .alertFeed: "application/atom+xml; charset=utf-8"
        case .alertMessage: "application/cap+xml"
        case .octets: "application/octet-stream"
        case .metrics: "text/plain; version=0.0.4; charset=utf-8"
        default: nil
        }
    }

    var value: DocumentValue {
        switch self {
        case .any: ["description": "Any JSON."]
        case .name, .eventStream, .metrics, .airTile, .entityTile, .alertFeed, .alertMessage: ["type": "string"]
        case .catalogue: ["type": "object", "required": ["@context", "@id", "@type"]]
        case .publication: Self.publicationValue
        case .publicationList: ["type": "object", "required": ["publications", "faulty"]]
        case .publicLayers: ["type": "object", "required": ["placeName", "catalogue", "layers"]]
        case .airMap: ["type": "object", "required": ["type", "features"]]
        case .entityTiles: ["type": "object", "required": ["count", "types"]]
        case .tileJSON: ["type": "object", "required": ["tilejson", "tiles", "vector_layers"]]
        case .uri: Self.uriValue
        case .entity: Self.entityValue(["id", "type"])
        case .entityFragment: Self.entityValue([])
        case .entityTemporal: Self.entityTemporalValue
        case .attribute: Self.attributeValue
        case .query: Self.queryValue
        case .batchResult, .updateResult, .problem: resultValue
        case .discovery: ["type": ["object", "array"]]
        case .sourceIdentity: ["type": "object", "required": ["id", "type"]]
        case .subscription, .subscriptionFragment: Self.subscriptionValue(isWhole: self == .subscription)
        case .context:
            [
                "type": "object", "required": ["@context"],
                "properties": ["@context": ["type": ["object", "array", "string", "null"]]],
                "example": ["@context": ["speed": "https://example.org/speed"]],
            ]
        case .contextList: ["type": "array", "items": ["type": ["string", "object"]]]
        case .entityMap:
            [
                "type": "object", "required": ["id", "type", "expiresAt", "entityMap"],
                "properties": ["expiresAt": Self.time, "entityMap": ["type": "object"]],
            ]
        case .entityMapFragment:
            [
                "type": "object", "properties": ["expiresAt": Self.time],
                "example": ["expiresAt": "2100-01-01T00:00:00Z"],
            ]
        case .snapshot, .snapshotFragment: Self.snapshotValue(isWhole: self == .snapshot)
        case .historyPolicy: Self.historyPolicyValue
        case .delivery: Self.deliveryValue
        case .notificationTest: Self.notificationTestValue
        case .deadLetterCount:
            ["type": "object", "properties": ["replayed": ["type": "integer"], "dropped": ["type": "integer"]]]
        case .ruleReport, .ruleTest, .ruleTestReport, .ruleChannel, .channelTest: ruleValue
        case .importReport, .newImport, .importMapping, .importUndo, .octets: importValue
        case .person, .newPerson, .personRoles, .personChange, .accessKey, .newKey, .accessPolicy, .accessRole,
            .session, .signIn, .passwordChange:
            accessValue
        case .health: ["type": "object", "required": ["status"], "properties": ["status": ["type": "string"]]]
        }
    }

    static let uriValue: DocumentValue = ["type": "string", "format": "uri", "example": "urn:ngsi-ld:Room:1"]
    static let time: DocumentValue = ["type": "string", "format": "date-time"]
    private static let deliveryValue: DocumentValue = [
        "type": "object",
        "description": "How the notifications of a subscription go; letters only when it is asked for alone.",
        "required": [
            "subscription", "tenant", "endpoint", "state", "waiting", "sent", "failed", "dropped", "deadLetters",
        ],
        "properties": [
            "subscription": uriValue, "tenant": ["type": "string"], "endpoint": ["type": "string"],
            "state": ["type": "string", "enum": ["ok", "retrying", "open"]], "waiting": ["type": "integer"],
            "sent": ["type": "integer"], "failed": ["type": "integer"], "dropped": ["type": "integer"],
            "deadLetters": ["type": "integer"], "lastSuccess": time, "lastFailure": time,
            "lastError": ["type": "string"],
            "letters": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["id", "at", "reason", "bytes"],
                    "properties": [
                        "id": ["type": "string"], "at": time, "reason": ["type": "string"],
                        "bytes": ["type": "integer"], "replayed": ["type": "boolean"],
                    ],
                ],
            ],
        ],
    ]
    private static let notificationTestValue: DocumentValue = [
        "type": "object",
        "description": "What came of a test: status and reason only when the endpoint did not take it.",
        "required": ["taken", "endpoint", "entities", "milliseconds"],
        "properties": [
            "taken": ["type": "boolean"], "endpoint": ["type": "string"], "entities": ["type": "integer"],
            "milliseconds": ["type": "integer"], "status": ["type": "integer"], "reason": ["type": "string"],
        ],
    ]
    private static let names: DocumentValue = ["type": ["string", "array"], "items": ["type": "string"]]

    private static let historyPolicyValue: DocumentValue = [
        "type": "object",
        "description":
            "How the history of the attributes is kept that type and attribute name; durations as PT1M or P30D.",
        "properties": [
            "name": ["type": "string"], "type": ["type": "string"], "attribute": ["type": "string"],
            "record": ["type": "boolean"], "sampleEvery": ["type": "string"], "deadBand": ["type": "number"],
            "retention": [
                "type": "array",
                "items": [
                    "type": "object", "properties": ["every": ["type": "string"], "keep": ["type": "string"]],
                ],
            ],
        ],
        "example": [
            "type": "AirQualityObserved", "sampleEvery": "PT1M",
            "retention": [["keep": "P30D"], ["every": "PT1H", "keep": "P365D"], ["every": "P1D"]],
        ],
    ]

    private static func entityValue(_ required: [String]) -> DocumentValue {
        [
            "type": "object",
            "description": "An entity: each further member is an attribute, or several instances of one in an array.",
            "required": .texts(required),
            "properties": ["id": uriValue, "type": names, "scope": names, "expiresAt": time],
            "additionalProperties": [
                "anyOf": [
                    DocumentSchema.attribute.reference, ["type": "array", "items": DocumentSchema.attribute.reference],
                    DocumentSchema.any.reference,
                ]
            ],
            "example": .members(
                (required.isEmpty ? [] : [("id", "urn:ngsi-ld:Room:1"), ("type", "Room")]) + [
                    ("temperature", ["type": "Property", "value": 21, "unitCode": "CEL"])
                ]),
        ]
    }

    private static let entityTemporalValue: DocumentValue = [
        "type": "object", "required": ["id", "type"],
        "properties": ["id": uriValue, "type": names, "scope": ["type": ["string", "array"]]],
        "additionalProperties": DocumentSchema.any.reference,
        "example": [
            "id": "urn:ngsi-ld:Room:1", "type": "Room",
            "temperature": [["type": "Property", "value": 21, "observedAt": "2026-01-01T00:00:00Z"]],
        ],
    ]

    private static let attributeValue: DocumentValue = [
        "type": "object",
        "description":
            "The kind of attribute says where its value is: a Property has `value`, a Relationship `object`.",
        "properties": [
            "type": [
                "type": "string",
                "enum": [
                    "Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty", "JsonProperty",
                    "ListProperty", "ListRelationship",
                ],
            ],
            "value": DocumentSchema.any.reference, "object": names, "languageMap": ["type": "object"], "vocab": names,
            "json": DocumentSchema.any.reference, "valueList": ["type": "array"], "objectList": ["type": "array"],
            "unitCode": ["type": "string"], "observedAt": time, "datasetId": uriValue, "expiresAt": time,
        ],
        "example": ["type": "Property", "value": 21],
    ]

    private static let queryValue: DocumentValue = [
        "type": "object", "required": ["type"],
        "properties": [
            "type": ["type": "string", "enum": ["Query"]], "entities": ["type": "array", "items": ["type": "object"]],
            "q": ["type": "string"], "geoQ": ["type": "object"], "temporalQ": ["type": "object"],
            "scopeQ": ["type": "string"], "attrs": names, "pick": names, "omit": names, "lang": ["type": "string"],
            "ordering": ["type": "object"],
        ],
        "example": ["type": "Query", "entities": [["type": "Room"]]],
    ]

    private static func subscriptionValue(isWhole: Bool) -> DocumentValue {
        let pairs: DocumentValue = [
            "type": "array",
            "items": [
                "type": "object", "required": ["key", "value"],
                "properties": ["key": ["type": "string"], "value": ["type": "string"]],
            ],
        ]
        let endpoint: DocumentValue = [
            "type": "object", "required": ["uri"],
            "properties": [
                "uri": uriValue,
                "accept": [
                    "type": "string", "enum": ["application/json", "application/ld+json", "application/geo+json"],
                ],
                "receiverInfo": pairs, "notifierInfo": pairs, "timeout": ["type": "number"],
                "cooldown": ["type": "number"],
            ],
        ]
        let notification: DocumentValue = [
            "type": "object", "required": ["endpoint"],
            "properties": [
                "endpoint": endpoint,
                "format": ["type": "string", "enum": ["normalized", "concise", "simplified", "keyValues"]],
                "attributes": names, "pick": names, "omit": names, "sysAttrs": ["type": "boolean"],
                "showChanges": ["type": "boolean"],
                "join": ["type": "string", "enum": ["flat", "inline", "@none"]],
                "joinLevel": ["type": "integer", "minimum": 1],
            ],
        ]
        let trigger: DocumentValue = [
            "type": "string",
            "enum": [
                "entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated",
                "attributeDeleted",
            ],
        ]
        return [
            "type": "object", "required": isWhole ? ["type", "notification"] : [],
            "properties": [
                "id": uriValue, "type": ["type": "string", "enum": ["Subscription"]],
                "subscriptionName": ["type": "string"], "description": ["type": "string"],
                "entities": ["type": "array", "items": ["type": "object"]], "watchedAttributes": names,
                "notificationTrigger": ["type": "array", "items": trigger], "q": ["type": "string"],
                "geoQ": ["type": "object"], "scopeQ": ["type": "string"], "csf": ["type": "string"],
                "lang": ["type": "string"], "datasetId": names, "expandValues": ["type": "string"],
                "jsonKeys": ["type": "string"], "localOnly": ["type": "boolean"],
                "splitEntities": ["type": "boolean"], "ngsildConformance": ["type": "string"],
                "jsonldContext": uriValue, "isActive": ["type": "boolean"], "throttling": ["type": "number"],
                "timeInterval": ["type": "number"], "expiresAt": time, "notification": notification,
            ],
            "example": isWhole
                ? [
                    "type": "Subscription", "entities": [["type": "Room"]],
                    "notification": ["endpoint": ["uri": "http://localhost:9/notify"]],
                ] : ["isActive": false],
        ]
    }

    private static func snapshotValue(isWhole: Bool) -> DocumentValue {
        [
            "type": "object", "required": isWhole ? ["type"] : [],
            "properties": [
                "id": uriValue, "type": ["type": "string", "enum": ["Snapshot"]],
                "snapshotQueries": ["type": "array", "items": DocumentSchema.query.reference],
                "snapshotTemporalQueries": ["type": "array", "items": DocumentSchema.query.reference],
                "snapshotLifetime": ["type": "string"], "snapshotPriority": ["type": "integer"],
            ],
            "example": isWhole
                ? ["type": "Snapshot", "snapshotQueries": [["type": "Query", "entities": [["type": "Room"]]]]]
                : ["type": "Snapshot", "snapshotPriority": 3],
        ]
    }

    private var resultValue: DocumentValue {
        let errors: DocumentValue = ["type": "array", "items": ["type": "object"]]
        switch self {
        case .batchResult: return ["type": "object", "properties": ["success": ["type": "array"], "errors": errors]]
        case .updateResult:
            return ["type": "object", "properties": ["updated": ["type": "array"], "notUpdated": ["type": "array"]]]
        default:
            return [
                "type": "object", "required": ["type", "title", "status", "detail"],
                "properties": [
                    "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                    "detail": ["type": "string"],
                ],
            ]
        }
    }
}
