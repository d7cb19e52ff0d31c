import GeoJSON
import NGSILDModel

/// Grants that are about places, found by where an entity is: by its scopes or by its `location`.
///
/// What a look-up costs depends on the grants that are near the entity, not on how many there are.
///
/// Invariant: every grant that covers an entity is visited for it; what is visited need not cover it.
struct GrantIndex: Sendable {
    /// So few grants are gone through faster than looked up.
    private static let smallest = 8
    /// Half a million cells around the Earth; a smaller area takes no smaller one.
    private static let deepestLevel = 19

    /// One cell of a grid of longitudes and latitudes; each level halves both sides.
    private struct Cell: Hashable {
        let level: Int
        let column: Int
        let row: Int

        init(_ level: Int, _ longitude: Double, _ latitude: Double) {
            self.level = level
            column = Self.step(longitude + 180, 360, level)
            row = Self.step(latitude + 90, 180, level)
        }

        init(_ level: Int, column: Int, row: Int) { (self.level, self.column, self.row) = (level, column, row) }

        /// Positions outside of the Earth's range lie in its last cells, as areas there do.
        private static func step(_ offset: Double, _ extent: Double, _ level: Int) -> Int {
            let count = Double(1 << level)
            let step = (offset / extent * count).rounded(.down)
            return step.isFinite ? Int(max(0, min(count - 1, step))) : 0
        }
    }

    /// A place that grants are found by.
    private enum Key: Hashable {
        /// The scope whose path has this hash, and how many levels it has.
        case scope(UInt64, depth: Int)
        /// It, or any below it.
        case below(UInt64, depth: Int)
        case cell(Cell)

        var level: Int? {
            guard case .cell(let cell) = self else { return nil }
            return cell.level
        }
    }

    private let grants: [KeptGrant]
    private var found: [Key: [Int]] = [:]
    /// Grants that no key leads to.
    private var others: [Int] = []
    private var areaAttribute: TermID?
    private var levels: [Int] = []
    /// Depths of scopes, one bit each, at which a key of the scope itself, or of what is below it, was made; deeper ones
    /// share the last bit.
    private var scopeDepths: UInt64 = 0
    private var belowDepths: UInt64 = 0

    var isEmpty: Bool { grants.isEmpty }

    init(_ grants: [EntityAccess.Grant]) {
        self.grants = grants.map(KeptGrant.init)
        guard grants.count > Self.smallest else {
            others = Array(grants.indices)
            return
        }
        let attribute = grants.lazy.compactMap { $0.area?.attribute }.first
        areaAttribute = attribute
        let ways = grants.map { grant -> [[Key]] in
            var ways: [[Key]] = []
            if let scopes = grant.scopes, let keys = Self.keys(of: scopes) { ways.append(keys) }
            if let area = grant.area, area.attribute == attribute, let keys = Self.keys(of: area) { ways.append(keys) }
            return ways
        }
        var crowds: [Key: Int] = [:]
        for key in ways.joined().joined() { crowds[key, default: 0] += 1 }
        // By the scope or by the area: where fewer others are.
        for (index, ways) in ways.enumerated() {
            func crowd(_ keys: [Key]) -> Int { keys.map { crowds[$0] ?? 0 }.max() ?? 0 }
            guard let keys = ways.min(by: { crowd($0) < crowd($1) }) else {
                others.append(index)
                continue
            }
            for key in keys { found[key, default: []].append(index) }
        }
        levels = Set(found.keys.compactMap(\.level)).sorted()
        for key in found.keys {
            switch key {
            case .scope(_, let depth): scopeDepths |= Self.bit(depth)
            case .below(_, let depth): belowDepths |= Self.bit(depth)
            case .cell: break
            }
        }
    }

    private static func bit(_ depth: Int) -> UInt64 { 1 << UInt64(min(depth, 63)) }

