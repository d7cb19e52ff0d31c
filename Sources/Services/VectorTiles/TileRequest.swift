public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery

/// A tile that is asked for.
public struct TileRequest: Sendable {
    public let tenant: String
    /// Which entities. It has no geo-query, page or order.
    public let query: EntityQuery
    /// The GeoProperty that is drawn.
    public let geometry: TermID
    /// The attributes that become tags, under these names.
    public let tags: [(name: String, attribute: TermID)]
    public let tile: TileSpace
    /// Along an edge of the tile, the cells in which points gather: 0 to 64; 0 for none.
    public let cells: Int
    /// Names types.
    public let context: TermContext
    /// Whether entities have the tag `modifiedAt`.
    public var showsModification = true
    /// What the tile is cut to: nothing outside of it is drawn or counted; `nil`: everything is.
    public var area: SurveyArea?

    public init(
        tenant: String, query: EntityQuery, geometry: TermID, tags: [(name: String, attribute: TermID)],
        tile: TileSpace, cells: Int, context: TermContext
    ) {
        self.tenant = tenant
        self.query = query
        self.geometry = geometry
        self.tags = tags
        self.tile = tile
        self.cells = min(max(cells, 0), Self.cellLimit)
        self.context = context
    }

    public static let cellLimit = 64
    /// 43 pixels a cell.
    public static let usualCells = 12
    /// Points gather up to here; beyond, each is drawn, unless they are too many for one tile.
    public static let clusterZoom = 14
}

/// What a tile may hold. What is beyond is gathered, or left out, the smallest first.
struct TileLimits {
    /// Points and small shapes drawn one by one.
    var points = 4_000
    /// Lines and areas.
    var shapes = 4_000
    /// Bytes of a layer, which a browser reads without a pause.
    var bytes = 1_000_000
    /// Characters of a text in a tag.
    var text = 128
}
