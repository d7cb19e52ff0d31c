import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/tiles.json`, `/tiles/{type}.json` and `/tiles/{type}/{z}/{x}/{y}.mvt`: vector tiles of the city's entities, for
/// which the specification has no words.
struct EntityTileResource {
    static let root = "/tiles/"
    static let parameters: ParameterSet = [.q, .expandValues, .scopeQ, .attrs, .geometryProperty, .cells]
    static let listParameters: ParameterSet = [.geometryProperty]
    static let deepest = 20
    /// Beyond, a client may go on with the tiles of this zoom: a unit of theirs is 15 cm.
    static let deepestOffered = 16
    private static let attributeLimit = 16
    private static let cellLimit = 64
    private static let usualCells = 12
    static let mediaType = "application/vnd.mapbox-vector-tile"

    let exchange: Exchange
    let pages: EntityTilePages

    static func has(_ path: Substring) -> Bool { path == Route.entityTiles.rawValue || path.hasPrefix(root) }

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else { throw exchange.methodNotAllowed(.GET) }
        let path = exchange.request.path
        if path == Route.entityTiles.rawValue { return try list() }
        let parts = path.dropFirst(Self.root.count).split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 1, parts[0].hasSuffix(".json") { return try describe(Self.type(parts[0].dropLast(5))) }
        guard parts.count == 4, parts[3].hasSuffix(".mvt") else {
            throw .ngsild(
                .resourceNotFound(
                    "There is no tile at \(path); tiles are at \(Route.entityTile.rawValue), what there is at /tiles.json"
                ))
        }
        try tile(Self.type(parts[0]), parts[1], parts[2], parts[3].dropLast(4))
    }

    private static func type(_ segment: Substring) throws(HTTPFailure) -> String {
        var segment = segment
        guard let name = segment.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }), !name.isEmpty else {
            throw .badRequest("The path names a type, such as /tiles/Vehicle.json, or * for all")
        }
        return name
    }

    // MARK: A tile

    private func tile(
        _ type: String, _ zoomText: Substring, _ xText: Substring, _ yText: Substring
    ) throws(HTTPFailure) {
        exchange.request.operation = .entityTile
        guard let zoom = Int(zoomText), (0...Self.deepest).contains(zoom) else {
            throw .badRequest("The zoom of a tile is 0 to \(Self.deepest), not \(zoomText)")
        }
        let size = 1 << zoom
        guard let x = Int(xText), let y = Int(yText), (0..<size).contains(x), (0..<size).contains(y) else {
            throw .badRequest(
                "At zoom \(zoom) the column and row of a tile are 0 to \(size - 1), not \(xText) and \(yText)")
        }
        let parameters = try QueryParameters(exchange.request.query, allowing: Self.parameters)
        let cells = try parameters.number(.cells, default: Self.usualCells)
        guard cells <= Self.cellLimit else {
            throw .badRequest("The parameter \"cells\" is \(cells); it is 0 to \(Self.cellLimit), 0 gathers no points")
        }
        let (exchange, pages) = (exchange, pages)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let terms = context.terms
            let selected = try Self.query(type, parameters, terms)
            let names = try Self.tags(parameters)
            let key =
                "\(exchange.tenant)\n\(exchange.request.target)\n\(FNV1a.hash(context.valueJSON))"
            let asked = EntityTilePages.Request(
                tenant: exchange.tenant, query: selected,
                geometry: terms.knownTerm(parameters[.geometryProperty] ?? "location") ?? .none,
                tags: names.map { ($0, terms.knownTerm($0) ?? .none) }, zoom: zoom, x: x, y: y, cells: cells,
                context: terms, key: key)
            pages.make(asked) { result in
                exchange.request.onLoop { Self.answer(exchange, result) }
            }
        }
    }

    private static func query(
        _ type: String, _ parameters: QueryParameters, _ context: TermContext
    ) throws(HTTPFailure) -> EntityQuery {
        var query = EntityQuery()
        if type != "*" {
            query.types = try translating { () throws(NGSILDError) in
                try TypeSelection(parsing: type, context: context)
            }
        }
        if let text = parameters[.q] {
            let expanded = Set(try parameters.list(.expandValues) ?? [])
            query.expression = try translating { () throws(NGSILDError) in
                try QueryExpression(parsing: text, context: context, expandValues: expanded)
            }
        }
        if let text = parameters[.scopeQ] {
            query.scope = try translating { () throws(NGSILDError) in try ScopeQuery(parsing: text) }
        }
        return query
    }

    private static func tags(_ parameters: QueryParameters) throws(HTTPFailure) -> [String] {
        guard let names = try parameters.list(.attrs) else { return [] }
        guard names.count <= attributeLimit else {
            throw .badRequest("A tile has at most \(attributeLimit) attributes as tags; attrs names \(names.count)")
        }
        for (place, name) in names.enumerated() {
            try translating { () throws(NGSILDError) in try Projection.checkAttribute(name, "attrs") }
            guard !names[..<place].contains(name), !["id", "type", "modifiedAt"].contains(name) else {
                throw .badRequest(
                    "attrs names \(name) twice or needlessly: id, type and modifiedAt are tags of every entity")
            }
        }
        return names
    }

    private static func answer(_ exchange: Exchange, _ result: Result<EntityTilePages.Answer, NGSILDError>) {
        switch result {
        case .failure(let error): exchange.fail(error)
        case .success(let tile):
            let tag = "\"\(String(FNV1a.hash(tile.bytes), radix: 16))\""
            // Asked for again each time, and answered by 304 while it is the same.
            var headers = [
                (name: "ETag", value: tag), (name: "Cache-Control", value: "no-cache"),
                (name: "Vary", value: "NGSILD-Tenant, NGSILD-Snapshot, Link, Authorization, Cookie"),
            ]
            if tile.omitted > 0 { headers.append((name: "Parvis-Omitted", value: "\(tile.omitted)")) }
            if let known = exchange.request.header("If-None-Match"), known == "*" || known.contains(tag) {
                return exchange.answer(HTTPAnswer(status: 304, headers: headers))
            }
            exchange.answer(
                HTTPAnswer(status: 200, contentType: mediaType, headers: headers, body: tile.bytes))
        }
    }

    // MARK: What there is

    private var rootURL: String {
        exchange.binding.publicURL ?? exchange.request.header("Host").map { "http://\($0)" } ?? ""
    }

    /// The types, with how many entities each has and where its tiles are.
    private func list() throws(HTTPFailure) {
        exchange.request.operation = .entityTiles
        let parameters = try QueryParameters(exchange.request.query, allowing: Self.listParameters)
        let (exchange, pages, rootURL) = (exchange, pages, rootURL)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let extent = try Self.extent(pages, parameters, context.terms, exchange.tenant)
            var writer = ByteWriter(capacity: 1_024)
            writer.append("{\"count\":")
            writer.append(integer: extent.count)
            if let box = extent.box {
                writer.append(",\"bounds\":")
                writer.append(utf8: Self.bounds(box))
            }
            writer.append(",\"types\":[")
            for (place, (type, count)) in extent.types.enumerated() {
                if place > 0 { writer.append(UInt8(ascii: ",")) }
                let name = context.terms.name(type)
                writer.append("{\"type\":")
                writer.append(jsonString: name)
                writer.append(",\"count\":")
                writer.append(integer: count)
                writer.append(",\"tilejson\":")
                writer.append(jsonString: "\(rootURL)\(Self.root)\(PercentCoding.encode(name)).json")
                writer.append("}")
            }
            writer.append("]}")
            exchange.answer(Self.json(writer.array()))
        }
    }

    /// TileJSON 3.0.0.
    private func describe(_ type: String) throws(HTTPFailure) {
        exchange.request.operation = .entityTileDescription
        let parameters = try QueryParameters(exchange.request.query, allowing: Self.parameters)
        let (exchange, pages, rootURL) = (exchange, pages, rootURL)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let names = try Self.tags(parameters)
            _ = try Self.query(type, parameters, context.terms)
            let extent = try Self.extent(pages, parameters, context.terms, exchange.tenant)
            let query = exchange.request.query
            let url =
                "\(rootURL)\(Self.root)\(PercentCoding.encode(type))/{z}/{x}/{y}.mvt\(query.isEmpty ? "" : "?")\(query)"
            var writer = ByteWriter(capacity: 1_024)
            writer.append("{\"tilejson\":\"3.0.0\",\"name\":")
            writer.append(jsonString: type == "*" ? "Entities" : type)
            writer.append(",\"scheme\":\"xyz\",\"tiles\":[")
            writer.append(jsonString: url)
            writer.append("],\"minzoom\":0,\"maxzoom\":")
            writer.append(integer: Self.deepestOffered)
            if let box = extent.box {
                writer.append(",\"bounds\":")
                writer.append(utf8: Self.bounds(box))
            }
            writer.append(",\"vector_layers\":[")
            Self.layer(
                "entities", "Entities with their own geometry",
                [("id", "String"), ("type", "String"), ("modifiedAt", "Number")]
                    + names.map { ($0, "Number, String or Boolean") }, to: &writer)
            writer.append(",")
            let ofNumbers = names.prefix(EntitySurveyRequest.numberLimit).flatMap { name in
                ["mean", "min", "max"].map { ("\(name)_\($0)", "Number") }
            }
            Self.layer(
                "clusters", "Points that stand near each other, gathered",
                [("point_count", "Number"), ("type", "String")] + ofNumbers, to: &writer)
            writer.append("]}")
            exchange.answer(Self.json(writer.array()))
        }
    }

    private static func extent(
        _ pages: EntityTilePages, _ parameters: QueryParameters, _ context: TermContext, _ tenant: String
    ) throws(HTTPFailure) -> EntityExtent {
        let geometry = context.knownTerm(parameters[.geometryProperty] ?? "location") ?? .none
        return try translating { () throws(NGSILDError) in
            try pages.survey.surveyExtent(of: geometry, tenant: tenant)
        }
    }

    private static func layer(
        _ id: String, _ text: String, _ fields: [(name: String, kind: String)], to writer: inout ByteWriter
    ) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"description\":")
        writer.append(jsonString: text)
        writer.append(",\"fields\":{")
        for (place, field) in fields.enumerated() {
            if place > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: field.name)
            writer.append(UInt8(ascii: ":"))
            writer.append(jsonString: field.kind)
        }
        writer.append("}}")
    }

    /// West, south, east, north; within what Web Mercator shows.
    private static func bounds(_ box: BoundingBox) -> String {
        let latitude = 85.051129
        let numbers = [
            max(-180, box.minLongitude), min(latitude, max(-latitude, box.minLatitude)), min(180, box.maxLongitude),
            min(latitude, max(-latitude, box.maxLatitude)),
        ]
        return "[\(numbers.map { "\(($0 * 1e6).rounded() / 1e6)" }.joined(separator: ","))]"
    }

    private static func json(_ body: [UInt8]) -> HTTPAnswer {
        HTTPAnswer(
            status: 200, contentType: "application/json", headers: [(name: "Cache-Control", value: "no-cache")],
            body: body)
    }
}
