import GeoJSON
import NGSILDModel

/// A grant that is not copied when it is looked at.
private final class KeptGrant: Sendable {
    let grant: EntityAccess.Grant

    init(_ grant: EntityAccess.Grant) { self.grant = grant }
}

/// Grants that are about places, found by where an entity is: by its scopes or by its `location`.
///
/// What a look-up costs depends on the grants that are near the entity, not on how many there are.
///
/// Invariants:
/// 1. Every grant that covers an entity is visited for it; what is visited need not cover it.
/// 2. A grant that a place of the entity leads to is visited with each place of the entity that meets it.
final class GrantIndex: Sendable {
    /// So few grants are gone through faster than looked up.
    private static let smallest = 8

    /// What led to a grant.
    enum Lead {
        case nothing
        case scope(UnsafeBufferPointer<UInt8>)
        case geometry(Geometry)
    }

    /// What decides most often, in numbers alone: a grant itself is counted each time that it is taken up.
    private struct Brief {
        /// Where in `paths` the scope is that alone decides on the place; empty where it is not as simple as that.
        var path = 0..<0
        var includesBelow = false
        var opensAll = false
    }

    private let grants: [KeptGrant]
    private let briefs: ContiguousArray<Brief>
    private let paths: ContiguousArray<UInt8>
    /// Grants that no key leads to, and those among them that each scope is held against.
    private let others: ContiguousArray<Int>
    private let ofScopes: ContiguousArray<Int>
    private let byScope: KeyTable
    private let byCell: KeyTable
    private let looksAtScopes: Bool
    private let areaAttribute: TermID
    /// The levels of the cells.
    private let levels: [Int]
    /// Depths of scopes, one bit each, at which a key of the scope itself, or of what is below it, was made; deeper ones
    /// share the last bit.
    private let scopeDepths: UInt64
    private let belowDepths: UInt64

    init(_ grants: [EntityAccess.Grant]) {
        self.grants = grants.map(KeptGrant.init)
        var paths: ContiguousArray<UInt8> = []
        briefs = ContiguousArray(
            grants.map { grant in
                var brief = Brief(opensAll: grant.attributes == nil)
                if grant.area == nil, let (path, includesBelow) = grant.scopes?.onlyPath {
                    brief.path = paths.count..<paths.count + path.count
                    brief.includesBelow = includesBelow
                    paths += path
                }
                return brief
            })
        self.paths = paths
        var keys = GrantKeys()
        if grants.count > Self.smallest { keys.add(grants) }
        let unled = grants.count > Self.smallest ? keys.others : Array(grants.indices)
        let briefs = self.briefs
        others = ContiguousArray(unled.filter { briefs[$0].path.isEmpty })
        ofScopes = ContiguousArray(unled.filter { !briefs[$0].path.isEmpty })
        byScope = KeyTable(keys.byScope)
        byCell = KeyTable(keys.byCell)
        looksAtScopes = !byScope.isEmpty || !ofScopes.isEmpty
        areaAttribute = keys.areaAttribute
        levels = keys.levels.sorted()
        (scopeDepths, belowDepths) = (keys.scopeDepths, keys.belowDepths)
    }

    /// Adds the attributes of the grants that cover an entity, until one opens all.
    ///
    /// - Returns: whether one opens all.
    func collect(_ entity: EntityRecord, _ found: inout Set<TermID>?) -> Bool {
        visit(entity) { number, lead in
            guard isAt(number, entity, lead) else { return false }
            return briefs[number].opensAll || grants[number].grant.add(&found)
        }
    }

    /// The same for an entity that is written.
    func collect(
        writing entity: EntityRecord, after before: EntityRecord?, _ found: inout Set<TermID>?
    ) -> Bool {
        visit(entity) { number, lead in
            guard isAt(number, entity, lead) else { return false }
            let kept = grants[number]
            return kept.grant.hasAdded(entity, after: before) && kept.grant.add(&found)
        }
    }

