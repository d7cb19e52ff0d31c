import GeoJSON
import SeededRandom
import Testing

@testable import SpatialIndex

/// How the boxes of a run of random operations lie.
enum Layout: CaseIterable {
    case points, areas, coarseGrid, onePlace, oneMeridian, nested

    func box(_ generator: inout SeededGenerator) -> BoundingBox {
        func random(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
        switch self {
        case .points: return .init(Position(longitude: random(-180...180), latitude: random(-90...90)))
        case .areas:
            let (west, south) = (random(-180...170), random(-90...80))
            return .init(
                minLongitude: west, minLatitude: south, maxLongitude: west + random(0...10),
                maxLatitude: south + random(0...10))
        case .coarseGrid:
            return .init(
                Position(
                    longitude: Double(Int.random(in: 0...5, using: &generator)),
                    latitude: Double(Int.random(in: 0...5, using: &generator))))
        case .onePlace: return .init(Position(longitude: 13.4, latitude: 52.5))
        case .oneMeridian: return .init(Position(longitude: 7, latitude: random(-90...90)))
        case .nested:
            let reach = random(0...90)
            return .init(minLongitude: -reach, minLatitude: -reach, maxLongitude: reach, maxLatitude: reach)
        }
    }
}

/// The same operations, done the slow and plain way.
struct BruteForceIndex {
    var entries: [(key: UInt32, box: BoundingBox)] = []

    /// With the rounding of the tree, so that both find the same.
    func keys(meeting box: BoundingBox) -> [UInt32] {
        let box = IndexBox(box)
        return entries.filter { entry in
            let other = IndexBox(entry.box)
            return other.minLongitude <= box.maxLongitude && other.maxLongitude >= box.minLongitude
                && other.minLatitude <= box.maxLatitude && other.maxLatitude >= box.minLatitude
        }.map(\.key).sorted()
    }
}

@Suite struct RTreePropertyTests {
    @Test(arguments: Layout.allCases, [1, 2, 3] as [UInt64])
    func `random changes leave what brute force leaves`(layout: Layout, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var tree = RTree()
        var plain = BruteForceIndex()
        // Grows, shrinks and grows again.
        for (steps, removals) in [(800, 0.2), (1000, 0.8), (500, 0.45), (700, 0.95)] {
            for _ in 0..<steps {
                let index = plain.entries.isEmpty ? nil : Int.random(in: plain.entries.indices, using: &generator)
                if let index, Double.random(in: 0..<1, using: &generator) < removals {
                    let entry = plain.entries.remove(at: index)
                    expectRemoval(entry.key, at: entry.box, from: &tree)
                } else if let index, Bool.random(using: &generator) {
                    let entry = plain.entries[index]
                    var target = layout.box(&generator)
                    if Bool.random(using: &generator) {  // A small step rather than a jump.
                        target = entry.box
                        target.maxLongitude += 0.01
                    }
                    plain.entries[index].box = target
                    tree.update(entry.key, from: entry.box, to: target)
                } else {
                    // Few keys, so that many stand more than once.
                    let entry = (key: UInt32.random(in: 0..<300, using: &generator), box: layout.box(&generator))
                    plain.entries.append(entry)
                    tree.insert(entry.key, at: entry.box)
                }
                #expect(tree.count == plain.entries.count)
            }
            tree.checkInvariants()
            for _ in 0..<50 {
                let area = [Layout.areas, layout].randomElement(using: &generator)!.box(&generator)
                #expect(tree.keys(meeting: area).sorted() == plain.keys(meeting: area))
            }
        }
        #expect(tree.keys(meeting: .world).count == plain.entries.count)
        for entry in plain.entries { expectRemoval(entry.key, at: entry.box, from: &tree) }
        tree.checkInvariants()
        #expect(tree.isEmpty)
    }

    @Test(arguments: Layout.allCases, [0, 1, 6, 16, 17, 31, 32, 33, 200, 2000])
    func `a loaded index holds the same as one filled by inserting`(layout: Layout, count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let entries = (0..<UInt32(count)).map { (key: $0, box: layout.box(&generator)) }
        var tree = RTree(loading: entries)
        let plain = BruteForceIndex(entries: entries)
        tree.checkInvariants()
        #expect(tree.count == count)
        for _ in 0..<20 {
            let area = Layout.areas.box(&generator)
            #expect(tree.keys(meeting: area).sorted() == plain.keys(meeting: area))
        }
        for entry in entries.shuffled(using: &generator) { expectRemoval(entry.key, at: entry.box, from: &tree) }
        tree.checkInvariants()
        #expect(tree.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `the nearest are those of a full sort`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Everywhere, near the antimeridian, near a pole, and in a town.
        let (longitudes, latitudes) = [
            (-180.0...180.0, -90.0...90.0), (179.0...181.0, -1.0...1.0), (-180.0...180.0, 88.0...90.0),
            (13.0...13.7, 52.3...52.7),
        ][Int(seed) - 1]
        func place() -> Position {
            let longitude = Double.random(in: longitudes, using: &generator)
            return Position(
                longitude: longitude > 180 ? longitude - 360 : longitude,
                latitude: Double.random(in: latitudes, using: &generator))
        }
        var places = (0..<1500).map { _ in place() }
        places += places.prefix(100)
        let tree = RTree(loading: places.enumerated().map { (key: UInt32($0), box: BoundingBox($1)) })
        for _ in 0..<40 {
            let origin = place()
            let sorted = places.indices.map { (metres: greatCircleMetres(from: origin, to: places[$0]), key: $0) }
                .sorted { ($0.metres, $0.key) < ($1.metres, $1.key) }
            for count in [1, 10, 300] {
                let found = tree.nearest(count, to: origin) { greatCircleMetres(from: origin, to: places[Int($0)]) }
                #expect(found.map { Int($0.key) } == sorted.prefix(count).map(\.key))
            }
            let limit = sorted[70].metres
            let within = tree.nearest(2000, to: origin, withinMetres: limit) {
                $0 % 2 == 0 ? greatCircleMetres(from: origin, to: places[Int($0)]) : nil
            }
            #expect(
                within.map { Int($0.key) }
                    == sorted.filter { $0.metres <= limit && $0.key % 2 == 0 }.map(\.key))
        }
    }

    @Test func `the nearest areas are found from inside, beside and across`() {
        var generator = SeededGenerator(seed: 9)
        let areas = (0..<400).map { _ -> Geometry in
            let box = Layout.areas.box(&generator)
            return .polygon(
                Polygon(rings: [
                    [
                        Position(longitude: box.minLongitude, latitude: box.minLatitude),
                        Position(longitude: box.maxLongitude, latitude: box.minLatitude),
                        Position(longitude: box.maxLongitude, latitude: box.maxLatitude),
                        Position(longitude: box.minLongitude, latitude: box.minLatitude),
                    ]
                ]))
        }
        let tree = RTree(loading: areas.enumerated().map { (key: UInt32($0), box: $1.boundingBox) })
        for _ in 0..<50 {
            let origin = Layout.points.box(&generator).center
            let distances = areas.map { $0.distanceMetres(from: origin) }
            let sorted = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
            let found = tree.nearest(20, to: origin) { distances[Int($0)] }
            #expect(found.map { Int($0.key) } == Array(sorted.prefix(20)))
        }
    }
}
