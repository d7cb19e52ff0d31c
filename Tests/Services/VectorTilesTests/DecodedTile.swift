/// Reads vector tiles, strictly: what a client would stumble over is `nil`.
///
/// - Source: Mapbox Vector Tile specification 2.1.
struct DecodedTile {
    struct Feature {
        var id: UInt64?
        var kind = 0
        var tags: [String: TagText] = [:]
        /// Parts as runs of points, those of areas without the closing one.
        var parts: [[(x: Int, y: Int)]] = []
    }

    /// A value as text with its kind in front, such as `n:41.5`, `s:urn:x:1`, `b:true`.
    typealias TagText = String

    struct Layer {
        var version: UInt64 = 0
        var extent: UInt64 = 0
        var features: [Feature] = []
    }

    private(set) var layers: [String: Layer] = [:]

    init?(_ bytes: [UInt8]) {
        var reader = MessageReader(bytes[...])
        while !reader.isAtEnd {
            guard let (field, content) = reader.next(), field == 3, case .bytes(let layer) = content,
                let (name, decoded) = Self.layer(layer), layers[name] == nil
            else { return nil }
            layers[name] = decoded
        }
    }

    subscript(name: String) -> [Feature] { layers[name]?.features ?? [] }

    private static func layer(_ bytes: ArraySlice<UInt8>) -> (String, Layer)? {
        var (layer, name, keys, values, features) = (Layer(), "", [String](), [String](), [ArraySlice<UInt8>]())
        var reader = MessageReader(bytes)
        while !reader.isAtEnd {
            guard let (field, content) = reader.next() else { return nil }
            switch (field, content) {
            case (15, .varint(let version)): layer.version = version
            case (5, .varint(let extent)): layer.extent = extent
            case (1, .bytes(let text)): name = String(decoding: text, as: UTF8.self)
            case (2, .bytes(let feature)): features.append(feature)
            case (3, .bytes(let key)): keys.append(String(decoding: key, as: UTF8.self))
            case (4, .bytes(let value)):
                guard let text = self.value(value) else { return nil }
                values.append(text)
            default: return nil
            }
        }
        guard Set(keys).count == keys.count, Set(values).count == values.count else { return nil }
        for bytes in features {
            guard let feature = feature(bytes, keys, values) else { return nil }
            layer.features.append(feature)
        }
        return (name, layer)
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> String? {
        var reader = MessageReader(bytes)
        guard let (field, content) = reader.next(), reader.isAtEnd else { return nil }
        switch (field, content) {
        case (1, .bytes(let text)): return "s:" + String(decoding: text, as: UTF8.self)
        case (2, .fixed32(let bits)): return "n:\(Float(bitPattern: bits))"
        case (3, .fixed64(let bits)): return "n:\(Double(bitPattern: bits))"
        case (5, .varint(let number)): return "i:\(number)"
        case (6, .varint(let code)): return "i:\(Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1))"
        case (7, .varint(let flag)): return "b:\(flag == 1)"
        default: return nil
        }
    }

    private static func feature(_ bytes: ArraySlice<UInt8>, _ keys: [String], _ values: [String]) -> Feature? {
        var feature = Feature()
        var commands: [UInt64] = []
        var reader = MessageReader(bytes)
        while !reader.isAtEnd {
            guard let (field, content) = reader.next() else { return nil }
            switch (field, content) {
            case (1, .varint(let id)): feature.id = id
            case (2, .bytes(let packed)):
                let places = MessageReader.varints(packed)
                guard places.count.isMultiple(of: 2) else { return nil }
                for pair in stride(from: 0, to: places.count, by: 2) {
                    guard places[pair] < keys.count, places[pair + 1] < values.count else { return nil }
                    feature.tags[keys[Int(places[pair])]] = values[Int(places[pair + 1])]
                }
            case (3, .varint(let kind)): feature.kind = Int(kind)
            case (4, .bytes(let packed)): commands = MessageReader.varints(packed)
            default: return nil
            }
        }
        guard let parts = Self.parts(commands, feature.kind) else { return nil }
        feature.parts = parts
        return feature
    }

    private static func parts(_ commands: [UInt64], _ kind: Int) -> [[(x: Int, y: Int)]]? {
        var (parts, cursor, place) = ([[(x: Int, y: Int)]](), (x: 0, y: 0), 0)
        while place < commands.count {
            let (command, count) = (commands[place] & 7, Int(commands[place] >> 3))
            place += 1
            if command == 7 {
                guard kind == 3, count == 1, let ring = parts.last, ring.count > 2 else { return nil }
                continue
            }
            guard command == 1 || command == 2, count > 0, place + 2 * count <= commands.count else { return nil }
            if command == 2, parts.isEmpty { return nil }
            for _ in 0..<count {
                let step = (unzigzag(commands[place]), unzigzag(commands[place + 1]))
                if command == 2, step == (0, 0) { return nil }
                cursor = (cursor.x + step.0, cursor.y + step.1)
                if command == 1 { parts.append([cursor]) } else { parts[parts.count - 1].append(cursor) }
                place += 2
            }
        }
        return parts.isEmpty ? nil : parts
    }

    private static func unzigzag(_ code: UInt64) -> Int { Int(code >> 1) ^ -Int(code & 1) }

    /// Twice the area of a ring; positive when it turns clockwise on the screen.
    static func doubleArea(_ ring: [(x: Int, y: Int)]) -> Int {
        zip(ring, ring.dropFirst() + ring.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
    }
}

/// Reads the fields of a message of Protocol Buffers.
struct MessageReader {
    enum Content {
        case varint(UInt64), fixed64(UInt64), bytes(ArraySlice<UInt8>), fixed32(UInt32)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func varint() -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func next() -> (Int, Content)? {
        guard let tag = varint() else { return nil }
        switch tag & 7 {
        case 0: return varint().map { (Int(tag >> 3), .varint($0)) }
        case 1: return fixed(8).map { (Int(tag >> 3), .fixed64($0)) }
        case 5: return fixed(4).map { (Int(tag >> 3), .fixed32(UInt32($0))) }
        case 2:
            guard let count = varint(), count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return (Int(tag >> 3), .bytes(rest.prefix(Int(count))))
        default: return nil
        }
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func varints(_ packed: ArraySlice<UInt8>) -> [UInt64] {
        var reader = MessageReader(packed)
        var values: [UInt64] = []
        while !reader.isAtEnd, let value = reader.varint() { values.append(value) }
        return values
    }
}