    /// Whether a grant is about the place that led to it, or, where none did, about any place of the entity.
    @inline(__always)
    private func isAt(_ number: Int, _ entity: EntityRecord, _ lead: Lead) -> Bool {
        if case .scope(let scope) = lead, !briefs[number].path.isEmpty {
            let brief = briefs[number]
            let answer = paths.withUnsafeBufferPointer {
                ScopePattern.matches(scope, UnsafeBufferPointer(rebasing: $0[brief.path]), brief.includesBelow)
            }
            if let answer { return answer }
        }
        return isAtByLooking(number, entity, lead)
    }

    @inline(never)
    private func isAtByLooking(_ number: Int, _ entity: EntityRecord, _ lead: Lead) -> Bool {
        if case .geometry(let geometry) = lead { return grants[number].grant.isAt(entity, geometry) }
        return grants[number].grant.isAt(entity)
    }

    /// Visits the grants that may cover an entity, some of them perhaps more than once, until one is enough.
    ///
    /// - Parameter isEnough: looks at a grant, by its number.
    /// - Returns: whether one was enough.
    @inline(__always)
    func visit(_ entity: EntityRecord, _ isEnough: (Int, Lead) -> Bool) -> Bool {
        if looksAtScopes {
            for index in entity.scopes.indices where visit(scope: entity.scopes[index], isEnough) { return true }
        }
        for index in others.indices where isEnough(others[index], .nothing) { return true }
        return !byCell.isEmpty && visitCells(of: entity, isEnough)
    }

    @inline(__always)
    private func visit(scope: String, _ isEnough: (Int, Lead) -> Bool) -> Bool {
        var scope = scope
        return scope.withUTF8 { bytes in
            for index in ofScopes.indices where isEnough(ofScopes[index], .scope(bytes)) { return true }
            return !byScope.isEmpty && visit(path: bytes, isEnough)
        }
    }

    private func visit(path bytes: UnsafeBufferPointer<UInt8>, _ isEnough: (Int, Lead) -> Bool) -> Bool {
        var path = PathHash()
        var isInLevel = false
        // Above the first level, and behind each.
        if visit(below: path, bytes, isEnough) { return true }
        for byte in bytes {
            if byte == UInt8(ascii: "/") {
                if isInLevel, visit(below: path, bytes, isEnough) { return true }
                isInLevel = false
            } else {
                if !isInLevel { path.beginLevel() }
                path.add(byte)
                isInLevel = true
            }
        }
        if isInLevel, visit(below: path, bytes, isEnough) { return true }
        return scopeDepths & path.depthBit != 0 && visit(byScope, path.key, .scope(bytes), isEnough)
    }

    @inline(__always)
    private func visit(
        below path: PathHash, _ bytes: UnsafeBufferPointer<UInt8>, _ isEnough: (Int, Lead) -> Bool
    ) -> Bool {
        belowDepths & path.depthBit != 0 && visit(byScope, path.keyOfBelow, .scope(bytes), isEnough)
    }

    private func visitCells(of entity: EntityRecord, _ isEnough: (Int, Lead) -> Bool) -> Bool {
        let nodes = entity.attributes.nodes
        var index = 0
        while index < nodes.count {
            if nodes[index].name == areaAttribute, let geometry = GeoValue.geometry(of: entity.attributes, index) {
                // An area that a geometry lies in has each point of it, so one of them finds it.
                let box = geometry.boundingBox
                for level in levels {
                    let cell = GridCell(level, box.minLongitude, box.minLatitude)
                    if visit(byCell, cell.key, .geometry(geometry), isEnough) { return true }
                }
            }
            index += 1 + Int(nodes[index].descendants)
        }
        return false
    }

    @inline(__always)
    private func visit(_ table: KeyTable, _ key: UInt64, _ lead: Lead, _ isEnough: (Int, Lead) -> Bool) -> Bool {
        for index in table.range(of: key) where isEnough(table.numbers[index], lead) { return true }
        return false
    }
}
