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
        if type == .csv {
            throw .badRequest("A table has no place for linked entities; leave out join, or ask for JSON")
        }
        let (consumption, tenant) = (exchange.services.consumption, exchange.tenant)
        var renderer = EntityListRenderer(
            context: context.terms, retrieval: retrieval, isGeoJSON: type == .geoJSON,
            geometryProperty: selection.parameters[.geometryProperty]
        ) { consumption.linkedEntity(id: $0, tenant: tenant) }
        // Written apart first, since it can still come to be too much.
        var writer = ByteWriter(capacity: 4_096)
        renderer.append(
            entities.map { ShownEntity($0, representation) }, isOne: isOne,
            context: exchange.carriesContext(type) ? context.valueJSON : nil, to: &writer)
        if renderer.isExhausted { throw Self.tooMuch }
        exchange.answer(type, context, status: status, headers: headers, isOfEntities: true) { body, _ in
            body.append(writer)
        }
    }

    private static let tooMuch = HTTPFailure.ngsild(
        .tooManyResults(
            "The linked entities are more than \(LinkedEntityRetrieval.entityLimit), or \(LinkedEntityRetrieval.byteLimit >> 20) MiB; lower limit or joinLevel, or choose with pick"
        ))
}
