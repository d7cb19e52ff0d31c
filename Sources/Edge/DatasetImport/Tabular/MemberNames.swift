/// Names that NGSI-LD keeps for members of entities and attributes, so that no attribute of an entity has them.
///
/// An entity is not taken with some of them, and what comes under `createdAt` and its like is passed over.
///
/// - Source: CIM 009 clauses 4.5.1, 4.5.2, 4.8.
package enum MemberNames {
    package static func contains(_ name: String) -> Bool { all.contains(name) }

    private static let all: Set = [
        "id", "type", "@id", "@type", "@context", "scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt",
        "observedAt", "datasetId", "instanceId", "unitCode", "valueType", "objectType", "entityIdSealed",
        "entityTypeSealed", "previousValue", "previousObject", "previousLanguageMap", "previousVocab", "previousJson",
        "previousValueList", "previousObjectList",
    ]
}
