public import JSONTree

extension Geometry {
    /// How large a geometry from outside may be.
    public struct Limits: Sendable {
        /// Positions in all parts together.
        public var vertices: Int
        /// Levels of GeometryCollection; 1 is a collection without collections in it.
        public var collectionDepth: Int

        public init(vertices: Int = 100_000, collectionDepth: Int = 4) {
            self.vertices = vertices
            self.collectionDepth = collectionDepth
        }
    }

    /// Reads a geometry object. Foreign members are ignored (RFC 7946 clause 6.1), `bbox` too.
    ///
    /// Checks types, ranges, ring closure and size; not whether rings cross. Empty geometries are refused.
    ///
    /// - Throws: `GeoJSONError` naming what is wrong.
    public init(
        parsing document: JSONDocument, node: JSONNode, limits: Limits = Limits()
    ) throws(GeoJSONError) {
        var parser = GeoJSONParser(document: document, limits: limits)
        self = try parser.geometry(node, depth: 0)
    }

    /// Reads the `coordinates` of a geometry whose type is known from elsewhere, as in a geo-query.
    public init(
        kind: Kind, parsing document: JSONDocument, coordinates: JSONNode, limits: Limits = Limits()
    ) throws(GeoJSONError) {
        var parser = GeoJSONParser(document: document, limits: limits)
        self = try parser.geometry(kind, coordinates: coordinates)
    }

    /// Reads a geometry written as JSON text (CIM 009 clause 4.7.2).
    public init(parsing text: String, limits: Limits = Limits()) throws(GeoJSONError) {
        let document: JSONDocument
        do throws(JSONParseError) {
            document = try JSONDocument(parsing: text)
        } catch {
            throw .notJSON(error)
        }
        try self.init(parsing: document, node: document.root, limits: limits)
    }
}

struct GeoJSONParser {
    private let document: JSONDocument
    private let limits: Geometry.Limits
    private var vertices = 0

    init(document: JSONDocument, limits: Geometry.Limits) {
        self.document = document
        self.limits = limits
    }

    mutating func geometry(_ node: JSONNode, depth: Int) throws(GeoJSONError) -> Geometry {
        guard document.isObject(node) else { throw .notAnObject(found: excerpt(node)) }
        guard let type = document.member(node, "type") else { throw .missingMember("type") }
        if document.equals(type, "Point"), let coordinates = document.member(node, "coordinates") {
            return .point(try position(coordinates))
        }
        guard let name = document.string(type), let kind = Geometry.Kind(rawValue: name) else {
            throw .unknownType(excerpt(type))
        }
        if kind == .geometryCollection { return try collection(node, depth: depth + 1) }
        guard let coordinates = document.member(node, "coordinates") else { throw .missingMember("coordinates") }
        return try geometry(kind, coordinates: coordinates)
    }

    mutating func geometry(_ kind: Geometry.Kind, coordinates node: JSONNode) throws(GeoJSONError) -> Geometry {
        switch kind {
        case .point: .point(try position(node))
        case .multiPoint: .multiPoint(try positions(node, of: kind))
        case .lineString: .lineString(try line(node))
        case .multiLineString:
            .multiLineString(
                try list(node, of: kind) { (parser, element) throws(GeoJSONError) in try parser.line(element) })
        case .polygon: .polygon(try polygon(node))
        case .multiPolygon:
            .multiPolygon(
                try list(node, of: kind) { (parser, element) throws(GeoJSONError) in try parser.polygon(element) })
        case .geometryCollection: throw .unknownType("GeometryCollection with coordinates")
        }
    }

    private mutating func collection(_ node: JSONNode, depth: Int) throws(GeoJSONError) -> Geometry {
        guard depth <= limits.collectionDepth else { throw .collectionTooDeep(limit: limits.collectionDepth) }
        guard let members = document.member(node, "geometries") else { throw .missingMember("geometries") }
        return .geometryCollection(
            try list(members, of: .geometryCollection) { (parser, element) throws(GeoJSONError) in
                try parser.geometry(element, depth: depth)
            })
    }

    private mutating func list<Element>(
        _ node: JSONNode, of kind: Geometry.Kind,
        _ read: (inout GeoJSONParser, JSONNode) throws(GeoJSONError) -> Element
    ) throws(GeoJSONError) -> [Element] {
        guard document.isArray(node) else { throw .notAnArray(found: excerpt(node)) }
        var result: [Element] = []
        for element in document.elements(node) { result.append(try read(&self, element)) }
        guard !result.isEmpty else { throw .noPositions(kind) }
        return result
    }

    private mutating func positions(_ node: JSONNode, of kind: Geometry.Kind) throws(GeoJSONError) -> [Position] {
        try list(node, of: kind) { (parser, element) throws(GeoJSONError) in try parser.position(element) }
    }

    private mutating func line(_ node: JSONNode) throws(GeoJSONError) -> [Position] {
        let line = try positions(node, of: .lineString)
        guard line.count >= 2 else { throw .lineTooShort(count: line.count) }
        return line
    }

    private mutating func polygon(_ node: JSONNode) throws(GeoJSONError) -> Polygon {
        Polygon(
            rings: try list(node, of: .polygon) { (parser, element) throws(GeoJSONError) in try parser.ring(element) })
    }

    private mutating func ring(_ node: JSONNode) throws(GeoJSONError) -> [Position] {
        let ring = try positions(node, of: .polygon)
        guard ring.count >= 4 else { throw .ringTooShort(count: ring.count) }
        guard ring[0] == ring[ring.count - 1] else {
            throw .ringNotClosed(first: text(ring[0]), last: text(ring[ring.count - 1]))
        }
        return ring
    }

    private mutating func position(_ node: JSONNode) throws(GeoJSONError) -> Position {
        guard document.isArray(node) else { throw .notAPosition(found: excerpt(node)) }
        vertices += 1
        guard vertices <= limits.vertices else { throw .tooManyVertices(limit: limits.vertices) }
        var elements = document.elements(node)
        guard let first = elements.next(), let longitude = document.double(first),
            let second = elements.next(), let latitude = document.double(second)
        else { throw .notAPosition(found: excerpt(node)) }
        var altitude: Double?
        if let third = elements.next() {
            altitude = document.double(third)
            guard altitude != nil, elements.next() == nil else { throw .notAPosition(found: excerpt(node)) }
        }
        guard abs(longitude) <= 180 else { throw .longitudeOutOfRange(longitude) }
        guard abs(latitude) <= 90 else { throw .latitudeOutOfRange(latitude) }
        return Position(longitude: longitude, latitude: latitude, altitude: altitude)
    }

    /// The first bytes of a value, for a message.
    private func excerpt(_ node: JSONNode) -> String {
        let range = document.range(node)
        let shown = String(decoding: document.bytes[range].prefix(60), as: UTF8.self)
        return range.count > 60 ? shown + "..." : shown
    }

    private func text(_ position: Position) -> String {
        var writer = ByteWriter()
        position.append(to: &writer)
        return writer.string()
    }
}
