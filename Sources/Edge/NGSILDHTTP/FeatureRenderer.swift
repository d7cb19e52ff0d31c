import JSONTree
import NGSILDModel

/// Writes an entity as a GeoJSON Feature.
///
/// - Source: CIM 009 clauses 4.5.16, 4.5.17, 5.2.29 to 5.2.31.
struct FeatureRenderer {
    private let geometry: TermID
    private let datasets: Set<String>?
    private let showsID: Bool
    private var renderer: EntityRenderer

    /// - Parameter geometryProperty: the name of the GeoProperty whose value is the geometry, `location` by default.
    init(context: TermContext, representation: EntityRepresentation, geometryProperty: String?) {
        geometry = context.knownTerm(geometryProperty ?? "location") ?? .none
        datasets = representation.datasets
        showsID = representation.showsID
        var properties = representation
        properties.showsID = false
        renderer = EntityRenderer(context: context, representation: properties)
    }

    /// - Parameter context: the text of a `@context` member to put last.
    mutating func append(_ entity: EntityRecord, context contextText: [UInt8]?, to writer: inout ByteWriter) {
        appendStart(entity, to: &writer)
        renderer.append(entity, to: &writer)
        AnswerWriter.close(contextText, to: &writer)
    }

    /// Appends an entity whose properties hold linked entities.
    func append(
        _ entity: EntityRecord, linkedBy linked: inout LinkedEntityRenderer, context contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        appendStart(entity, to: &writer)
        linked.append(propertiesOf: entity, to: &writer)
        AnswerWriter.close(contextText, to: &writer)
    }

    private func appendStart(_ entity: EntityRecord, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "{"))
        if showsID {
            writer.append("\"id\":")
            writer.append(jsonString: entity.id)
            writer.append(UInt8(ascii: ","))
        }
        writer.append("\"type\":\"Feature\",\"geometry\":")
        if let index = geometryInstance(entity.attributes) {
            writer.append(utf8: entity.attributes.valueText(of: index))
        } else {
            writer.append("null")
        }
        writer.append(",\"properties\":")
    }

    /// The instance that gives the geometry: the default one, or one that `datasetId` asks for (clause 4.5.16.1).
    private func geometryInstance(_ attributes: AttributeForest) -> Int? {
        let instances = attributes.roots(named: geometry).filter { attributes.nodes[$0].kind == .geoProperty }
        guard let datasets else { return instances.first { attributes.dataset(of: $0).isEmpty } }
        return instances.first { index in
            let dataset = attributes.dataset(of: index)
            return datasets.contains(dataset.isEmpty ? "@none" : dataset)
        }
    }
}
