import JSONTree

/// The city's web page: the files behind `/` and `/console/...`, all held in memory and looked up by exact path.
///
/// Invariants:
/// 1. What can be answered is fixed when the value is made: a request picks from a table and never forms a file name.
/// 2. Every resource carries the Content-Security-Policy; it allows this origin, and the tiles' origin if configured.
public struct CityConsole: Sendable {
    /// Where the map's files lie, and what the console calls the place.
    public struct Configuration: Sendable {
        /// The directory with MapLibre GL JS (`scripts/fetch-console-assets`); `nil` looks in the usual places.
        public var assetsDirectory: String?
        /// The name of the place in the page's header.
        public var placeName: String
        /// Background tiles under the city's own streets; `nil`, the default, draws the city alone.
        public var tiles: MapTiles?
        /// How many entities a page loads at most; 1 to 200,000. Beyond it the page says what it leaves out.
        public var entityLimit: Int
        /// Makes gzip of a file, once for each at start; `nil`: files are sent as they are.
        public var compress: (@Sendable ([UInt8]) -> [UInt8]?)?

        public init(
            assetsDirectory: String? = nil, placeName: String = "Parvis", tiles: MapTiles? = nil,
            entityLimit: Int = 50_000, compress: (@Sendable ([UInt8]) -> [UInt8]?)? = nil
        ) {
            self.assetsDirectory = assetsDirectory
            self.placeName = placeName
            self.tiles = tiles
            self.entityLimit = entityLimit
            self.compress = compress
        }
    }

    /// Where the map's script was found, or `nil`: then the page shows its list and says how to get the map.
    public let assetsDirectory: String?
    private let resources: [String: ConsoleResource]

    /// Reads the map's files, about 1 MB, once.
    ///
    /// - Parameter assetsDirectory: The directory with MapLibre GL JS; `nil` looks in the usual places.
    public init(assetsDirectory: String?) {
        self.init(Configuration(assetsDirectory: assetsDirectory))
    }

    /// Reads the map's files, about 1 MB, once.
    public init(_ configuration: Configuration) {
        let securityHeaders = Self.securityHeaders(tiles: configuration.tiles)
        var resources: [String: ConsoleResource] = [:]
        func add(_ path: String, _ bytes: [UInt8], _ caching: ConsoleResource.Caching) {
            resources[path] = ConsoleResource(
                bytes: bytes, contentType: Self.contentType(of: path), caching: caching,
                securityHeaders: securityHeaders, compress: configuration.compress ?? { _ in nil })
        }

        for file in EmbeddedSite.files() { add("/console/" + file.path, file.bytes, .revalidate) }
        for alias in ["/", "/console", "/console/"] { resources[alias] = resources["/console/index.html"] }
        resources["/favicon.ico"] = resources["/console/favicon.svg"]
        // A service worker looks after addresses from its own folder on.
        resources["/serviceworker.js"] = resources["/console/js/serviceworker.js"]

        let directory =
            configuration.assetsDirectory
            ?? AssetsDirectory.search(
                executable: AssetsDirectory.executablePath(), workingDirectory: AssetsDirectory.workingDirectory())
        for file in directory.map({ AssetsDirectory(path: $0).files() }) ?? [] {
            add("/console/assets/" + file.path, file.bytes, .versioned)
        }
        Self.addPublicFiles(&resources)
        let script = resources["/console/assets/" + AssetsDirectory.script]
        let style = resources["/console/assets/" + AssetsDirectory.style]
        if let script, let style {
            assetsDirectory = directory
            add("/console/config.json", Self.pageSettings(configuration, map: (script, style)), .revalidate)
        } else {
            assetsDirectory = nil
            add("/console/config.json", Self.pageSettings(configuration, map: nil), .revalidate)
        }
        self.resources = resources
    }

    /// The file at a request's path, or `nil` for 404. A query is ignored; nothing is decoded or normalised.
    public func resource(for path: String) -> ConsoleResource? {
        resources[String(path.prefix { $0 != "?" && $0 != "#" })]
    }

    static func contentType(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "txt", "md": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }

    /// What the page reads at `/console/config.json` before anything else.
    private static func pageSettings(
        _ configuration: Configuration, map: (script: ConsoleResource, style: ConsoleResource)?
    ) -> [UInt8] {
        var json = ByteWriter()
        json.append("{\"placeName\":")
        json.append(jsonString: configuration.placeName)
        json.append(",\"entityLimit\":")
        json.append(integer: min(max(configuration.entityLimit, 1), 200_000))
        json.append(",\"map\":")
        if let map {
            // The tag in the address makes a browser fetch a new MapLibre although it may keep the old one for a day.
            json.append("{\"script\":")
            json.append(jsonString: assetAddress(AssetsDirectory.script, map.script))
            json.append(",\"style\":")
            json.append(jsonString: assetAddress(AssetsDirectory.style, map.style))
            json.append("}")
        } else {
            json.append("null")
        }
        json.append(",\"tiles\":")
        if let tiles = configuration.tiles {
            json.append("{\"url\":")
            json.append(jsonString: tiles.url)
            json.append(",\"kind\":")
            json.append(jsonString: tiles.kind.rawValue)
            json.append(",\"attribution\":")
            json.append(jsonString: tiles.attribution ?? "")
            json.append("}")
        } else {
            json.append("null")
        }
        json.append("}\n")
        return json.array()
    }

    private static func assetAddress(_ name: String, _ resource: ConsoleResource) -> String {
        "/console/assets/\(name)?v=\(resource.entityTag.dropFirst().dropLast())"
    }
}
