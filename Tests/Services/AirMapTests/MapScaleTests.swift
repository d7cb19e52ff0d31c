import AirQuality
import Testing

@testable import AirMap

struct MapScaleTests {
    @Test(arguments: Pollutant.allCases, MapQuantity.allCases)
    func `bands have rising edges, one band more than edges, and colours`(pollutant: Pollutant, quantity: MapQuantity) {
        let scale = MapScale(pollutant, quantity)
        #expect(scale.bands.count == scale.edges.count + 1)
        #expect(scale.edges == scale.edges.sorted())
        #expect(scale.bands.allSatisfy { $0.colour.count == 7 && $0.colour.hasPrefix("#") && !$0.label.isEmpty })
    }

    @Test func `PM2.5 has the levels of the European index in force`() {
        let scale = MapScale(.pm25, .value)
        #expect(scale.edges == [5, 15, 50, 90, 140])
        #expect(scale.bands.first == MapScale.Band(colour: "#50f0e6", label: "Good"))
        #expect(scale.bands.last == MapScale.Band(colour: "#7d2181", label: "Extremely poor"))
    }

    @Test(arguments: [(0.0, 0), (4.9, 0), (5, 1), (49.9, 2), (50, 3), (1e9, 5)])
    func `a value at an edge is in the band above`(value: Double, band: Int) {
        #expect(MapScale(.pm25, .value).band(of: value) == band)
    }
}
