import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Writes a page of a layer's entities in one of the forms that are offered.
struct LayerWriter {
    enum Format: String, CaseIterable {
        case geoJSON = "geojson"
        case csv
        case jsonLD = "jsonld"

        var mediaType: String {
            switch self {
            case .geoJSON: "application/geo+json"
            case .csv: "text/csv; charset=utf-8"
            case .jsonLD: "application/ld+json"
            }
        }
    }

    /// A page that was written.
    struct Page {
        var body: [UInt8]
        /// Where the next page begins; `nil` at the end.
        var next: Int64?
    }

    let layer: PublishedLayer
    let format: Format
    /// Values alone instead of NGSI-LD's normalized form; tables always have values alone.
    let isSimplified: Bool
    /// Bytes after which a page ends early, so that entities of megabytes make no answer of gigabytes.
    var byteLimit = 8 << 20

    func write(_ page: EntityPage, linkToNext: (Int64) -> String) -> Page {
        var writer = ByteWriter(capacity: 64 << 10)
        start(&writer)
        var next: Int64? = page.hasMore ? page.last : nil
        for (place, record) in page.entities.enumerated() {
            let entity = PublishedEntity(record, of: layer)
            append(entity, isFirst: place == 0, to: &writer)
            if writer.count > byteLimit, place + 1 < page.entities.count, page.places.indices.contains(place) {
                next = page.places[place]
                break
            }
        }
        end(next.map(linkToNext), &writer)
        return Page(body: writer.array(), next: next)
    }

    private func start(_ writer: inout ByteWriter) {
        switch format {
        case .geoJSON: writer.append("{\"type\":\"FeatureCollection\",\"features\":[")
        case .jsonLD: writer.append("[")
        case .csv:
            var row = TableRow()
            row.append(fixed: "id", to: &writer)
            row.append(fixed: "type", to: &writer)
            for attribute in layer.attributes { row.append(attribute.column, to: &writer) }
            if layer.geometry != .none {
                row.append(fixed: "longitude", to: &writer)
                row.append(fixed: "latitude", to: &writer)
            }
            row.append(fixed: "observedAt", to: &writer)
            row.end(in: &writer)
        }
    }

    private func end(_ next: String?, _ writer: inout ByteWriter) {
        switch format {
        case .geoJSON:
            writer.append("]")
            if let next {
                writer.append(",\"links\":[{\"rel\":\"next\",\"type\":\"application/geo+json\",\"href\":")
                writer.append(jsonString: next)
                writer.append("}]")
            }
            writer.append("}")
        case .jsonLD: writer.append("]")
        case .csv: break
        }
    }

    private func append(_ entity: PublishedEntity, isFirst: Bool, to writer: inout ByteWriter) {
        if format == .csv { return appendRow(entity, to: &writer) }
        if !isFirst { writer.append(",") }
        writer.append("{\"id\":")
        writer.append(jsonString: entity.id)
        if format == .geoJSON {
            writer.append(",\"type\":\"Feature\",\"geometry\":")
            writer.append(entity.geometry ?? Array("null".utf8))
            writer.append(",\"properties\":{\"type\":")
            writer.append(jsonString: entity.type)
            if isSimplified, entity.observedAt.isSet {
                writer.append(",\"observedAt\":")
                entity.observedAt.append(quotedTo: &writer)
            }
            for value in entity.values where value.json != entity.geometry || value.kind != .geoProperty {
                append(value, named: isSimplified ? value.column : value.name, to: &writer)
            }
            writer.append("}}")
        } else {
            writer.append(",\"type\":")
            writer.append(jsonString: entity.type)
            for value in entity.values { append(value, named: value.name, to: &writer) }
            writer.append(",\"@context\":")
            writer.append(utf8: layer.context.context.valueJSON)
            writer.append("}")
        }
    }

    private func append(_ value: PublishedEntity.Value, named name: String, to writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        if isSimplified { return appendSimplified(value, to: &writer) }
        writer.append("{\"type\":\"")
        writer.append(value.kind.typeName)
        writer.append("\",\"")
        writer.append(value.kind.valueMember)
        writer.append("\":")
        writer.append(value.json)
        if let unitCode = value.unitCode {
            writer.append(",\"unitCode\":")
            writer.append(jsonString: unitCode)
        }
        if value.observedAt.isSet {
            writer.append(",\"observedAt\":")
            value.observedAt.append(quotedTo: &writer)
        }
        for sub in value.subAttributes { append(sub, named: sub.name, to: &writer) }
        writer.append("}")
    }

    /// The value as it is, in GeoJSON; in NGSI-LD's simplified form some kinds keep the member that tells what they are.
    ///
    /// - Source: CIM 009 clause 4.5.4.
    private func appendSimplified(_ value: PublishedEntity.Value, to writer: inout ByteWriter) {
        switch value.kind {
        case .languageProperty, .vocabProperty, .jsonProperty:
            guard format == .jsonLD else { return writer.append(value.json) }
            writer.append("{\"")
            writer.append(value.kind.valueMember)
            writer.append("\":")
            writer.append(value.json)
            writer.append("}")
        default: writer.append(value.json)
        }
    }

    private func appendRow(_ entity: PublishedEntity, to writer: inout ByteWriter) {
        var row = TableRow()
        row.append(entity.id, to: &writer)
        row.append(entity.type, to: &writer)
        for attribute in layer.attributes {
            if let value = entity.value(attribute.column) {
                row.appendValue(to: &writer) { $0.append(value.json) }
            } else {
                row.appendEmpty(to: &writer)
            }
        }
        if layer.geometry != .none {
            if let position = entity.shape?.representativePosition {
                row.append(fixed: "\(position.longitude)", to: &writer)
                row.append(fixed: "\(position.latitude)", to: &writer)
            } else {
                row.appendEmpty(to: &writer)
                row.appendEmpty(to: &writer)
            }
        }
        row.append(entity.observedAt, to: &writer)
        row.end(in: &writer)
    }
}
