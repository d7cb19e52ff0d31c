import Testing

@testable import SpatialInterpolation

struct NearestSamplesTests {
    @Test(arguments: [1, 5, 48, 299, 300, 400])
    func `the nearest are those that a look at all of them finds`(count: Int) {
        let samples = OrdinaryKrigingTests.many(300)
        let index = NearestSamples(samples)
        for target in [PlanePoint(x: 0, y: 0), PlanePoint(x: 26_000, y: 31_000), PlanePoint(x: -9e5, y: 2e6)] {
            let expected = samples.indices
                .sorted { samples[$0].position.distance(to: target) < samples[$1].position.distance(to: target) }
                .prefix(count)
            #expect(index.nearest(count, to: target) == Array(expected))
        }
    }

    @Test func `samples on one line and at one place are found`() {
        let line = (0..<50).map { Sample(position: PlanePoint(x: 5, y: Double($0)), value: 0) }
        #expect(NearestSamples(line).nearest(3, to: PlanePoint(x: 0, y: 20)) == [20, 19, 21])
        let heap = (0..<50).map { _ in Sample(position: PlanePoint(x: 5, y: 5), value: 0) }
        #expect(NearestSamples(heap).nearest(3, to: PlanePoint(x: 0, y: 20)) == [0, 1, 2])
        #expect(NearestSamples([]).nearest(3, to: PlanePoint(x: 0, y: 20)) == [])
    }
}
