import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Answers with entities in the representation that was asked for.
struct EntityAnswer {
    let exchange: Exchange
    let type: MediaType
    let context: BoundContext
    let selection: EntitySelection

    /// Runs a query and answers with its page.
    func page(_ query: EntityQuery) throws(HTTPFailure) {
        let representation = try selection.representation(type)
        let retrieval = try selection.linkedRetrieval()
        let mapped = try EntityMapUse(exchange, selection.parameters)?.page(query)
        let page: EntityPage
        if let mapped {
            page = mapped.page
        } else {
            page = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.queryEntities(query, tenant: exchange.tenant)
            }
        }
        var headers = try Pagination(selection.parameters).headers(exchange.request, type, page)
        if let mapped { headers.append(mapped.header) }
        let status = mapped?.status ?? 200
        if let retrieval {
            return try answer(page.entities, representation, retrieval, status: status, headers: headers)
        }
        exchange.answer(type, context, status: status, headers: headers, isOfEntities: true) { writer, contextText in
            if type == .geoJSON {
                append(features: page.entities, representation, contextText, to: &writer)
            } else if type == .csv {
                append(table: page.entities, representation, to: &writer)
            } else {
                var renderer = EntityRenderer(context: context.terms, representation: representation)
                writer.append(UInt8(ascii: "["))
                for (index, entity) in page.entities.enumerated() {
                    if index > 0 { writer.append(UInt8(ascii: ",")) }
                    renderer.append(entity, context: contextText, to: &writer)
                }
                writer.append(UInt8(ascii: "]"))
            }
        }
    }

    func one(_ entity: EntityRecord, _ representation: EntityRepresentation) throws(HTTPFailure) {
        let mapped = try EntityMapUse(exchange, selection.parameters)?.header(for: entity)
        let headers = mapped.map { [$0] } ?? []
        if let retrieval = try selection.linkedRetrieval() {
            return try answer([entity], representation, retrieval, isOne: true, headers: headers)
        }
        exchange.answer(type, context, headers: headers, isOfEntities: true) { writer, contextText in
            if type == .geoJSON {
                var feature = feature(representation)
                feature.append(entity, context: contextText, to: &writer)
            } else if type == .csv {
                append(table: [entity], representation, to: &writer)
            } else {
                var renderer = EntityRenderer(context: context.terms, representation: representation)
                renderer.append(entity, context: contextText, to: &writer)
            }
        }
    }

    func feature(_ representation: EntityRepresentation) -> FeatureRenderer {
        FeatureRenderer(
            context: context.terms, representation: representation,
            geometryProperty: selection.parameters[.geometryProperty])
    }

    /// A row for each entity in the simplified form, else one for each instance of an attribute.
    private func append(
        table entities: [EntityRecord], _ representation: EntityRepresentation, to writer: inout ByteWriter
    ) {
        if representation.form == .simplified {
            var table = EntityTable(context: context.terms, representation: representation)
            table.append(entities, to: &writer)
        } else {
            var table = InstanceTable(context: context.terms, representation: representation)
            table.appendHeader(to: &writer)
            for entity in entities { table.append(entity, to: &writer) }
        }
    }

    private func append(
        features entities: [EntityRecord], _ representation: EntityRepresentation, _ contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        var feature = feature(representation)
        writer.append("{\"type\":\"FeatureCollection\",\"features\":[")
        for (index, entity) in entities.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            feature.append(entity, context: nil, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
        AnswerWriter.close(contextText, to: &writer)
    }
}
