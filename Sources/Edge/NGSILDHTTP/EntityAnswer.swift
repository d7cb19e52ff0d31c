import JSONTree
import NGSILDModel

/// Answers with entities in the representation that was asked for.
struct EntityAnswer {
    let exchange: Exchange
    let type: MediaType
    let context: TermContext
    let representation: EntityRepresentation

    func list(_ entities: [EntityRecord], geometryProperty: String?, headers: [(name: String, value: String)]) {
        if type == .geoJSON {
            features(entities, geometryProperty: geometryProperty, headers: headers)
            return
        }
        exchange.answer(type, context, headers: headers) { writer, contextText in
            var renderer = EntityRenderer(context: context, representation: representation)
            writer.append(UInt8(ascii: "["))
            var isFirst = true
            for entity in entities {
                if !isFirst { writer.append(UInt8(ascii: ",")) }
                isFirst = false
                renderer.append(entity, context: contextText, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        }
    }

    func one(_ entity: EntityRecord, geometryProperty: String?) {
        if type == .geoJSON {
            geoJSON([]) { writer, contextText in
                var feature = FeatureRenderer(context: context, representation: representation, geometryProperty: geometryProperty)
                feature.append(entity, context: contextText, to: &writer)
            }
            return
        }
        exchange.answer(type, context) { writer, contextText in
            var renderer = EntityRenderer(context: context, representation: representation)
            renderer.append(entity, context: contextText, to: &writer)
        }
    }

    private func features(
        _ entities: [EntityRecord], geometryProperty: String?, headers: [(name: String, value: String)]
    ) {
        geoJSON(headers) { writer, contextText in
            var feature = FeatureRenderer(context: context, representation: representation, geometryProperty: geometryProperty)
            writer.append("{\"type\":\"FeatureCollection\",\"features\":[")
            var isFirst = true
            for entity in entities {
                if !isFirst { writer.append(UInt8(ascii: ",")) }
                isFirst = false
                feature.append(entity, context: nil, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
            if let contextText {
                writer.append(",\"@context\":")
                writer.append(contextText)
            }
            writer.append(UInt8(ascii: "}"))
        }
    }

    /// GeoJSON carries its @context inside, unless `Prefer: body=json` asks for a Link header (clause 6.3.6).
    private func geoJSON(
        _ headers: [(name: String, value: String)], _ body: (inout ByteWriter, [UInt8]?) -> Void
    ) {
        let isPlain = exchange.request.header("Prefer") == "body=json"
        let writer = exchange.request.loop
        writer.writer.removeAll()
        body(&writer.writer, isPlain ? nil : Array(context.context.valueJSON.utf8))
        exchange.answer(
            HTTPAnswer(
                status: 200, contentType: type.rawValue, headers: headers + (isPlain ? [Exchange.link(context)] : []),
                body: writer.writer.array()))
    }
}

/// Writes an entity as a GeoJSON Feature.
///
/// - Source: CIM 009 clauses 4.5.16, 5.2.29 to 5.2.31.
struct FeatureRenderer {
    private let context: TermContext
    private let geometry: TermID
    private var renderer: EntityRenderer
    private let showsID: Bool

    init(context: TermContext, representation: EntityRepresentation, geometryProperty: String?) {
        self.context = context
        geometry = context.knownTerm(geometryProperty ?? "location") ?? .none
        showsID = representation.showsID
        var inner = representation
        inner.showsID = false
        renderer = EntityRenderer(context: context, representation: inner)
    }

    mutating func append(_ entity: EntityRecord, context contextText: [UInt8]?, to writer: inout ByteWriter) {
        writer.append("{")
        if showsID {
            writer.append("\"id\":")
            writer.append(jsonString: entity.id)
            writer.append(",")
        }
        writer.append("\"type\":\"Feature\",\"geometry\":")
        if let root = entity.attributes.root(named: geometry), entity.attributes.nodes[root].kind == .geoProperty {
            writer.append(utf8: entity.attributes.valueText(of: root))
        } else {
            writer.append("null")
        }
        writer.append(",\"properties\":")
        renderer.append(entity, to: &writer)
        if let contextText {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append("}")
    }
}
