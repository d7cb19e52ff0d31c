extension Parameter {
    /// The parameter as the OpenAPI document's `components/parameters` has it. The words of `options` are said by each
    /// operation.
    var documentValue: DocumentValue {
        let (schema, text) = documentParts
        return ["name": .text(name), "in": "query", "description": .text(text), "schema": schema]
    }

    private static let string: DocumentValue = ["type": "string"]
    private static let truth: DocumentValue = ["type": "boolean"]
    private static let number: DocumentValue = ["type": "integer", "minimum": 0]
    private static let time: DocumentValue = ["type": "string", "format": "date-time"]

    private static func words(_ words: String...) -> DocumentValue { ["type": "string", "enum": .texts(words)] }

    private var documentParts: (schema: DocumentValue, text: String) {
        switch self {
        case .id, .idPattern, .type, .q, .csf, .scopeQ, .expandValues, .jsonKeys: selectingParts
        case .georel, .geometry, .coordinates, .geoproperty, .orderBy, .orderFrom, .orderGeometry, .collation:
            placeAndOrderParts
        case .timerel, .timeAt, .endTimeAt, .timeproperty, .lastN, .aggrMethods, .aggrPeriodDuration: timeParts
        case .attrs:
            (Self.string, "Names of attributes, with commas: entities that have one, and these attributes only.")
        case .pick: (Self.string, "Names of members to show, with commas.")
        case .omit: (Self.string, "Names of members to leave out, with commas.")
        case .lang: (Self.string, "The language that LanguageProperties are shown, or a merge is read, in.")
        case .datasetId: (Self.string, "Ids of datasets, or @none, with commas.")
        case .options: (Self.string, "Words with commas that say how the operation is done.")
        case .format:
            (
                Self.string,
                """
                The representation: normalized, concise, simplified or keyValues; of histories also temporalValues \
                and aggregatedValues.
                """
            )
        case .geometryProperty: (Self.string, "The GeoProperty that is the geometry in GeoJSON.")
        case .limit: (Self.number, "How many to answer with at most; 20 if not given, up to 1,000.")
        case .offset: (Self.number, "How many to pass over.")
        case .count: (Self.truth, "Whether NGSILD-Results-Count tells how many there are in all.")
        case .pageAfter: (Self.string, "Where a page begins; taken from a Link header.")
        case .pageBefore: (Self.string, "Where a page ends; taken from a Link header.")
        case .local:
            (Self.truth, "Whether only this broker is asked; a query may then be without type, attrs, q and georel.")
        case .join: (Self.words("inline", "flat", "@none"), "How linked entities are shown.")
        case .joinLevel: (["type": "integer", "minimum": 1], "How many links are followed.")
        case .containedBy: (Self.string, "Ids of entities that are not followed into, with commas.")
        case .splitEntities: (Self.truth, "Accepted; means nothing to a broker that forwards nothing.")
        case .entityMap: (Self.truth, "Whether the pages of this query are taken from an entity map.")
        case .entityMapLifetime: (Self.string, "How long that map is kept, as an ISO 8601 duration.")
        case .deleteAll: (Self.truth, "Whether all instances go, whatever their datasetId.")
        case .drop: (Self.string, "Names of attributes to remove, with commas.")
        case .keep: (Self.string, "Names of attributes to keep, with commas; all others go.")
        case .observedAt: (Self.time, "The observedAt of what a merge changes.")
        case .details: (Self.truth, "Whether to tell more than names.")
        case .kind: (Self.words("Cached", "Hosted", "ImplicitlyCreated"), "The kind of @contexts to list.")
        case .reload: (Self.truth, "Whether a cached @context is fetched again rather than deleted.")
        case .lastEventId:
            (Self.string, "The id of the last message a client has, where it cannot send the header Last-Event-ID.")
        case .types: (Self.string, "The types of entities to follow, with commas; all if not given.")
        case .at, .bbox, .cells, .index, .pollutant, .quantity: mapParts
        }
    }

    private var mapParts: (schema: DocumentValue, text: String) {
        switch self {
        case .at: (Self.time, "Any instant of the hour that is mapped; the newest hour if not given.")
        case .cells:
            (
                ["type": "integer", "minimum": 0, "maximum": 64],
                "Cells along an edge of the tile in which points gather up to zoom 14; 12 if not given, 0 for none."
            )
        case .bbox: (Self.string, "Only this part: west,south,east,north in degrees.")
        case .index: (Self.string, "Refused: indices are not mapped, the bands are those of the European index.")
        case .quantity: (Self.words("value", "uncertainty"), "What is mapped; value if not given.")
        default: (Self.words("PM2.5", "PM10", "NO2", "O3", "SO2", "CO"), "The pollutant that is mapped.")
        }
    }

    private var selectingParts: (schema: DocumentValue, text: String) {
        switch self {
        case .id: (Self.string, "Ids of entities, with commas.")
        case .idPattern: (Self.string, "A regular expression for ids.")
        case .type: (Self.string, "A type, or several with commas, bars, semicolons and parentheses.")
        case .q: (Self.string, "A condition on attributes, such as temperature>20.")
        case .csf: (Self.string, "A condition on context sources; accepted where a query is.")
        case .scopeQ: (Self.string, "Scopes, such as /Madrid/#.")
        case .expandValues: (Self.string, "Names of attributes whose values in q are terms to expand.")
        default: (Self.string, "Names of attributes whose values are JSON.")
        }
    }

    private var placeAndOrderParts: (schema: DocumentValue, text: String) {
        switch self {
        case .georel: (Self.string, "How places relate, such as near;maxDistance==2000.")
        case .geometry, .orderGeometry:
            (
                Self.words("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
                "The kind of the geometry that is given."
            )
        case .coordinates: (Self.string, "The coordinates of that geometry as JSON, longitude first.")
        case .geoproperty: (Self.string, "The GeoProperty that is compared; location if not given.")
        case .orderBy: (Self.string, "Names to order by, with commas, each with ;desc for the other direction.")
        case .orderFrom: (Self.string, "The coordinates that distances are measured from.")
        default: (Self.string, "The language whose order texts have.")
        }
    }

    private var timeParts: (schema: DocumentValue, text: String) {
        switch self {
        case .timerel: (Self.words("before", "after", "between"), "How times relate to timeAt.")
        case .timeAt: (Self.time, "The time, in UTC.")
        case .endTimeAt: (Self.time, "The end of the time between, in UTC.")
        case .timeproperty:
            (Self.words("observedAt", "createdAt", "modifiedAt", "deletedAt"), "The time that is compared.")
        case .lastN: (["type": "integer", "minimum": 1], "How many of the latest instances to show.")
        case .aggrMethods: (Self.string, "How values are summed up, with commas.")
        default: (Self.string, "The length of the parts that are summed up, as an ISO 8601 duration.")
        }
    }
}
