import GeoJSON
import NGSILDModel

/// The keys of places that grants are found by: of scopes, of what is below them, and of cells of a grid.
///
/// Different places may have one key: what it finds is held against the place itself.
struct GrantKeys {
    private(set) var byScope: [UInt64: [Int]] = [:]
    private(set) var byCell: [UInt64: [Int]] = [:]
    /// Grants that no key leads to.
    private(set) var others: [Int] = []
    /// The GeoProperty that cells are about; the areas of others lead to no key.
    private(set) var areaAttribute = TermID.none
    private(set) var levels: Set<Int> = []
    private(set) var scopeDepths: UInt64 = 0
    private(set) var belowDepths: UInt64 = 0

    private enum Place: Hashable {
        case scope(PathHash)
        /// It, or any below it.
        case below(PathHash)
        case cell(GridCell)
    }

    mutating func add(_ grants: [EntityAccess.Grant]) {
        areaAttribute = grants.lazy.compactMap { $0.area?.attribute }.first ?? .none
        let ways = grants.map { grant -> [[Place]] in
            var ways: [[Place]] = []
            if let scopes = grant.scopes, let places = Self.places(of: scopes) { ways.append(places) }
            if let area = grant.area, area.attribute == areaAttribute, let places = Self.places(of: area) {
                ways.append(places)
            }
            return ways
        }
        var crowds: [Place: Int] = [:]
        for place in ways.joined().joined() { crowds[place, default: 0] += 1 }
        // By the scope or by the area: where fewer others are.
        for (index, ways) in ways.enumerated() {
            func crowd(_ places: [Place]) -> Int { places.map { crowds[$0] ?? 0 }.max() ?? 0 }
            guard let places = ways.min(by: { crowd($0) < crowd($1) }) else {
                others.append(index)
                continue
            }
            for place in places { add(index, at: place) }
        }
    }

    private mutating func add(_ index: Int, at place: Place) {
        switch place {
        case .scope(let path):
            byScope[path.key, default: []].append(index)
            scopeDepths |= path.depthBit
        case .below(let path):
            byScope[path.keyOfBelow, default: []].append(index)
            belowDepths |= path.depthBit
        case .cell(let cell):
            byCell[cell.key, default: []].append(index)
            levels.insert(cell.level)
        }
    }

    /// Places of which every entity that is selected has one.
    private static func places(of scopes: ScopeQuery) -> [Place]? {
        // Of parts that must all be met, the deepest has the fewest entities.
        scopes.narrowest { (found: place($0), cost: 64 - min(63, $0.levels.count)) }?.found
    }

    /// The deepest place that leads to every scope that a pattern matches.
    private static func place(_ pattern: ScopePattern) -> Place {
        var path = PathHash()
        for level in pattern.levels {
            guard let level else { return .below(path) }
            path.beginLevel()
            for byte in level.utf8 { path.add(byte) }
        }
        return pattern.includesBelow ? .below(path) : .scope(path)
    }

    /// The cells that the box of an area touches, four at most.
    private static func places(of area: GeoQuery) -> [Place]? {
        guard case .within = area.relation, let box = area.searchBox else { return nil }
        return GridCell.cells(touching: box).map(Place.cell)
    }
}

/// The hash of a scope's path, byte by byte, and how many levels it has.
///
/// - Source: FNV-1a, 64 bits.
struct PathHash: Hashable {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325
    /// A bit for the number of levels; all from 63 share one.
    private(set) var depthBit: UInt64 = 1

    /// The key of the scope itself.
    var key: UInt64 { value }
    /// The key of the scope and all below it.
    var keyOfBelow: UInt64 { ~value }

    @inline(__always)
    mutating func beginLevel() {
        add(UInt8(ascii: "/"))
        depthBit = max(depthBit, depthBit << 1)
    }

    @inline(__always)
    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}

/// One cell of a grid of longitudes and latitudes; each level halves both sides.
struct GridCell: Hashable {
    let level: Int
    private let column: Int
    private let row: Int

    /// Half a million cells around the Earth; a smaller area takes no smaller one.
    private static let deepestLevel = 19

    /// Another one for each cell: none has more than 2^19 columns or rows.
    var key: UInt64 { UInt64(level) << 40 | UInt64(column) << 20 | UInt64(row) }

    /// The cell of a position.
    init(_ level: Int, _ longitude: Double, _ latitude: Double) {
        self.level = level
        column = Self.step(longitude + 180, 360, level)
        row = Self.step(latitude + 90, 180, level)
    }

    private init(_ level: Int, column: Int, row: Int) {
        (self.level, self.column, self.row) = (level, column, row)
    }

    /// Positions outside of the Earth's range lie in its last cells, as areas there do.
    private static func step(_ offset: Double, _ extent: Double, _ level: Int) -> Int {
        let count = Double(1 << level)
        let step = (offset / extent * count).rounded(.down)
        return step.isFinite ? Int(max(0, min(count - 1, step))) : 0
    }

    /// The cells that a box touches, as small as may be, but four at most.
    static func cells(touching box: BoundingBox) -> [GridCell] {
        let widest = max((box.maxLongitude - box.minLongitude) / 360, (box.maxLatitude - box.minLatitude) / 180)
        var level = 0
        while level < deepestLevel, widest * Double(2 << level) <= 1 { level += 1 }
        let low = GridCell(level, box.minLongitude, box.minLatitude)
        let high = GridCell(level, box.maxLongitude, box.maxLatitude)
        return (low.column...max(low.column, high.column)).flatMap { column in
            (low.row...max(low.row, high.row)).map { row in GridCell(level, column: column, row: row) }
        }
    }
}
