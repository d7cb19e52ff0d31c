public import GeoJSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension RTree {
    /// The entries nearest to a position, nearest first; of equal distances the smaller key first.
    ///
    /// A key that stands at several boxes comes once for each. Cost: for the nearest ten of 100,000 about 9 us and
    /// what the closure costs for the entries among them.
    ///
    /// - Parameters:
    ///   - count: At most this many.
    ///   - position: Longitude and latitude in degrees, WGS 84.
    ///   - limitMetres: Entries farther away are left out.
    ///   - distanceMetres: The distance of an entry from the position; `nil` leaves it out. It must not be less than
    ///     the distance from the position to the box that the entry was inserted with.
    public func nearest(
        _ count: Int, to position: Position, withinMetres limitMetres: Double = .infinity,
        distanceMetres: (UInt32) -> Double?
    ) -> [(key: UInt32, metres: Double)] {
        guard count > 0, let root = shape.root else { return [] }
        return withMemory { memory in
            var search = NearestSearch(count: count, position: position, limitMetres: limitMetres)
            search.run(root, level: shape.height - 1, memory, distanceMetres)
            return search.found
        } ?? []
    }
}

/// Looks into nodes in the order of the distance that their entries have at least, until nothing nearer can come.
private struct NearestSearch {
    private let count: Int
    private let position: Position
    private let cosLatitude: Double
    private let radiansPerDegree = EarthSphere.radiansPerDegree
    private var worstMetres: Double
    private(set) var found: [(key: UInt32, metres: Double)] = []
    private var waiting: [(metres: Double, node: UInt32, level: Int)] = []

    init(count: Int, position: Position, limitMetres: Double) {
        self.count = count
        self.position = position
        worstMetres = limitMetres
        cosLatitude = max(0, cos(position.latitude * EarthSphere.radiansPerDegree))
    }

    mutating func run(_ root: UInt32, level: Int, _ memory: NodeMemory, _ distanceMetres: (UInt32) -> Double?) {
        waiting.append((0, root, level))
        while let next = takeNearest(), next.metres <= worstMetres {
            for slot in 0..<memory.count(next.node) {
                let metres = leastMetres(to: memory.box(next.node, slot))
                guard metres <= worstMetres else { continue }
                let child = memory.child(next.node, slot)
                if next.level > 0 {
                    wait((metres, child, next.level - 1))
                } else if let metres = distanceMetres(child), metres <= worstMetres {
                    keep(child, metres)
                }
            }
        }
    }

    private mutating func keep(_ key: UInt32, _ metres: Double) {
        var place = found.count
        while place > 0, (metres, key) < (found[place - 1].metres, found[place - 1].key) { place -= 1 }
        guard place < count else { return }
        found.insert((key, metres), at: place)
        if found.count > count { found.removeLast() }
        if found.count == count { worstMetres = min(worstMetres, found[count - 1].metres) }
    }

    // A binary heap, the least distance on top.

    private mutating func wait(_ element: (metres: Double, node: UInt32, level: Int)) {
        waiting.append(element)
        var place = waiting.count - 1
        while place > 0, waiting[(place - 1) / 2].metres > waiting[place].metres {
            waiting.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func takeNearest() -> (metres: Double, node: UInt32, level: Int)? {
        guard let top = waiting.first else { return nil }
        let last = waiting.removeLast()
        guard !waiting.isEmpty else { return top }
        waiting[0] = last
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < waiting.count else { return top }
            if child + 1 < waiting.count, waiting[child + 1].metres < waiting[child].metres { child += 1 }
            guard waiting[child].metres < waiting[place].metres else { return top }
            waiting.swapAt(child, place)
            place = child
        }
    }

    /// What no position in the box is nearer than, in metres.
    ///
    /// The haversine formula adds a term of the latitudes and one of the longitudes; here each is the least that the
    /// box allows, which is tight for boxes as small as a town.
    private func leastMetres(to box: IndexBox) -> Double {
        let (south, north) = (Double(box.minLatitude), Double(box.maxLatitude))
        let (west, east) = (Double(box.minLongitude), Double(box.maxLongitude))
        let halfAway = max(0, max(south - position.latitude, position.latitude - north)) * (radiansPerDegree / 2)
        var haversine = sin(halfAway) * sin(halfAway)
        if position.longitude < west || position.longitude > east {
            let aside = min(turn(from: position.longitude, to: west), turn(from: east, to: position.longitude))
            let sinAside = sin(aside * (radiansPerDegree / 2))
            let steepest = min(90, max(abs(south), abs(north)))
            haversine += cosLatitude * cos(steepest * radiansPerDegree) * sinAside * sinAside
        }
        let metres = 2 * EarthSphere.radiusMetres * asin(min(1, haversine.squareRoot()))
        return metres * (1 - 1e-12) - 0.001  // Against rounding.
    }

    /// Degrees to go east from one longitude to another, 0..<360.
    private func turn(from start: Double, to end: Double) -> Double {
        let turn = end - start
        if turn >= 0, turn < 360 { return turn }
        let remainder = turn.truncatingRemainder(dividingBy: 360)
        return remainder < 0 ? remainder + 360 : remainder
    }
}
