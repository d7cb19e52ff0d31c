import GeoJSON
import JSONTree
import NGSILDModel

/// Layers as data.
extension PublicDataService {
    static let pageLimit = 1_000
    /// Caches may answer for so long without asking; so long a layer that was taken back may still be seen there.
    private static let freshSeconds = 10

    /// `layers`: what is published, with where it is.
    func layerList(_ request: PublicRequest) throws(NGSILDError) -> PublicAnswer {
        try check(request)
        var writer = ByteWriter(capacity: 4_096)
        writer.append("{\"placeName\":")
        writer.append(jsonString: configuration.placeName)
        writer.append(",\"catalogue\":")
        writer.append(jsonString: request.root + "catalogue.jsonld")
        writer.append(",\"layers\":[")
        for (place, layer) in store.layers.enumerated() {
            if place > 0 { writer.append(",") }
            append(layer, try summary(of: layer), request.root, to: &writer)
        }
        writer.append("]}")
        return hashed(request, "application/json", writer.array())
    }

    private func append(
        _ layer: PublishedLayer, _ summary: LayerSummary, _ root: String, to writer: inout ByteWriter
    ) {
        let publication = layer.publication
        writer.append("{\"id\":")
        writer.append(jsonString: layer.id)
        writer.append(",\"title\":")
        writer.append(publication.title)
        writer.append(",\"description\":")
        writer.append(publication.description)
        writer.append(",\"type\":")
        writer.append(jsonString: layer.typeName)
        writer.append(",\"count\":")
        writer.append(integer: summary.count)
        if !summary.isWhole { writer.append(",\"isCountAtLeast\":true") }
        if let box = summary.box {
            writer.append(",\"bounds\":")
            writer.append(numbers: [box.minLongitude, box.minLatitude, box.maxLongitude, box.maxLatitude])
        }
        if summary.to.isSet {
            writer.append(",\"observedFrom\":")
            summary.from.append(quotedTo: &writer)
            writer.append(",\"observedTo\":")
            summary.to.append(quotedTo: &writer)
        }
        writer.append(",\"attributes\":[")
        for (place, attribute) in layer.attributes.enumerated() {
            if place > 0 { writer.append(",") }
            writer.append("{\"name\":")
            writer.append(jsonString: attribute.name)
            writer.append(",\"column\":")
            writer.append(jsonString: attribute.column)
            writer.append(",\"label\":")
            writer.append(attribute.label)
            writer.append("}")
        }
        writer.append("],\"licence\":")
        writer.append(jsonString: publication.licence)
        writer.append(",\"publisher\":")
        writer.append(jsonString: publication.publisher.name)
        if let colourBy = publication.colourBy {
            writer.append(",\"colourBy\":")
            writer.append(jsonString: Publication.shortName(colourBy))
        }
        let address = root + "layers/" + layer.id
        writer.append(",\"csv\":")
        writer.append(jsonString: address + ".csv")
        writer.append(",\"ngsild\":")
        writer.append(jsonString: address + ".jsonld")
        if layer.geometry != .none {
            writer.append(",\"geojson\":")
            writer.append(jsonString: address + ".geojson")
        }
        if layer.hasTiles {
            writer.append(",\"tilejson\":")
            writer.append(jsonString: "\(root)tiles/\(layer.id).json")
        }
        writer.append("}")
    }

    /// `layers/{id}.geojson`, `.csv`, `.jsonld`: a page of entities.
    func layerPage(_ request: PublicRequest, _ name: String) throws(NGSILDError) -> PublicAnswer {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let format = LayerWriter.Format(rawValue: String(parts[1])) else {
            throw .resourceNotFound("A layer is had as .geojson, .csv or .jsonld, such as /public/layers/parking.csv")
        }
        let layer = try layer(String(parts[0]))
        try check(request, "limit", "after", "format")
        let limit = try number(request, "limit", 1...Self.pageLimit) ?? Self.pageLimit
        let after = try number(request, "after", Int.min...Int.max).map { Int64($0) }
        let isSimplified: Bool
        switch request.parameter("format") {
        case nil: isSimplified = format != .jsonLD
        case "simplified": isSimplified = true
        case "normalized" where format != .csv: isSimplified = false
        default: throw .invalidRequest("format is simplified or, but for CSV, normalized")
        }
        return try answer(request, state: state(of: layer), seconds: Self.freshSeconds) {
            () throws(NGSILDError) in
            let page = try layer.page(consumption, after: after, limit: limit)
            let link = { (next: Int64) in
                "\(request.root)layers/\(name)?limit=\(limit)&after=\(next)"
                    + (request.parameter("format").map { "&format=" + $0 } ?? "")
            }
            let written = LayerWriter(layer: layer, format: format, isSimplified: isSimplified).write(
                page, linkToNext: link)
            var headers = [
                (name: "Link", value: "<\(layer.publication.licence)>; rel=\"license\""),
                (name: "Content-Disposition", value: "inline; filename=\"\(name)\""),
            ]
            if let next = written.next { headers.append(("Link", "<\(link(next))>; rel=\"next\"")) }
            return PublicAnswer(format.mediaType, written.body, headers: headers)
        }
    }

    private func number(
        _ request: PublicRequest, _ name: String, _ range: ClosedRange<Int>
    ) throws(NGSILDError) -> Int? {
        guard let text = request.parameter(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidRequest(
                name == "limit"
                    ? "limit is a number from \(range.lowerBound) to \(range.upperBound); follow the next links for more"
                    : "\(name) is not from a next link; page as the links say")
        }
        return number
    }

