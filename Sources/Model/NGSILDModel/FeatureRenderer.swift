public import JSONTree

/// Writes an entity as a GeoJSON Feature.
///
/// - Source: CIM 009 clauses 4.5.16, 4.5.17, 5.2.29 to 5.2.31.
public struct FeatureRenderer {
    private let geometry: TermID
    private let representation: EntityRepresentation
    private var renderer: EntityRenderer

    /// - Parameter geometryProperty: the name of the GeoProperty whose value is the geometry, `location` by default.
    public init(context: TermContext, representation: EntityRepresentation, geometryProperty: String?) {
        geometry = context.knownTerm(geometryProperty ?? "location") ?? .none
        self.representation = representation
        var properties = representation
        properties.showsID = false
        renderer = EntityRenderer(context: context, representation: properties)
    }

    /// - Parameter context: the text of a `@context` member to put last.
    public mutating func append(_ entity: EntityRecord, context contextText: [UInt8]?, to writer: inout ByteWriter) {
        appendStart(entity, to: &writer)
        renderer.append(entity, to: &writer)
        writer.close(contextText)
    }

    /// Appends an entity whose properties hold linked entities.
    public func append(
        _ entity: EntityRecord, linkedBy linked: inout LinkedEntityRenderer, context contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        appendStart(entity, to: &writer)
        linked.append(propertiesOf: entity, as: representation, to: &writer)
        writer.close(contextText)
    }

    private func appendStart(_ entity: EntityRecord, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "{"))
        if representation.showsID {
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
        // One that was deleted has the NGSI-LD Null, a string, for a value.
        let instances = attributes.roots(named: geometry).filter {
            attributes.nodes[$0].kind == .geoProperty && !attributes.nodes[$0].flags.contains(.isString)
        }
        guard let datasets = representation.datasets else {
            return instances.first { attributes.dataset(of: $0).isEmpty }
        }
        return instances.first { index in
            let dataset = attributes.dataset(of: index)
            return datasets.contains(dataset.isEmpty ? "@none" : dataset)
        }
    }
}

extension ByteWriter {
    /// Closes an object, with the text of a `@context` member put last.
    mutating func close(_ contextText: [UInt8]?) {
        if let contextText {
            append(",\"@context\":")
            append(contextText)
        }
        append(UInt8(ascii: "}"))
    }
}
