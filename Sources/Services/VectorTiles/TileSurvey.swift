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
    private let area: BoundingBox?
    /// `nil` as long as points are drawn one by one.
    private(set) var cells: PointCells?
    private var points: [(at: TilePoint, place: PlacedEntity)] = []
    private var shapes: [(slot: UInt32, size: Double)] = []
    /// Shapes that found no room.
    private(set) var omitted = 0

    /// Smaller shapes than 2 pixels count as points as long as points gather.
    private static let smallUnits = 2 * TileSpace.unitsPerPixel

    init(_ request: TileRequest, _ limits: TileLimits) {
        tile = request.tile
        self.limits = limits
        area = request.area?.box
        gathers = request.cells > 0 && request.tile.zoom <= TileRequest.clusterZoom
        cells = gathers ? PointCells(side: request.cells) : nil
    }

    mutating func add(_ place: PlacedEntity) {
        guard let box = area.map({ $0.intersection(place.box) }) ?? place.box else { return }
        // A point's box is rounded outwards, by a metre or two.
        let isPoint = box.maxLongitude - box.minLongitude < 4e-5 && box.maxLatitude - box.minLatitude < 4e-5
        if !isPoint {
            let size = tile.frame(of: box).longEdge
            guard gathers, size < Self.smallUnits else { return addShape(place.slot, size) }
        }
        let middle = tile.units(box.center)
        guard tile.owns(middle) else { return }
        if cells != nil {
            cells?.add(middle, place)
        } else {
            points.append((middle, place))
            if points.count > limits.points { gather() }
        }
    }

    /// There are too many to be drawn one by one.
    private mutating func gather() {
        var cells = PointCells(side: TileRequest.cellLimit)
        for (middle, place) in points { cells.add(middle, place) }
        self.cells = cells
        points = []
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

    /// The entities to be drawn with their own geometry, in the order of creation.
    mutating func drawn() -> [UInt32] {
        dropSmallShapes()
        let single =
            cells.map { $0.cells.flatMap { $0.count < PointCells.leastCluster ? $0.members : [] } }
            ?? points.map(\.place.slot)
        return Array(Set(single).union(shapes.map(\.slot))).sorted()
    }
}
