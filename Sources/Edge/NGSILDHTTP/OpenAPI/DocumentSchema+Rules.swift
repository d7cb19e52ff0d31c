/// What is said of alert rules.
extension DocumentSchema {
    var ruleValue: DocumentValue {
        switch self {
        case .ruleTest:
            [
                "type": "object", "required": ["rule"],
                "description": "A rule, and the time to test it on: the last 7 days where there is none.",
                "properties": ["rule": ["type": "object"], "from": Self.time, "to": Self.time],
                "example": [
                    "rule": [
                        "condition": [
                            "entities": ["type": "AirQualityObserved"],
                            "tests": [
                                ["kind": "threshold", "attribute": "pm25", "comparison": "above", "value": 50]
                            ],
                        ]
                    ]
                ],
            ]
        case .ruleTestReport:
            [
                "type": "object", "required": ["from", "to", "entities", "values", "firings", "truncated"],
                "properties": [
                    "from": Self.time, "to": Self.time, "entities": ["type": "integer"],
                    "values": ["type": "integer"], "firings": Self.firings, "truncated": ["type": "boolean"],
                ],
            ]
        case .ruleChannel:
            [
                "type": "object", "required": ["channel"],
                "properties": [
                    "channel": ["type": "string", "enum": ["webhook", "mqtt", "email"]], "uri": Self.uriValue,
                    "to": ["type": "array", "items": ["type": "string"]],
                ],
                "example": ["channel": "webhook", "uri": "http://localhost:9/alerts"],
            ]
        case .channelTest:
            [
                "type": "object", "required": ["taken", "endpoint", "milliseconds"],
                "properties": [
                    "taken": ["type": "boolean"], "endpoint": ["type": "string"],
                    "milliseconds": ["type": "integer"], "status": ["type": "integer"],
                    "reason": ["type": "string"],
                ],
            ]
        default:
            [
                "type": "object", "required": ["id", "tenant", "name", "state", "entities", "raised", "channels"],
                "properties": [
                    "id": Self.uriValue, "tenant": ["type": "string"], "name": ["type": "string"],
                    "state": ["type": "string", "enum": ["watching", "off", "refused"]],
                    "reason": ["type": "string"], "severity": ["type": "string"], "entities": ["type": "integer"],
                    "raised": ["type": "integer"], "mutedUntil": Self.time,
                    "channels": ["type": "array", "items": ["type": "object"]],
                ],
            ]
        }
    }

    private static let firings: DocumentValue = [
        "type": "array",
        "items": [
            "type": "object", "required": ["entity", "name", "from", "to"],
            "properties": [
                "entity": uriValue, "name": ["type": "string"], "from": time, "to": ["type": ["string", "null"]],
                "peak": ["type": "number"],
            ],
        ],
    ]
}
