import GeoJSON
import Testing

@testable import VectorTiles

struct TileGeometryTests {
    /// The quarter of the world in the north-east: 0 to 180 degrees, 0 to 85 degrees.
    private static let tile = TileSpace(zoom: 1, x: 1, y: 0)

    private func decoded(_ geometry: Geometry, tolerance: Double = 0) throws -> DecodedTile.Feature? {
        let tile = try #require(Self.tile)
        guard let encoded = TileGeometry(geometry, in: tile, tolerance: tolerance) else { return nil }
        var layer = VectorTileLayer(name: "x")
        layer.append(encoded, tags: [])
        return try #require(DecodedTile(VectorTileLayer.tile([layer])))["x"].first
    }

    private func ring(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> [Position] {
        [(west, south), (east, south), (east, north), (west, north), (west, south)].map {
            Position(longitude: $0.0, latitude: $0.1)
        }
    }

    @Test func `points outside of the tile are left out, equal ones come once`() throws {
        let points = [(90.0, 10.0), (90, 10), (-90, 10), (45, 45)].map { Position(longitude: $0.0, latitude: $0.1) }
        let feature = try #require(try decoded(.multiPoint(points)))
        #expect(feature.kind == 1)
        #expect(feature.parts.count == 2)
        #expect(feature.parts[0][0].x == 2_048)
        #expect(try decoded(.point(Position(longitude: -1, latitude: 1))) == nil)
    }

    @Test func `a line is cut where it leaves the tile with its buffer and goes on where it comes back`() throws {
        let line = [(10.0, 10.0), (-60, 10), (-60, 40), (10, 40)].map { Position(longitude: $0.0, latitude: $0.1) }
        let feature = try #require(try decoded(.lineString(line)))
        #expect(feature.kind == 2)
        #expect(feature.parts.count == 2)
        #expect(feature.parts.map { $0.map(\.x).min() } == [-64, -64])
        #expect(try decoded(.lineString(Array(line[1...2]))) == nil)
    }

    @Test func `outlines turn clockwise and holes against it, whatever way they were written`() throws {
        let outline = ring(10, 10, 60, 60)
        let hole = ring(20, 20, 40, 40)
        for rings in [[outline, hole], [outline.reversed(), hole], [outline, hole.reversed()]] {
            let feature = try #require(try decoded(.polygon(Polygon(rings: rings))))
            #expect(feature.kind == 3)
            try #require(feature.parts.count == 2)
            #expect(DecodedTile.doubleArea(feature.parts[0]) > 0)
            #expect(DecodedTile.doubleArea(feature.parts[1]) < 0)
        }
    }

    @Test func `an area that covers the tile becomes the tile with its buffer`() throws {
        let feature = try #require(try decoded(.polygon(Polygon(rings: [ring(-170, -80, 180, 89)]))))
        #expect(feature.parts.count == 1)
        let xs = feature.parts[0].map(\.x)
        let ys = feature.parts[0].map(\.y)
        #expect(xs.min() == -64 && ys.min() == -64 && ys.max() == 4_160)
        // 180 degrees is where the world ends.
        #expect(xs.max() == 4_096)
    }

    @Test func `an area outside, one without width, and the hole of one that vanished are nothing`() throws {
        #expect(try decoded(.polygon(Polygon(rings: [ring(-100, 10, -90, 20)]))) == nil)
        #expect(try decoded(.polygon(Polygon(rings: [ring(10, 10, 60, 10)]))) == nil)
        #expect(try decoded(.polygon(Polygon(rings: [ring(10, 10, 10.001, 10.001), ring(20, 20, 40, 40)]))) == nil)
        #expect(try decoded(.polygon(Polygon(rings: []))) == nil)
    }

    @Test func `lines that go out and back leave no trace on a ring`() throws {
        var spiked = ring(10, 10, 60, 60)
        spiked.insert(
            contentsOf: [(60.0, 30.0), (80, 30), (60, 30)].map { Position(longitude: $0.0, latitude: $0.1) }, at: 2)
        let feature = try #require(try decoded(.polygon(Polygon(rings: [spiked]))))
        #expect(feature.parts[0].count == 4)
    }

    @Test func `parts of a multi-polygon that are seen are kept`() throws {
        let parts = [ring(10, 10, 20, 20), ring(-60, 10, -50, 20), ring(100, 10, 120, 20)].map { Polygon(rings: [$0]) }
        #expect(try decoded(.multiPolygon(parts))?.parts.count == 2)
    }

    /// A quadratic run takes minutes even when optimised, an hour as tests are built.
    @Test(.timeLimit(.minutes(10))) func `a hundred thousand points on a zigzag are simplified in linear time`() throws
    {
        let line = (0..<100_000).map {
            Position(longitude: Double($0) / 1_000, latitude: $0.isMultiple(of: 2) ? 10 : 70)
        }
        let feature = try decoded(.lineString(line), tolerance: 4)
        #expect((feature?.parts.first?.count ?? 0) > 1)
    }
}
