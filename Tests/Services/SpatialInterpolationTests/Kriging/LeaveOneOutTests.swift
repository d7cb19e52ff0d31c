import Foundation
import SpatialInterpolation
import Testing

struct LeaveOneOutTests {
    private let positions = OrdinaryKrigingTests.five.map(\.position)
    private let values = OrdinaryKrigingTests.five.map(\.value)

    @Test func `a station is estimated as if it were not there`() throws {
        let model = try #require(OrdinaryKrigingTests.model)
        var others = LeaveOneOut(positions: positions, model: model)
        for station in positions.indices {
            let rest = OrdinaryKrigingTests.five.enumerated().filter { $0.offset != station }.map(\.element)
            let kriging = try #require(OrdinaryKriging(samples: rest, model: model))
            let expected = try #require(kriging.estimate(at: positions[station]))
            var changed = values
            for own in [values[station], 1e6, .nan] {
                changed[station] = own
                let found = others.estimate(of: station, from: changed)
                let estimate = try #require(found)
                #expect(abs(estimate.value - expected.value) < 1e-12)
                #expect(abs(estimate.variance - expected.variance) < 1e-12)
            }
        }
    }

    @Test func `missing values leave the estimate to the others, and one other is too few`() throws {
        let model = try #require(OrdinaryKrigingTests.model)
        var others = LeaveOneOut(positions: positions, model: model)
        let all = others.estimate(of: 0, from: values)
        let fewer = others.estimate(of: 0, from: [1, .nan, 3, 4, 2.2])
        let tooFew = others.estimate(of: 0, from: [1, .nan, .nan, .nan, 2.2])
        let outside = others.estimate(of: 9, from: values)
        let short = others.estimate(of: 0, from: [1, 2])
        #expect(all != nil && fewer != nil && all != fewer)
        #expect(tooFew == nil && outside == nil && short == nil)
    }

    @Test func `a station at the same place tells nothing of the one left out`() throws {
        let model = try #require(OrdinaryKrigingTests.model)
        var others = LeaveOneOut(positions: positions + [positions[0]], model: model)
        let found = others.estimate(of: 0, from: values + [99])
        let estimate = try #require(found)
        #expect(estimate.value < 5)
    }
}
