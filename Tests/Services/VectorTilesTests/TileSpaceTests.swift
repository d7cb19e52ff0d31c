import GeoJSON
import Testing

@testable import VectorTiles

struct TileSpaceTests {
    private func tile(_ zoom: Int, _ x: Int, _ y: Int) throws -> TileSpace {
        try #require(TileSpace(zoom: zoom, x: x, y: y))
    }

    @Test(arguments: [(-1, 0, 0), (21, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, -1), (3, 0, 8)])
    func `an address outside of the pyramid is none`(zoom: Int, x: Int, y: Int) {
        #expect(TileSpace(zoom: zoom, x: x, y: y) == nil)
    }

    @Test func `the world is one tile, its corners at 180 degrees and 85 degrees`() throws {
        let world = try tile(0, 0, 0)
        let middle = world.units(Position(longitude: 0, latitude: 0))
        #expect(abs(middle.x - 2048) < 1e-6 && abs(middle.y - 2048) < 1e-6)
        let corner = world.units(Position(longitude: -180, latitude: 85.0511287798))
        #expect(abs(corner.x) < 1e-6 && abs(corner.y) < 1e-3)
    }

    /// Computed by the formula of the OpenStreetMap wiki, "Slippy map tilenames": 8,299.051 and 5,636.561.
    @Test func `Paris is in the tile that other programs find it in`() throws {
        let point = try tile(14, 8_299, 5_636).units(Position(longitude: 2.3522, latitude: 48.8566))
        #expect((0..<4_096).contains(point.x) && (0..<4_096).contains(point.y))
    }

    @Test func `the poles are far off the map but no infinity`() throws {
        for latitude in [-90.0, 90] {
            let world = try tile(0, 0, 0)
            let point = world.units(Position(longitude: 0, latitude: latitude))
            #expect(point.y.isFinite && !world.owns(point))
        }
    }

    @Test func `a point on an edge is of one tile`() throws {
        let onEdge = Position(longitude: 0, latitude: 10)
        let (west, east) = (try tile(1, 0, 0), try tile(1, 1, 0))
        #expect(!west.owns(west.units(onEdge)))
        #expect(east.owns(east.units(onEdge)))
    }

    @Test func `the antimeridian is of the last column, and nothing is searched beyond it`() throws {
        let position = Position(longitude: 180, latitude: 10)
        let last = try tile(3, 7, 3)
        #expect(last.owns(last.units(position)))
        #expect(last.searchBox.maxLongitude == 180)
        #expect(try tile(3, 0, 3).searchBox.minLongitude == -180)
        #expect(try tile(3, 3, 3).searchBox.maxLongitude > 0)
        #expect(try tile(0, 0, 0).searchBox.minLatitude >= -90)
    }
}
