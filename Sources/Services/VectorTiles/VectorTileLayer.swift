/// The value of a tag.
enum TagValue: Hashable {
    case text(String)
    case double(Double)
    case float(Float)
    case integer(Int64)
    case boolean(Bool)
}

/// One layer of a vector tile: its features, with each key and value kept once.
///
/// - Source: Mapbox Vector Tile specification 2.1, clauses 4.1 to 4.4.
struct VectorTileLayer {
    let name: String
    private var features: [[UInt8]] = []
    private var keys: [String: UInt32] = [:]
    private var keyOrder: [String] = []
    private var values: [TagValue: UInt32] = [:]
    private var valueOrder: [TagValue] = []
    /// About the bytes that the layer takes.
    private(set) var size: Int

    init(name: String) {
        self.name = name
        size = name.utf8.count + 16
    }

    var isEmpty: Bool { features.isEmpty }
    var count: Int { features.count }

    /// - Parameter id: unique within the layer where it is given; 53 bits at most, so that browsers can hold it.
    mutating func append(id: UInt64? = nil, _ geometry: TileGeometry, tags: [(key: String, value: TagValue)]) {
        var feature = ProtobufWriter()
        if let id { feature.append(field: 1, varint: id) }
        var pairs: [UInt32] = []
        pairs.reserveCapacity(tags.count * 2)
        for (key, value) in tags {
            pairs.append(place(of: key))
            pairs.append(place(of: value))
        }
        if !pairs.isEmpty { feature.append(field: 2, packed: pairs) }
        feature.append(field: 3, varint: UInt64(geometry.kind.rawValue))
        feature.append(field: 4, packed: geometry.commands)
        size += feature.bytes.count + 4
        features.append(feature.bytes)
    }

    private mutating func place(of key: String) -> UInt32 {
        if let place = keys[key] { return place }
        let place = UInt32(keyOrder.count)
        keys[key] = place
        keyOrder.append(key)
        size += key.utf8.count + 3
        return place
    }

    private mutating func place(of value: TagValue) -> UInt32 {
        if let place = values[value] { return place }
        let place = UInt32(valueOrder.count)
        values[value] = place
        valueOrder.append(value)
        if case .text(let text) = value { size += text.utf8.count + 6 } else { size += 11 }
        return place
    }

    /// The layer as a message.
    var bytes: [UInt8] {
        var layer = ProtobufWriter()
        layer.reserve(size + 64)
        layer.append(field: 15, varint: 2)
        layer.append(field: 1, text: name)
        for feature in features { layer.append(field: 2, bytes: feature) }
        for key in keyOrder { layer.append(field: 3, text: key) }
        for value in valueOrder { layer.append(field: 4, bytes: Self.bytes(of: value)) }
        layer.append(field: 5, varint: UInt64(TileSpace.extent))
        return layer.bytes
    }

    private static func bytes(of value: TagValue) -> [UInt8] {
        var writer = ProtobufWriter()
        switch value {
        case .text(let text): writer.append(field: 1, text: text)
        case .float(let number): writer.append(field: 2, float: number)
        case .double(let number): writer.append(field: 3, double: number)
        case .integer(let number) where number >= 0: writer.append(field: 5, varint: UInt64(number))
        case .integer(let number): writer.append(field: 6, varint: UInt64(zigzag: number))
        case .boolean(let flag): writer.append(field: 7, varint: flag ? 1 : 0)
        }
        return writer.bytes
    }

    /// A tile of these layers. Layers without features are left out, as the specification asks.
    static func tile(_ layers: [VectorTileLayer]) -> [UInt8] {
        var tile = ProtobufWriter()
        for layer in layers where !layer.isEmpty { tile.append(field: 3, bytes: layer.bytes) }
        return tile.bytes
    }
}
