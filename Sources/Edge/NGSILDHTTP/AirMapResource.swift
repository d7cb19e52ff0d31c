import JSONTree
public import NGSILDModel

/// Where maps of the air come from. They are computed elsewhere and answered when they are ready.
public struct AirMapPages: Sendable {
    /// A map that is asked for; what the request wrote has been checked as far as HTTP goes.
    public struct Request: Sendable, Hashable {
        /// In degrees.
        public struct Bounds: Sendable, Hashable {
            public let west: Double
            public let south: Double
            public let east: Double
            public let north: Double
        }

        /// What of the map, and so how.
        public enum Part: Sendable, Hashable {
            /// Contours, as GeoJSON, of all or a part.
            case area(Bounds?)
            /// A PNG; the address is one of the XYZ scheme, zoom 0 to 20.
            case tile(zoom: Int, x: Int, y: Int)
        }

        public let tenant: String
        public let pollutant: String
        /// `nil`: the newest hour.
        public let at: Timestamp?
        /// Whether to map how sure values are instead of them.
        public let isUncertainty: Bool
        public let part: Part
    }

    /// A map that was made.
    public struct Answer: Sendable {
        public let bytes: [UInt8]
        public let cacheSeconds: Int

        public init(bytes: [UInt8], cacheSeconds: Int) {
            self.bytes = bytes
            self.cacheSeconds = cacheSeconds
        }
    }

    let make: @Sendable (Request, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void) -> Void

    /// - Parameter make: Called on an event loop; must not block, and replies once, from any thread.
    public init(
        make: @escaping @Sendable (Request, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void) -> Void
    ) { self.make = make }
}

/// `/air/map` and `/air/tiles/{pollutant}/{z}/{x}/{y}.png`: maps of the air, for which the specification has no words.
struct AirMapResource {
    static let tiles = "/air/tiles/"
    static let mapParameters: ParameterSet = [.pollutant, .at, .quantity, .bbox, .index]
    static let tileParameters: ParameterSet = [.at, .quantity]
    private static let deepest = 20

    let request: HTTPRequest
    let pages: AirMapPages?

    static func has(_ path: Substring) -> Bool { path == Route.airMap.rawValue || path.hasPrefix(tiles) }

    func run() {
        do throws(HTTPFailure) {
            guard let pages else {
                throw .ngsild(
                    .resourceNotFound("The air is not mapped here: the service is off; start without --no-air"))
            }
            guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
            let asked = request.path == Route.airMap.rawValue ? try map() : try tile()
            pages.make(asked) { [request] result in
                request.onLoop { Self.answer(request, asked, result) }
            }
        } catch {
            request.answer(error.answer)
        }
    }

    // MARK: Asking

    private func map() throws(HTTPFailure) -> AirMapPages.Request {
        request.operation = .airMap
        let query = try QueryParameters(request.query, allowing: Self.mapParameters)
        if let index = query[.index] {
            throw .badRequest(
                "Indices such as \(index) are not mapped; ask for a pollutant, whose bands are those of the European index"
            )
        }
        guard let pollutant = query[.pollutant], !pollutant.isEmpty else {
            throw .badRequest("The map needs a pollutant, such as ?pollutant=PM2.5")
        }
        return try asked(pollutant, query, .area(try query[.bbox].map(Self.bounds)))
    }

    private func tile() throws(HTTPFailure) -> AirMapPages.Request {
        request.operation = .airTile
        let query = try QueryParameters(request.query, allowing: Self.tileParameters)
        let parts = request.path.dropFirst(Self.tiles.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].hasSuffix(".png") else {
            throw .ngsild(
                .resourceNotFound("There is no tile at \(request.path); it is \(Route.airTile.rawValue)"))
        }
        guard let zoom = Int(parts[1]), (0...Self.deepest).contains(zoom) else {
            throw .badRequest("The zoom of a tile is 0 to \(Self.deepest), not \(parts[1])")
        }
        let size = 1 << zoom
        guard let x = Int(parts[2]), let y = Int(parts[3].dropLast(4)), (0..<size).contains(x), (0..<size).contains(y)
        else {
            throw .badRequest(
                "At zoom \(zoom) the column and row of a tile are 0 to \(size - 1), not \(parts[2]) and "
                    + "\(parts[3].dropLast(4))")
        }
        var name = parts[0]
        guard let pollutant = name.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }), !pollutant.isEmpty else {
            throw .badRequest("The path names a pollutant, such as \(Self.tiles)PM2.5/10/843/387.png")
        }
        return try asked(pollutant, query, .tile(zoom: zoom, x: x, y: y))
    }

    private func asked(
        _ pollutant: String, _ query: QueryParameters, _ part: AirMapPages.Request.Part
    ) throws(HTTPFailure) -> AirMapPages.Request {
        var at: Timestamp?
        if let text = query[.at] {
            at = Timestamp(text)
            guard at != nil else {
                throw .badRequest("\"at\" is \"\(text)\"; it is a time in UTC such as 2026-03-01T08:00:00Z")
            }
        }
        let quantity = query[.quantity] ?? "value"
        guard quantity == "value" || quantity == "uncertainty" else {
            throw .badRequest("\"quantity\" is \"\(quantity)\"; it is value or uncertainty")
        }
        return AirMapPages.Request(
            tenant: try TenantName.check(request.fields.tenant), pollutant: pollutant, at: at,
            isUncertainty: quantity == "uncertainty", part: part)
    }

    private static func bounds(_ text: String) throws(HTTPFailure) -> AirMapPages.Request.Bounds {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 4, text.utf8.count(where: { $0 == UInt8(ascii: ",") }) == 3,
            (-180...180).contains(numbers[0]), (-180...180).contains(numbers[2]), (-90...90).contains(numbers[1]),
            (-90...90).contains(numbers[3])
        else { throw .badRequest("\"bbox\" is \"\(text)\"; it is west,south,east,north in degrees") }
        guard numbers[0] < numbers[2], numbers[1] < numbers[3] else {
            throw .badRequest(
                "\"bbox\" is reversed: west (\(numbers[0])) is below east (\(numbers[2])), south (\(numbers[1])) below north "
                    + "(\(numbers[3]))")
        }
        return .init(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    }

    // MARK: Answering

    private static func answer(
        _ request: HTTPRequest, _ asked: AirMapPages.Request, _ result: Result<AirMapPages.Answer, NGSILDError>
    ) {
        switch result {
        case .failure(let error): request.answer(error.answer)
        case .success(let map):
            let tag = "\"\(String(FNV1a.hash(map.bytes), radix: 16))\""
            var headers = [
                (name: "ETag", value: tag), (name: "Cache-Control", value: "max-age=\(map.cacheSeconds)"),
                (name: "Vary", value: "NGSILD-Tenant, Authorization, Cookie"),
            ]
            if !asked.tenant.isEmpty { headers.append((name: "NGSILD-Tenant", value: asked.tenant)) }
            if let known = request.header("If-None-Match"), known == "*" || known.contains(tag) {
                return request.answer(HTTPAnswer(status: 304, headers: headers))
            }
            let type = if case .tile = asked.part { "image/png" } else { MediaType.geoJSON.text }
            request.answer(HTTPAnswer(status: 200, contentType: type, headers: headers, body: map.bytes))
        }
    }
}