    /// `catalogue.jsonld`, `catalogue.ttl`.
    func catalogue(_ request: PublicRequest) throws(NGSILDError) -> PublicAnswer {
        try check(request)
        var layers: [(layer: PublishedLayer, summary: LayerSummary)] = []
        for layer in store.layers { layers.append((layer, try summary(of: layer))) }
        let node = Catalogue(
            placeName: configuration.placeName, languages: configuration.languages, root: request.root, layers: layers
        ).node
        return request.path[0] == "catalogue.ttl"
            ? hashed(request, "text/turtle; charset=utf-8", node.turtle())
            : hashed(request, "application/ld+json", node.jsonLD())
    }

    // MARK: - Tiles

    private func tiled(_ id: String) throws(NGSILDError) -> PublishedLayer {
        let layer = try layer(id)
        guard layer.hasTiles else {
            throw .resourceNotFound(
                "The layer \(layer.id) has no tiles, since it has no geometry; see /public/layers/\(layer.id).jsonld"
            )
        }
        return layer
    }

    /// `tiles/{id}.json`: TileJSON 3.0.0.
    func tileDescription(_ request: PublicRequest, _ name: String) throws(NGSILDError) -> PublicAnswer {
        guard name.hasSuffix(".json") else {
            throw .resourceNotFound("A tile is at /public/tiles/{layer}/{z}/{x}/{y}.mvt, told of at {layer}.json")
        }
        try check(request)
        let layer = try tiled(String(name.dropLast(5)))
        let summary = try summary(of: layer)
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"tilejson\":\"3.0.0\",\"name\":")
        writer.append(jsonString: layer.title("en"))
        writer.append(",\"scheme\":\"xyz\",\"minzoom\":0,\"maxzoom\":16,\"tiles\":[")
        writer.append(jsonString: "\(request.root)tiles/\(layer.id)/{z}/{x}/{y}.mvt")
        writer.append("],\"attribution\":")
        writer.append(jsonString: layer.publication.publisher.name)
        if let box = layer.area.map({ summary.box?.intersection($0.box) }) ?? summary.box {
            writer.append(",\"bounds\":")
            writer.append(
                numbers: [
                    box.minLongitude, max(-85.051129, box.minLatitude), box.maxLongitude,
                    min(85.051129, box.maxLatitude),
                ])
        }
        writer.append(",\"vector_layers\":[{\"id\":\"entities\",\"fields\":{\"id\":\"String\",\"type\":\"String\"")
        for tag in layer.tags {
            writer.append(",")
            writer.append(jsonString: tag.name)
            writer.append(":\"Number, String or Boolean\"")
        }
        writer.append("}},{\"id\":\"clusters\",\"fields\":{\"point_count\":\"Number\"}}]}")
        return hashed(request, "application/json", writer.array())
    }

    /// `tiles/{id}/{z}/{x}/{y}.mvt`.
    func tile(_ request: PublicRequest, _ path: [String]) async throws(NGSILDError) -> PublicAnswer {
        try check(request)
        let layer = try tiled(path[0])
        let zoomLimit = 20
        guard path[3].hasSuffix(".mvt"), let zoom = Int(path[1]), (0...zoomLimit).contains(zoom), let x = Int(path[2]),
            let y = Int(path[3].dropLast(4)), (0..<1 << zoom).contains(x), (0..<1 << zoom).contains(y)
        else {
            throw .badRequestData(
                "A tile is at /public/tiles/{layer}/{z}/{x}/{y}.mvt, zoom 0 to \(zoomLimit), columns and rows 0 to 2^zoom - 1"
            )
        }
        let asked = PublicTileRequest(
            tenant: layer.tenant, query: layer.tileQuery, geometry: layer.geometry, area: layer.area,
            tags: layer.tags, zoom: zoom, x: x, y: y, context: layer.context,
            key: "public\n\(layer.version)\n\(path.joined(separator: "/"))")
        let tile: (bytes: [UInt8], omitted: Int)
        do throws(NGSILDError) { tile = try await tiles(asked).get() } catch {
            guard case .nonexistentTenant = error else { throw error }
            tile = ([], 0)
        }
        // It may have been taken back while the tile was made.
        guard store[layer.id]?.version == layer.version else { return try await self.tile(request, path) }
        var answer = hashed(request, "application/vnd.mapbox-vector-tile", tile.bytes)
        answer.headers = answer.headers.map {
            $0.name == "Cache-Control" ? ($0.name, "public, max-age=\(Self.freshSeconds)") : $0
        }
        return answer
    }

    // MARK: - Alerts

    private var feed: AlertFeed {
        AlertFeed(
            layers: store.layers.filter { $0.publication.capSender != nil }, consumption: consumption, history: history)
    }

    func alerts(_ request: PublicRequest) throws(NGSILDError) -> PublicAnswer {
        try check(request, "lang")
        let (feed, now) = (feed, Timestamp.now())
        // What is over leaves the feed as time goes by.
        var state = "\(now.microseconds / 60_000_000)"
        for layer in feed.layers { state += "-" + (try self.state(of: layer)) }
        return try answer(request, state: state, isOfLanguages: true) { () throws(NGSILDError) in
            PublicAnswer(
                "application/atom+xml; charset=utf-8",
                try feed.atom(
                    root: request.root, placeName: configuration.placeName,
                    language: request.language(of: configuration.languages), now: now))
        }
    }

    func alert(_ request: PublicRequest, _ name: String) async throws(NGSILDError) -> PublicAnswer {
        try check(request)
        let suffix = ".cap.xml"
        guard name.hasSuffix(suffix), let body = try await feed.cap(String(name.dropLast(suffix.count))) else {
            throw .resourceNotFound("No such alert is published; /public/alerts.atom lists those that are")
        }
        return hashed(request, CAPMessage.mediaType, body)
    }
}
