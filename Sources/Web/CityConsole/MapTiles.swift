/// Background map tiles that the operator adds to the city's own streets; the console asks for none by itself.
public struct MapTiles: Sendable, Equatable {
    /// What the tiles hold.
    public enum Kind: String, Sendable {
        /// PNG, JPEG or WebP pictures.
        case raster
        /// Mapbox vector tiles whose layers are named as in OpenMapTiles.
        case vector
    }

    /// The address with `{z}`, `{x}` and `{y}`: `http(s)://host/...` or a path on this server.
    public let url: String
    public let kind: Kind
    /// The credit that the tiles' licence asks for, shown as plain text.
    public let attribution: String?
    /// What a browser must be allowed to reach for them (`https://tiles.example.org`), or `nil` for a path here.
    let origin: String?

    /// Checks the address, because its host becomes part of the page's Content-Security-Policy.
    ///
    /// - Parameter kind: `nil` decides by the ending: `.pbf` and `.mvt` are vector, everything else raster.
    /// - Throws: `MapTilesError` that names what is wrong with the address.
    public init(url: String, kind: Kind? = nil, attribution: String? = nil) throws(MapTilesError) {
        for placeholder in ["{z}", "{x}", "{y}"] where !url.contains(placeholder) {
            throw .placeholderMissing(url: url, placeholder: placeholder)
        }
        self.origin = try Self.origin(of: url)
        self.url = url
        self.attribution = attribution
        let path = url.prefix { $0 != "?" }
        self.kind = kind ?? (path.hasSuffix(".pbf") || path.hasSuffix(".mvt") ? .vector : .raster)
    }

    private static func origin(of url: String) throws(MapTilesError) -> String? {
        if url.hasPrefix("/") && !url.hasPrefix("//") { return nil }
        guard let scheme = ["https://", "http://"].first(where: url.hasPrefix) else { throw .notHTTP(url: url) }
        let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        guard !host.isEmpty, isPlain else { throw .hostNotPlain(url: url) }
        return scheme + host
    }
}

/// Why an address of map tiles is not usable.
public enum MapTilesError: Error, Equatable, CustomStringConvertible {
    case placeholderMissing(url: String, placeholder: String)
    case notHTTP(url: String)
    case hostNotPlain(url: String)

    public var description: String {
        switch self {
        case .placeholderMissing(let url, let placeholder):
            "The tile address \(url) lacks \(placeholder); write it like https://tiles.example.org/{z}/{x}/{y}.png"
        case .notHTTP(let url):
            "The tile address \(url) is neither http(s)://... nor a path on this server; write one of the two"
        case .hostNotPlain(let url):
            "The host of the tile address \(url) is not a plain name or number; leave out user names and placeholders"
        }
    }
}
