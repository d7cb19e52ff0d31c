import AirQuality
import Testing

@testable import AirMap

struct AirFieldTests {
    @Test func `the map has at each station what it measured, and is surer there than away`() throws {
        let variogram = try #require(MapTown.variogram())
        let field = try #require(AirField(.pm25, MapTown.samples(), variogram: variogram, side: 40))
        #expect(field.method == "ordinaryKriging")
        #expect(field.stations == 16)
        for sample in MapTown.samples() {
            let value = try #require(field.value(.value, at: sample.position))
            #expect(abs(value - sample.value) < 8, "\(value) for \(sample.value)")
        }
        let near = try #require(field.value(.uncertainty, at: MapTown.positions()[5]))
        let far = try #require(
            field.value(.uncertainty, at: MapPosition(longitude: field.bounds.west, latitude: field.bounds.south)))
        #expect(near < far)
    }

    @Test func `few stations are mapped by their distances, without telling how sure that is`() throws {
        let field = try #require(
            AirField(.no2, Array(MapTown.samples().prefix(3)), variogram: MapTown.variogram(), side: 40))
        #expect(field.method == "inverseDistance")
        #expect(field.variogram == nil)
        #expect(field.knows(.value))
        #expect(!field.knows(.uncertainty))
    }

    @Test func `one station makes a map of its value, five kilometres to each side`() throws {
        let field = try #require(AirField(.o3, Array(MapTown.samples().prefix(1)), variogram: nil, side: 40))
        #expect(field.value(.value, at: MapTown.positions()[0]) == 60)
        #expect(field.value(.value, at: MapPosition(longitude: 2.45, latitude: 48.85)) == nil)
    }

    @Test func `a station with a wrong position does not spoil the map`() throws {
        let stray = MapSample(position: MapPosition(longitude: 0, latitude: 0), value: 5)
        let field = try #require(AirField(.pm25, MapTown.samples() + [stray], variogram: MapTown.variogram(), side: 40))
        #expect(field.stations == 16)
        #expect(field.bounds.south > 48)
    }

    @Test func `a town on both sides of the date line stays in one piece`() throws {
        let samples = [179.99, -179.99, 179.98, -179.98].enumerated().map {
            MapSample(position: MapPosition(longitude: $0.element, latitude: -16 + Double($0.offset) / 100), value: 10)
        }
        let field = try #require(AirField(.pm25, samples, variogram: nil, side: 40))
        #expect(field.stations == 4)
        #expect(field.bounds.west > field.bounds.east)
        #expect(field.value(.value, at: MapPosition(longitude: 180, latitude: -15.99)) != nil)
    }

    @Test(arguments: [
        [], [MapSample(position: MapPosition(longitude: .nan, latitude: 1), value: 1)],
        [MapSample(position: MapPosition(longitude: 1, latitude: 1), value: .infinity)],
        [MapSample(position: MapPosition(longitude: 1, latitude: 400), value: 3)],
    ])
    func `what is no number at a place makes no map`(samples: [MapSample]) {
        #expect(AirField(.pm25, samples, variogram: nil, side: 40) == nil)
    }

    @Test func `too few stations or hours teach no variogram`() {
        #expect(MapVariogram(Array(MapTown.positions().prefix(3)), hours: [[1, 2, 3], [2, 3, 4]]) == nil)
        #expect(MapVariogram(MapTown.positions(), hours: []) == nil)
    }
}