    /// Visits the grants that may cover an entity, some of them perhaps more than once, until one is enough.
    ///
    /// - Parameter isEnough: looks at a grant.
    /// - Returns: whether one was enough.
    func visit(_ entity: EntityRecord, _ isEnough: (KeptGrant) -> Bool) -> Bool {
        for index in others where isEnough(grants[index]) { return true }
        guard !found.isEmpty else { return false }
        if scopeDepths | belowDepths != 0 {
            for scope in entity.scopes where visit(scope: scope, isEnough) { return true }
        }
        guard let areaAttribute, !levels.isEmpty else { return false }
        for root in entity.attributes.roots(named: areaAttribute) {
            // An area that a geometry lies in has each point of it, so one of them finds it.
            guard let box = GeoValue.boundingBox(of: entity.attributes, root) else { continue }
            for level in levels where visit(.cell(Cell(level, box.minLongitude, box.minLatitude)), isEnough) {
                return true
            }
        }
        return false
    }

    private func visit(_ key: Key, _ isEnough: (KeptGrant) -> Bool) -> Bool {
        guard let indices = found[key] else { return false }
        for index in indices where isEnough(grants[index]) { return true }
        return false
    }

    private func visit(scope: String, _ isEnough: (KeptGrant) -> Bool) -> Bool {
        var path = PathHash()
        var depth = 0
        if visit(below: path, depth, isEnough) { return true }
        var isInLevel = false
        for byte in scope.utf8 {
            if byte == UInt8(ascii: "/") {
                if isInLevel, visit(below: path, depth, isEnough) { return true }
                isInLevel = false
            } else {
                if !isInLevel {
                    path.add(UInt8(ascii: "/"))
                    depth += 1
                }
                path.add(byte)
                isInLevel = true
            }
        }
        if isInLevel, visit(below: path, depth, isEnough) { return true }
        return scopeDepths & Self.bit(depth) != 0 && visit(.scope(path.value, depth: depth), isEnough)
    }

    private func visit(below path: PathHash, _ depth: Int, _ isEnough: (KeptGrant) -> Bool) -> Bool {
        belowDepths & Self.bit(depth) != 0 && visit(.below(path.value, depth: depth), isEnough)
    }

    // MARK: Keys

    /// Keys of which every entity that is selected has one.
    private static func keys(of scopes: ScopeQuery) -> [Key]? {
        // Of parts that must all be met, the deepest has the fewest entities.
        scopes.narrowest { (found: key($0), cost: 64 - min(63, $0.levels.count)) }?.found
    }

    /// The deepest place that leads to every scope that a pattern matches.
    private static func key(_ pattern: ScopePattern) -> Key {
        var path = PathHash()
        var depth = 0
        for level in pattern.levels {
            guard let level else { return .below(path.value, depth: depth) }
            path.add(UInt8(ascii: "/"))
            for byte in level.utf8 { path.add(byte) }
            depth += 1
        }
        return pattern.includesBelow ? .below(path.value, depth: depth) : .scope(path.value, depth: depth)
    }

    /// The cells that the box of an area touches, four at most.
    private static func keys(of area: GeoQuery) -> [Key]? {
        guard case .within = area.relation, let box = area.searchBox else { return nil }
        let widest = max((box.maxLongitude - box.minLongitude) / 360, (box.maxLatitude - box.minLatitude) / 180)
        var level = 0
        while level < deepestLevel, widest * Double(2 << level) <= 1 { level += 1 }
        let low = Cell(level, box.minLongitude, box.minLatitude)
        let high = Cell(level, box.maxLongitude, box.maxLatitude)
        return (low.column...max(low.column, high.column)).flatMap { column in
            (low.row...max(low.row, high.row)).map { row in Key.cell(Cell(level, column: column, row: row)) }
        }
    }
}

/// The hash of a scope's path, byte by byte. What it finds is held against the scope itself.
///
/// - Source: FNV-1a, 64 bits.
private struct PathHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
