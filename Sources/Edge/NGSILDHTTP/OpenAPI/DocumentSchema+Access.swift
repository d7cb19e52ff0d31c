/// What is said of people, keys, policies and sessions.
extension DocumentSchema {
    private static let text: DocumentValue = ["type": "string"]
    private static let texts: DocumentValue = ["type": "array", "items": ["type": "string"]]
    private static let roles: DocumentValue = [
        "type": "array", "maxItems": 64, "items": ["type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"],
    ]
    private static let password: DocumentValue = ["type": "string", "minLength": 10, "maxLength": 1_024]
    private static let personName: DocumentValue = ["type": "string", "pattern": "^[A-Za-z0-9._@+-]{1,64}$"]

    private static func object(_ required: [String], _ properties: [(String, DocumentValue)]) -> DocumentValue {
        ["type": "object", "required": .texts(required), "properties": .members(properties)]
    }

    var accessValue: DocumentValue {
        switch self {
        case .person:
            Self.object(
                ["name", "roles", "createdAt", "hasPassword"],
                [
                    ("name", Self.personName), ("roles", Self.roles), ("createdAt", Self.time),
                    ("passwordChangedAt", Self.time), ("hasPassword", ["type": "boolean"]),
                ])
        case .newPerson:
            Self.object(
                ["name", "roles"], [("name", Self.personName), ("roles", Self.roles), ("password", Self.password)])
        case .personRoles: Self.object(["roles"], [("roles", Self.roles), ("password", Self.password)])
        case .personChange: Self.object([], [("roles", Self.roles), ("password", Self.password)])
        case .accessKey:
            Self.object(
                ["id", "name", "roles", "createdAt"],
                [
                    ("id", Self.text), ("name", Self.text), ("roles", Self.roles), ("createdAt", Self.time),
                    ("expiresAt", Self.time), ("revokedAt", Self.time), ("lastUsedAt", Self.time),
                    ("key", ["type": "string", "description": "The key itself, once, in the answer that makes it."]),
                ])
        case .newKey:
            Self.object(
                ["name", "roles"],
                [
                    ("name", ["type": "string", "minLength": 1, "maxLength": 100]), ("roles", Self.roles),
                    ("expiresAt", ["type": "string", "format": "date-time", "example": "2100-01-01T00:00:00Z"]),
                ])
        case .accessPolicy: Self.policy
        case .accessRole:
            Self.object(
                ["name", "isBuiltIn", "policies", "people", "keys"],
                [
                    ("name", Self.text), ("isBuiltIn", ["type": "boolean"]), ("policies", Self.texts),
                    ("people", ["type": "integer"]), ("keys", ["type": "integer"]),
                ])
        case .session:
            Self.object(
                ["id", "name", "kind", "roles", "isAdministrator", "hasNoPerson"],
                [
                    ("id", Self.text), ("name", Self.text),
                    ("kind", ["type": "string", "enum": ["person", "key", "token", "anonymous", "open"]]),
                    ("roles", Self.roles), ("isAdministrator", ["type": "boolean"]),
                    ("hasNoPerson", ["type": "boolean"]),
                    (
                        "provider",
                        [
                            "type": "string",
                            "description": "What people call where they may sign in, at /session/provider.",
                        ]
                    ),
                ])
        case .signIn:
            Self.object(
                [],
                [
                    ("name", Self.text), ("password", Self.text), ("link", Self.text),
                    ("welcome", ["type": "string", "description": "The token of the first start's link."]),
                ])
        default: Self.object(["current", "new"], [("current", Self.text), ("new", Self.password)])
        }
    }

    private static let policy: DocumentValue = [
        "type": "object", "description": "A grant; docs/access.md has its members.",
        "required": ["id", "roles", "operations"],
        "properties": [
            "id": ["type": "string", "minLength": 1, "maxLength": 200], "description": text,
            "roles": ["type": "array", "minItems": 1, "items": ["type": "string"]], "tenants": texts,
            "operations": ["type": "array", "minItems": 1, "items": ["type": "string"]], "types": texts,
            "scopes": texts, "attributes": texts, "area": ["type": "object"], "@context": uriValue,
        ],
        "example": [
            "id": "citizens-air", "roles": ["citizen"], "operations": ["retrieveOps"], "types": ["AirQualityObserved"],
        ],
    ]

    // MARK: Imports

    var importValue: DocumentValue {
        switch self {
        case .newImport:
            [
                "type": "object",
                "properties": [
                    "name": ["type": "string", "minLength": 1], "size": ["type": "integer", "minimum": 1],
                    "edit": [
                        "type": "object", "required": ["action"],
                        "properties": [
                            "action": ["type": "string", "enum": ["set", "unit", "remove", "delete"]],
                            "attribute": Self.text, "instance": Self.text, "unitCode": Self.text,
                        ],
                    ],
                    "ids": ["type": "array", "items": Self.uriValue],
                ],
                "example": ["name": "air.csv", "size": 1_234],
            ]
        case .importMapping:
            Self.object(
                [],
                [
                    ("choices", ["type": "object"]), ("mapping", ["type": "string"]), ("feed", Self.text),
                    ("stopTimes", ["type": "boolean"]),
                ])
        case .importUndo: Self.object([], [("force", ["type": "boolean"])])
        case .octets: ["type": "string", "format": "binary"]
        default:
            Self.object(
                ["id", "kind", "name", "status", "counts"],
                [
                    ("id", Self.text), ("kind", ["type": "string", "enum": ["file", "edit"]]), ("name", Self.text),
                    ("size", ["type": "integer"]), ("pieceBytes", ["type": "integer"]), ("pieces", ["type": "integer"]),
                    ("status", Self.text), ("counts", ["type": "object"]),
                ])
        }
    }
}
