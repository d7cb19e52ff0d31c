import SpatialInterpolation
import Testing

struct InterpolationTests {
    private let four = Array(OrdinaryKrigingTests.five.prefix(4))

    @Test func `few stations are interpolated by inverse distances, with the reason`() throws {
        let interpolation = try #require(
            Interpolation(samples: Array(four.prefix(3)), model: OrdinaryKrigingTests.model))
        guard case .inverseDistance(_, let reason) = interpolation.method else {
            Issue.record("kriging with three samples")
            return
        }
        #expect(reason == "fewer than 4 stations have a value")
        let estimate = try #require(interpolation.estimate(at: PlanePoint(x: 0, y: 5)))
        #expect(estimate.interval == nil)
        // Weights 1, 1 and 1 / 5 for 1, 3 and 2.
        #expect(abs(estimate.value - 2) < 1e-12)
    }

    @Test func `without a variogram there are inverse distances`() throws {
        let interpolation = try #require(Interpolation(samples: four, model: nil))
        guard case .inverseDistance(_, "no variogram fits the values") = interpolation.method else {
            Issue.record("\(interpolation.method)")
            return
        }
    }

    @Test func `on a logarithmic scale the interval is lopsided and not below 0`() throws {
        let interpolation = try #require(
            Interpolation(samples: four, model: OrdinaryKrigingTests.model, scale: .logarithm(offset: 1)))
        let estimate = try #require(interpolation.estimate(at: PlanePoint(x: 5, y: 5)))
        let interval = try #require(estimate.interval)
        #expect(interval.lowerBound >= 0)
        #expect(interval.upperBound - estimate.value > estimate.value - interval.lowerBound)
        #expect(estimate.value > 1 && estimate.value < 4)
    }

    @Test func `at a sample the value is the sample's, on either scale`() throws {
        for scale in [ValueScale.identity, .logarithm(offset: 5)] {
            let interpolation = try #require(
                Interpolation(samples: four, model: OrdinaryKrigingTests.model, scale: scale))
            let estimate = try #require(interpolation.estimate(at: PlanePoint(x: 10, y: 10)))
            #expect(abs(estimate.value - 4) < 1e-9)
        }
    }

    @Test func `values below what a logarithm takes stay finite`() {
        let scale = ValueScale.logarithm(offset: 5)
        #expect(scale.scaled(-1e9).isFinite)
        #expect(scale.unscaled(1e9).isFinite)
        #expect(scale.unscaled(-1e9) == 0)
    }

    @Test func `inverse distances stay between the values and give a sample's value at its place`() throws {
        let inverse = try #require(InverseDistance(samples: four))
        #expect(inverse.value(at: PlanePoint(x: 10, y: 0)) == 2)
        #expect(abs(inverse.value(at: PlanePoint(x: 5, y: 5)) - 2.5) < 1e-12)
        #expect(abs(inverse.value(at: PlanePoint(x: 1e300, y: 0)) - 2.5) < 1e-9)
        #expect(inverse.value(at: PlanePoint(x: .nan, y: 0)).isNaN)
    }
}
