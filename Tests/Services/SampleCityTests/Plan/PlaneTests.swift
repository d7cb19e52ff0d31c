import Testing

@testable import SampleCity

struct PlaneTests {
    private let corner = Polyline([Point(x: 0, y: 0), Point(x: 100, y: 0), Point(x: 100, y: 50)])

    @Test func `a line knows its points by distance`() {
        #expect(corner.length == 150)
        #expect(corner.point(at: 40) == Point(x: 40, y: 0))
        #expect(corner.point(at: 120) == Point(x: 100, y: 20))
        #expect(corner.point(at: -5) == Point(x: 0, y: 0) && corner.point(at: 999) == Point(x: 100, y: 50))
        #expect(corner.heading(at: 40) == 90 && corner.heading(at: 120) == 0)
        #expect(corner.reversed.heading(at: 10) == 180)
    }

    @Test func `beside a line is to its right`() {
        let place = corner.point(at: 40, beside: 5)
        #expect(abs(place.x - 40) < 1e-9 && abs(place.y + 5) < 1e-9)
    }

    @Test func `a part keeps the corners inside it`() {
        #expect(
            corner.part(from: 50, to: 130).points == [Point(x: 50, y: 0), Point(x: 100, y: 0), Point(x: 100, y: 30)])
        #expect(abs(corner.distance(from: Point(x: 50, y: 7)) - 7) < 1e-9)
    }

    @Test func `a line of one point or none stands still`() {
        #expect(Polyline([]).length == 0)
        #expect(Polyline([Point(x: 3, y: 4)]).point(at: 10) == Point(x: 3, y: 4))
    }

    @Test func `a kilometre north is a kilometre on the globe`() {
        let (longitude, latitude) = Projection.degrees(Point(x: 0, y: 1_000))
        #expect(longitude == -1.96 && abs((latitude - 47.15) * 111_195 - 1_000) < 0.1)
    }
}

struct NoiseTests {
    private let noise = Noise(seed: 9)

    @Test func `the same question has the same answer, and answers are spread evenly`() {
        #expect(noise.unit(3, 4) == Noise(seed: 9).unit(3, 4) && noise.unit(3, 4) != noise.unit(4, 3))
        let values = (0..<10_000).map { noise.unit(1, Int64($0)) }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 0.02)
        #expect(noise.pick(1, of: 0) == 0)
    }

    @Test func `a drift has no jumps`() {
        var previous = noise.drift(1, at: CityTime(milliseconds: 0), period: 60_000)
        for second in 1...1_000 {
            let value = noise.drift(1, at: CityTime(milliseconds: Int64(second) * 1000), period: 60_000)
            guard abs(value) <= 1, abs(value - previous) < 0.06 else {
                Issue.record("at \(second): \(previous) to \(value)")
                return
            }
            previous = value
        }
    }
}
