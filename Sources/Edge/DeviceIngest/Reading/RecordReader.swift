import DatasetImport
import JSONTree
import NGSILDModel

/// Makes an entity of one record by a mapping.
struct RecordReader {
    let mapping: RecordMapping
    let document: JSONDocument
    let record: JSONNode
    let captures: [Substring]
    let arrival: NGSILDModel.Timestamp
    /// Whether the entity is there and has the attributes under `static`.
    let hasConstants: (String) -> Bool

    /// The entity in normalized representation.
    ///
    /// - Parameter leftOut: Takes why attributes were left out.
    func entity(_ leftOut: inout [String]) throws(Refusal) -> [UInt8] {
        let id = try text(mapping.id, for: "the id")
        let time = try self.time()
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"id\":")
        id.withUnsafeBufferPointer { writer.append(jsonString: $0) }
        writer.append(",\"type\":")
        writer.append(jsonString: mapping.type)
        if !mapping.constants.isEmpty, !hasConstants(String(decoding: id, as: UTF8.self)) {
            for constant in mapping.constants { writer.append(constant.member) }
        }
        var hasValue = false
        for attribute in mapping.attributes {
            let start = writer.count
            writer.append(attribute.opening)
            do throws(Refusal) {
                guard try append(attribute.value, time, to: &writer) else {
                    writer.truncate(to: start)
                    continue
                }
            } catch {
                writer.truncate(to: start)
                leftOut.append("\(attribute.name): \(error.reason)")
                continue
            }
            writer.append(attribute.unit)
            if let time {
                writer.append(",\"observedAt\":")
                time.append(quotedTo: &writer)
            }
            writer.append("}")
            hasValue = true
        }
        guard hasValue else {
            let why = leftOut.first.map { "; \($0)" } ?? ""
            throw Refusal(reason: "none of the attributes has a value in it\(why)")
        }
        writer.append("}")
        return writer.array()
    }

    // MARK: Places

    /// The bytes of a text, number or truth value, as they are written; `nil` where there is none.
    private func bytes(_ source: RecordMapping.Source) throws(Refusal) -> [UInt8]? {
        switch source {
        case .capture(let index):
            guard index < captures.count else { return nil }
            return Array(captures[index].utf8)
        case .path(let path):
            guard let node = path.node(document, from: record) else { return nil }
            guard !document.isObject(node), !document.isArray(node) else {
                throw Refusal(reason: "\(path.text) holds an object or a list, not one value")
            }
            return document.withStringBytes(node) { Array($0) }
        }
    }

    /// The same without what means that there is no value.
    private func value(_ source: RecordMapping.Source) throws(Refusal) -> [UInt8]? {
        guard let bytes = try bytes(source), !bytes.isEmpty, !mapping.missing.contains(bytes) else { return nil }
        return bytes
    }

    private func text(_ template: RecordMapping.Template, for what: String) throws(Refusal) -> [UInt8] {
        var text: [UInt8] = []
        for (index, piece) in template.pieces.enumerated() {
            switch piece {
            case .literal(let bytes): text += bytes
            case .source(let source, let name):
                guard let bytes = try value(source) else {
                    throw Refusal(reason: "\(what) needs \(name), which is not there")
                }
                guard bytes.count <= 1_024 else { throw Refusal(reason: "\(name) is longer than 1024 bytes") }
                if index == 0 {
                    // A pattern that begins with a name takes it as a whole URI.
                    text += bytes
                } else {
                    bytes.withUnsafeBufferPointer { PercentCoding.append($0, to: &text) }
                }
            }
        }
        guard NGSILDModel.EntityID.isValid(String(decoding: text, as: UTF8.self)) else {
            throw Refusal(
                reason: "\(what) would be \(String(decoding: text.prefix(100), as: UTF8.self)), which is no URI")
        }
        return text
    }

    private func time() throws(Refusal) -> NGSILDModel.Timestamp? {
        switch mapping.time {
        case .none: return nil
        case .arrival: return arrival
        case .read(let source, let format, let zone):
            guard let bytes = try value(source) else { throw Refusal(reason: "the time is not there") }
            guard let moment = bytes.withUnsafeBufferPointer({ format.read($0) }) else {
                let shown = String(decoding: bytes.prefix(40), as: UTF8.self)
                throw Refusal(reason: "\(shown) is no time in the format of the mapping")
            }
            let milliseconds: Int64
            switch moment {
            case .utc(let utc): milliseconds = utc
            case .local(let local):
                var converter = ZoneConverter(zone)
                milliseconds = converter.utc(fromLocal: local).millisecondsSinceEpoch
            }
            // Times of a format are within the years 1 to 9999.
            return NGSILDModel.Timestamp(microseconds: milliseconds * 1_000)
        }
    }

    // MARK: Values

    /// Appends the value as JSON.
    ///
    /// - Returns: `false` where there is none.
    private func append(
        _ rule: RecordMapping.Value, _ time: NGSILDModel.Timestamp?, to writer: inout ByteWriter
    ) throws(Refusal) -> Bool {
        switch rule {
        case .same(let source): return try appendSame(source, to: &writer)
        case .number(let source, let scale, let offset):
            guard let bytes = try value(source) else { return false }
            let isPlain = scale == 1 && offset == 0
            let number = bytes.withUnsafeBufferPointer { CellNumber.double($0) }
                .map { isPlain ? $0 : ($0 * scale + offset).roundedToTwelveDigits }
            guard let number, number.isFinite else { throw Self.wrong(bytes, "number") }
            writer.append(number: number)
        case .text(let source):
            guard let bytes = try value(source) else { return false }
            bytes.withUnsafeBufferPointer { writer.append(jsonString: $0) }
        case .boolean(let source):
            guard let bytes = try value(source) else { return false }
            switch String(decoding: bytes, as: UTF8.self).lowercased() {
            case "true", "yes", "on", "1", "t", "y": writer.append("true")
            case "false", "no", "off", "0", "f", "n": writer.append("false")
            default: throw Self.wrong(bytes, "truth value such as true or off")
            }
        case .table(let source, let table):
            guard let bytes = try value(source) else { return false }
            guard let json = table[bytes] else { throw Self.wrong(bytes, "key of the table values") }
            writer.append(json)
        case .relationship(let template):
            let object = try text(template, for: "the relationship")
            object.withUnsafeBufferPointer { writer.append(jsonString: $0) }
        case .point(let longitude, let latitude):
            return try appendPoint(longitude, latitude, to: &writer)
        case .geometry(let source):
            guard case .path(let path) = source, let node = path.node(document, from: record) else { return false }
            guard document.isObject(node) else { throw Refusal(reason: "\(path.text) is no GeoJSON geometry") }
            document.appendMinified(node, to: &writer)
        case .time:
            guard let time else { return false }
            writer.append("{\"@type\":\"DateTime\",\"@value\":")
            time.append(quotedTo: &writer)
            writer.append("}")
        }
        return true
    }

    private func appendSame(_ source: RecordMapping.Source, to writer: inout ByteWriter) throws(Refusal) -> Bool {
        guard case .path(let path) = source else {
            guard let bytes = try value(source) else { return false }
            bytes.withUnsafeBufferPointer { writer.append(jsonString: $0) }
            return true
        }
        guard let node = path.node(document, from: record) else { return false }
        if !document.isObject(node), !document.isArray(node), try value(source) == nil { return false }
        if document.isNumber(node), document.double(node)?.isFinite != true {
            throw Refusal(reason: "\(document.text(node).prefix(40)) is beyond the numbers that can be kept")
        }
        document.appendMinified(node, to: &writer)
        return true
    }

    private func appendPoint(
        _ longitude: RecordMapping.Source, _ latitude: RecordMapping.Source, to writer: inout ByteWriter
    ) throws(Refusal) -> Bool {
        guard let first = try value(longitude), let second = try value(latitude) else { return false }
        guard let x = first.withUnsafeBufferPointer({ CellNumber.double($0) }), abs(x) <= 180 else {
            throw Self.wrong(first, "longitude from -180 to 180 degrees")
        }
        guard let y = second.withUnsafeBufferPointer({ CellNumber.double($0) }), abs(y) <= 90 else {
            throw Self.wrong(second, "latitude from -90 to 90 degrees")
        }
        AttributeWriter.appendPoint(longitude: x, latitude: y, to: &writer)
        return true
    }

    private static func wrong(_ bytes: [UInt8], _ wanted: String) -> Refusal {
        Refusal(reason: "\(String(decoding: bytes.prefix(40), as: UTF8.self)) is no \(wanted)")
    }
}
