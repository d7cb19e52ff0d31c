import JSONTree
import NGSILDModel
import NGSILDOperations

extension EntityAnswer {
    /// Answers with entities and those that their Relationships link to.
    ///
    /// - Parameter isOne: the first entity stands for itself, not in an array. Flat answers are arrays all the same.
    /// - Throws: TooManyResults when there is more than one answer may hold.
    /// - Source: CIM 009 clauses 4.5.23, 5.7.1.5, 5.7.2.5.
    func answer(
        _ entities: [EntityRecord], _ representation: EntityRepresentation, _ retrieval: LinkedEntityRetrieval,
        status: Int = 200, isOne: Bool = false, headers: [(name: String, value: String)] = []
    ) throws(HTTPFailure) {
        let (consumption, tenant) = (exchange.services.consumption, exchange.tenant)
        var linked = LinkedEntityRenderer(
            context: context.terms, representation: representation, retrieval: retrieval
        ) { consumption.linkedEntity(id: $0, tenant: tenant) }
        let others = retrieval.form == .flat ? linked.entities(linkedFrom: entities) : []
        let isArray = !isOne || retrieval.form == .flat
        if linked.isExhausted { throw Self.tooMuch }
        // Written apart first, since it can still come to be too much.
        let contextText = exchange.carriesContext(type) ? context.valueJSON : nil
        var writer = ByteWriter(capacity: 4_096)
        if isArray { writer.append(type == .geoJSON ? "{\"type\":\"FeatureCollection\",\"features\":[" : "[") }
        let inner = type == .geoJSON && isArray ? nil : contextText
        for (index, entity) in entities.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            if type == .geoJSON {
                feature(representation).append(entity, linkedBy: &linked, context: inner, to: &writer)
            } else {
                linked.append(entity, context: inner, to: &writer)
            }
            if linked.isExhausted { throw Self.tooMuch }
        }
        for other in others {
            writer.append(UInt8(ascii: ","))  // others come of entities, so some stand before
            if type == .geoJSON {
                var feature = feature(other.representation)
                feature.append(other.entity, context: nil, to: &writer)
            } else {
                var renderer = EntityRenderer(context: context.terms, representation: other.representation)
                renderer.append(other.entity, context: inner, to: &writer)
            }
            if writer.count > LinkedEntityRetrieval.byteLimit { throw Self.tooMuch }
        }
        if isArray {
            writer.append(UInt8(ascii: "]"))
            if type == .geoJSON { AnswerWriter.close(contextText, to: &writer) }
        }
        exchange.answer(type, context, status: status, headers: headers, isOfEntities: true) { body, _ in
            body.append(writer)
        }
    }

    private static let tooMuch = HTTPFailure.ngsild(
        .tooManyResults(
            "The linked entities are more than \(LinkedEntityRetrieval.entityLimit), or \(LinkedEntityRetrieval.byteLimit >> 20) MiB; lower limit or joinLevel, or choose with pick"
        ))
}
