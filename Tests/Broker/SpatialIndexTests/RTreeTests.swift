import GeoJSON
import SeededRandom
import Testing

@testable import SpatialIndex

private func box(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> BoundingBox {
    BoundingBox(minLongitude: west, minLatitude: south, maxLongitude: east, maxLatitude: north)
}

@Suite struct RTreeTests {
    @Test func `an empty index finds nothing`() {
        var tree = RTree()
        #expect(tree.isEmpty)
        #expect(tree.keys(meeting: .world) == [])
        #expect(tree.nearest(3, to: Position(longitude: 0, latitude: 0)) { _ in 0 }.isEmpty)
        expectRemoval(1, at: .world, from: &tree, is: false)
        #expect(tree.memoryBytes == 0)
    }

    @Test func `an entry is found where it meets the box, touching included`() {
        var tree = RTree()
        tree.insert(7, at: box(1, 1, 2, 2))
        #expect(tree.keys(meeting: box(2, 2, 3, 3)) == [7])
        #expect(tree.keys(meeting: box(1.5, 1.5, 1.5, 1.5)) == [7])
        #expect(tree.keys(meeting: box(2.1, 0, 3, 3)) == [])
        #expect(tree.count == 1)
    }

    @Test func `entries come with their boxes, and the bounds are around all`() {
        var tree = RTree()
        #expect(tree.bounds == nil)
        for key in 0..<200 as Range<UInt32> {
            tree.insert(key, at: box(Double(key), 0, Double(key) + 0.5, 1))
        }
        var found: [UInt32: BoundingBox] = [:]
        tree.entries(meeting: box(10, 0, 12, 1)) {
            found[$0] = $1
            return true
        }
        #expect(found == [10: box(10, 0, 10.5, 1), 11: box(11, 0, 11.5, 1), 12: box(12, 0, 12.5, 1)])
        var visits = 0
        tree.entries(meeting: .world) { _, _ in
            visits += 1
            return visits < 5
        }
        #expect(visits == 5)
        #expect(tree.bounds == box(0, 0, 199.5, 1))
        expectRemoval(199, at: box(199, 0, 199.5, 1), from: &tree, is: true)
        #expect(tree.bounds?.maxLongitude == 198.5)
    }

    @Test func `a box is never smaller in single precision`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let west = Double.random(in: -180...180, using: &generator)
            let south = Double.random(in: -90...90, using: &generator)
            let exact = box(west, south, west + Double.random(in: 0...1, using: &generator), south)
            let rounded = IndexBox(exact)
            #expect(Double(rounded.minLongitude) <= exact.minLongitude)
            #expect(Double(rounded.minLatitude) <= exact.minLatitude)
            #expect(Double(rounded.maxLongitude) >= exact.maxLongitude)
            #expect(Double(rounded.maxLatitude) >= exact.maxLatitude)
            #expect(exact.minLongitude - Double(rounded.minLongitude) < 1.6e-5)
        }
    }

    @Test func `only an entry with the same key and the same box is removed`() {
        var tree = RTree()
        tree.insert(1, at: box(1, 1, 2, 2))
        expectRemoval(2, at: box(1, 1, 2, 2), from: &tree, is: false)
        expectRemoval(1, at: box(1, 1, 2, 3), from: &tree, is: false)
        expectRemoval(1, at: box(1, 1, 2, 2), from: &tree)
        expectRemoval(1, at: box(1, 1, 2, 2), from: &tree, is: false)
        #expect(tree.isEmpty)
    }

    @Test func `the same entry may stand many times`() {
        var tree = RTree()
        for _ in 0..<100 { tree.insert(5, at: box(3, 3, 3, 3)) }
        #expect(tree.keys(meeting: box(3, 3, 3, 3)) == Array(repeating: 5, count: 100))
        for left in (0..<100).reversed() {
            expectRemoval(5, at: box(3, 3, 3, 3), from: &tree)
            #expect(tree.keys(meeting: .world).count == left)
            tree.checkInvariants()
        }
    }

    @Test func `a search stops when asked to`() {
        var tree = RTree()
        for key in 0..<100 as Range<UInt32> { tree.insert(key, at: box(0, 0, 1, 1)) }
        var seen = 0
        tree.search(.world) { _ in
            seen += 1
            return seen < 10
        }
        #expect(seen == 10)
    }

    @Test func `edges that are no finite numbers are found by every search on that side`() {
        var tree = RTree()
        tree.insert(1, at: box(.nan, -.infinity, .nan, .infinity))
        tree.insert(2, at: box(-.infinity, 10, 5, 1e300))
        for key in 3..<100 as Range<UInt32> { tree.insert(key, at: box(50, 50, 50, 50)) }
        #expect(tree.keys(meeting: box(-179, 12, -179, 12)).sorted() == [1, 2])
        #expect(tree.keys(meeting: box(.nan, .nan, .nan, .nan)).count == 99)
        expectRemoval(1, at: box(.nan, -.infinity, .nan, .infinity), from: &tree)
        tree.checkInvariants()
    }

    @Test func `a copy keeps its entries when the original changes`() {
        var tree = RTree()
        for key in 0..<1000 as Range<UInt32> { tree.insert(key, at: box(Double(key % 90), 0, Double(key % 90), 0)) }
        let copy = tree
        for key in 0..<1000 as Range<UInt32> { tree.remove(key, at: box(Double(key % 90), 0, Double(key % 90), 0)) }
        #expect(tree.isEmpty)
        #expect(copy.keys(meeting: .world).sorted() == Array(0..<1000))
    }

    @Test func `an entry costs less than 60 bytes`() {
        var generator = SeededGenerator(seed: 2)
        var tree = RTree()
        for key in 0..<20_000 as Range<UInt32> {
            let place = Position(
                longitude: Double.random(in: 13...13.7, using: &generator),
                latitude: Double.random(in: 52.3...52.7, using: &generator))
            tree.insert(key, at: BoundingBox(place))
        }
        #expect(tree.memoryBytes < 60 * 20_000)
    }
}
