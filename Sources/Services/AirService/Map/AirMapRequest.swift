public import AirMap
public import NGSILDModel

/// A map that is asked for.
public struct AirMapRequest: Sendable, Hashable {
    /// How it is drawn.
    public enum Form: Sendable, Hashable {
        /// GeoJSON, of all the area or a part.
        case contours(within: MapBounds?)
        /// PNG.
        case tile(TileAddress)
    }

    public var tenant: String
    /// As the request wrote it.
    public var pollutant: String
    /// Any instant of the hour; `nil`: the newest hour.
    public var at: Timestamp?
    public var quantity: MapQuantity
    public var form: Form

    public init(tenant: String, pollutant: String, at: Timestamp?, quantity: MapQuantity, form: Form) {
        self.tenant = tenant
        self.pollutant = pollutant
        self.at = at
        self.quantity = quantity
        self.form = form
    }
}

/// A map that was made.
public struct AirMapAnswer: Sendable {
    /// GeoJSON or PNG.
    public let bytes: [UInt8]
    /// How long it may be kept: half a minute while the hour runs, five minutes while late values may change it, a day
    /// after that.
    public let cacheSeconds: Int
}

/// One pollutant in one hour: what a map is made of.
struct MapMoment: Sendable {
    let hour: Int
    let samples: [MapSample]
}
