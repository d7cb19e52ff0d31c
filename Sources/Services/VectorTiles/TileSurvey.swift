import GeoJSON
import NGSILDModel
import NGSILDOperations

/// What a survey found for one tile: points in cells, points of their own, and shapes.
///
/// Bounded: cells by their number, the rest by the limits.
struct TileSurvey {
    private let tile: TileSpace
    private let limits: TileLimits
    private let gathers: Bool
    /// Cells are counted also where points are drawn one by one: they may turn out to be too many.
    private(set) var cells: PointCells
    private(set) var points: [UInt32] = []
    private var shapes: [(slot: UInt32, size: Double)] = []
    /// Shapes that found no room.
    private(set) var omitted = 0

    /// Smaller shapes than 2 pixels count as points as long as points gather.
    private static let smallUnits = 2 * TileSpace.unitsPerPixel

    init(_ request: TileRequest, _ limits: TileLimits) {
        tile = request.tile
        self.limits = limits
        gathers = request.cells > 0 && request.tile.zoom <= TileRequest.clusterZoom
        cells = PointCells(side: gathers ? request.cells : TileRequest.cellLimit)
    }

    mutating func add(_ place: PlacedEntity) {
        let northWest = tile.units(Position(longitude: place.box.minLongitude, latitude: place.box.maxLatitude))
        let southEast = tile.units(Position(longitude: place.box.maxLongitude, latitude: place.box.minLatitude))
        let size = max(southEast.x - northWest.x, southEast.y - northWest.y)
        // A point's box is rounded outwards, by a metre or two.
        let isPoint =
            place.box.maxLongitude - place.box.minLongitude < 4e-5
            && place.box.maxLatitude - place.box.minLatitude < 4e-5
        guard isPoint || (gathers && size < Self.smallUnits) else { return addShape(place.slot, size) }
        let middle = TilePoint(x: (northWest.x + southEast.x) / 2, y: (northWest.y + southEast.y) / 2)
        guard tile.owns(middle) else { return }
        cells.add(middle, place)
        if !gathers, points.count <= limits.points { points.append(place.slot) }
    }

    private mutating func addShape(_ slot: UInt32, _ size: Double) {
        shapes.append((slot, size))
        if shapes.count >= 2 * limits.shapes { dropSmallShapes() }
    }

    private mutating func dropSmallShapes() {
        guard shapes.count > limits.shapes else { return }
        shapes.sort { ($0.size, $1.slot) > ($1.size, $0.slot) }
        omitted += shapes.count - limits.shapes
        shapes.removeLast(shapes.count - limits.shapes)
    }

    /// Whether points are shown gathered.
    var isGathered: Bool { gathers || points.count > limits.points }

    /// The entities to be drawn with their own geometry, in the order of creation.
    mutating func drawn() -> [UInt32] {
        dropSmallShapes()
        let single: [UInt32] =
            isGathered ? cells.cells.flatMap { $0.count < PointCells.leastCluster ? $0.members : [] } : points
        return Array(Set(single).union(shapes.map(\.slot))).sorted()
    }
}
