import AirQuality
import Testing

@testable import AirMap

struct AirFieldTilesTests {
    @Test(arguments: [(-1, 0, 0), (21, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (0, 0, 1), (.max, 0, 0)])
    func `an address outside of the scheme is none`(zoom: Int, x: Int, y: Int) {
        #expect(TileAddress(zoom: zoom, x: x, y: y) == nil)
    }

    @Test func `the one tile of zoom 0 reaches from pole to pole of the projection`() throws {
        let tile = try #require(TileAddress(zoom: 0, x: 0, y: 0))
        #expect(abs(tile.longitude(0, of: 256) - -179.296_875) < 1e-9)
        #expect(abs(tile.latitude(127, of: 256) + tile.latitude(128, of: 256)) < 1e-9)
        #expect(tile.latitude(0, of: 256) < 85.06 && tile.latitude(0, of: 256) > 84.9)
    }

    @Test func `a tile is a PNG of 256 x 256 pixels, empty away from the stations`() throws {
        let field = try #require(AirField(.pm25, MapTown.samples(), variogram: MapTown.variogram(), side: 40))
        // Zoom 12 over Paris.
        let (paris, arctic) = (TileAddress(zoom: 12, x: 2_074, y: 1_408), TileAddress(zoom: 12, x: 0, y: 0))
        let town = try #require(paris.flatMap { field.tile($0, .value) })
        let sea = try #require(arctic.flatMap { field.tile($0, .value) })
        for png in [town, sea] {
            #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            #expect(png[16..<24] == [0, 0, 1, 0, 0, 0, 1, 0])
        }
        #expect(town.count > sea.count)
    }

    @Test func `a quantity that is not known makes no tile`() throws {
        let few = try #require(AirField(.pm25, Array(MapTown.samples().prefix(2)), variogram: nil, side: 40))
        let address = try #require(TileAddress(zoom: 1, x: 1, y: 0))
        #expect(few.tile(address, .uncertainty) == nil)
    }
}
