public import JSONTree

/// An entity, and what of it is shown.
public struct ShownEntity: Sendable {
    public let entity: EntityRecord
    public let representation: EntityRepresentation

    /// The entity, shown in that representation.
    public init(_ entity: EntityRecord, _ representation: EntityRepresentation) {
        self.entity = entity
        self.representation = representation
    }
}

/// Writes entities as a JSON array or a GeoJSON FeatureCollection, with those that their Relationships link to.
///
/// - Source: CIM 009 clauses 4.5.16, 4.5.17, 4.5.23.
public struct EntityListRenderer {
    private let context: TermContext
    private let retrieval: LinkedEntityRetrieval?
    private let isGeoJSON: Bool
    private let geometryProperty: String?
    private let lookup: (String) -> EntityRecord?

    /// Whether linked entities were left out since they reached the limits of `LinkedEntityRetrieval`.
    public private(set) var isExhausted = false

    /// - Parameters:
    ///   - retrieval: how linked entities come along; `nil`: they do not.
    ///   - geometryProperty: the GeoProperty that gives the geometry of Features, `location` by default.
    ///   - lookup: the entity with an id, or `nil` where there is none.
    public init(
        context: TermContext, retrieval: LinkedEntityRetrieval? = nil, isGeoJSON: Bool = false,
        geometryProperty: String? = nil, lookup: @escaping (String) -> EntityRecord? = { _ in nil }
    ) {
        self.context = context
        self.retrieval = retrieval
        self.isGeoJSON = isGeoJSON
        self.geometryProperty = geometryProperty
        self.lookup = lookup
    }

    /// Appends the entities, and behind them the linked ones if they are to stand flat.
    ///
    /// Once `isExhausted` is set, what was written is of no use.
    ///
    /// - Parameters:
    ///   - isOne: the first entity stands for itself, not in an array. Flat lists are arrays all the same.
    ///   - contextText: the text of a `@context` member, for each entity or for the FeatureCollection.
    public mutating func append(
        _ shown: [ShownEntity], isOne: Bool = false, context contextText: [UInt8]? = nil, to writer: inout ByteWriter
    ) {
        let isArray = !isOne || retrieval?.form == .flat
        if isArray { writer.append(isGeoJSON ? "{\"type\":\"FeatureCollection\",\"features\":[" : "[") }
        let inner = isGeoJSON && isArray ? nil : contextText
        if let retrieval, let first = shown.first {
            appendLinked(shown, first.representation, retrieval, inner, to: &writer)
        } else {
            appendPlain(shown, inner, to: &writer)
        }
        guard isArray else { return }
        writer.append(UInt8(ascii: "]"))
        if isGeoJSON { writer.close(contextText) }
    }

    private func appendPlain(_ shown: [ShownEntity], _ inner: [UInt8]?, to writer: inout ByteWriter) {
        for (index, entry) in shown.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            if isGeoJSON {
                var feature = feature(entry.representation)
                feature.append(entry.entity, context: inner, to: &writer)
            } else {
                var renderer = EntityRenderer(context: context, representation: entry.representation)
                renderer.append(entry.entity, context: inner, to: &writer)
            }
        }
    }

    private mutating func appendLinked(
        _ shown: [ShownEntity], _ representation: EntityRepresentation, _ retrieval: LinkedEntityRetrieval,
        _ inner: [UInt8]?, to writer: inout ByteWriter
    ) {
        var linked = LinkedEntityRenderer(
            context: context, representation: representation, retrieval: retrieval, lookup: lookup)
        let others = retrieval.form == .flat ? linked.entities(linkedFrom: shown) : []
        for (index, entry) in shown.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            if isGeoJSON {
                feature(entry.representation).append(entry.entity, linkedBy: &linked, context: inner, to: &writer)
            } else {
                linked.append(entry.entity, as: entry.representation, context: inner, to: &writer)
            }
            if linked.isExhausted { break }
        }
        isExhausted = linked.isExhausted
        for other in others where !isExhausted {
            writer.append(UInt8(ascii: ","))  // others come of entities, so some stand before
            appendPlain([other], inner, to: &writer)
            if writer.count > LinkedEntityRetrieval.byteLimit { isExhausted = true }
        }
    }

    private func feature(_ representation: EntityRepresentation) -> FeatureRenderer {
        FeatureRenderer(context: context, representation: representation, geometryProperty: geometryProperty)
    }
}
