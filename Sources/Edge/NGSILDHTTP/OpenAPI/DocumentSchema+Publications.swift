/// What is said of publications.
extension DocumentSchema {
    private static let localText: DocumentValue = [
        "type": ["string", "object"], "description": "A text, or texts by language tags.",
    ]

    static let publicationValue: DocumentValue = [
        "type": "object",
        "description": "Entities of a type with the attributes that are named, and nothing else of them.",
        "required": ["title", "description", "type", "attributes", "licence", "publisher"],
        "properties": [
            "id": ["type": "string"], "title": localText, "description": localText, "tenant": ["type": "string"],
            "type": ["type": "string"], "q": ["type": "string"], "scopeQ": ["type": "string"],
            "area": ["type": "array", "items": ["type": "number"]],
            "attributes": ["type": "array", "items": ["type": ["string", "object"]]],
            "geometryProperty": ["type": "string"], "licence": uriValue, "publisher": ["type": ["string", "object"]],
            "contact": ["type": ["string", "object"]], "updateFrequency": ["type": "string"],
            "themes": ["type": "array", "items": ["type": "string"]],
            "keywords": ["type": "array", "items": ["type": "string"]], "colourBy": ["type": "string"],
            "capSender": ["type": "string"],
        ],
        "example": [
            "title": ["en": "Parking"], "description": "Spaces that are free", "type": "ParkingSpot",
            "attributes": ["name", "status", "location"],
            "licence": "https://creativecommons.org/licenses/by/4.0/", "publisher": ["name": "City"],
        ],
    ]
}
