import Foundation
import SpatialInterpolation
import Testing

struct VariogramSelectionTests {
    /// Smooth fields that move, over 20 stations.
    private var network: (positions: [PlanePoint], sets: [[Double]]) {
        let positions = OrdinaryKrigingTests.many(20).map(\.position)
        let sets = (0..<120).map { hour in
            positions.enumerated().map { index, point -> Double in
                if (hour * 7 + index) % 11 == 0 { return .nan }
                return sin(point.x / 9_000 + Double(hour)) + cos(point.y / 11_000 - Double(hour) * 0.7)
            }
        }
        return (positions, sets)
    }

    @Test func `intervals of the chosen variogram hold the share that was asked for`() throws {
        let (positions, sets) = network
        let selection = try #require(VariogramSelection(positions: positions, sets: Array(sets.prefix(80))))
        var others = LeaveOneOut(positions: positions, model: selection.model)
        var (inside, all) = (0, 0)
        for set in sets.suffix(40) {
            for station in positions.indices where set[station].isFinite {
                let found = others.estimate(of: station, from: set)
                let estimate = try #require(found)
                let reach = selection.factor(coverage: 0.9) * estimate.variance.squareRoot()
                all += 1
                if abs(estimate.value - set[station]) <= reach { inside += 1 }
            }
        }
        let share = Double(inside) / Double(all)
        #expect(share > 0.85 && share < 0.95)
    }

    @Test func `the choice is never worse on its sets than a fixed exponential curve that fits none`() throws {
        let (positions, sets) = network
        let selection = try #require(VariogramSelection(positions: positions, sets: sets))
        let fixed = try #require(
            VariogramModel(shape: .exponential, nugget: 0.5, partialSill: 0.5, practicalRange: 5_000))
        var others = LeaveOneOut(positions: positions, model: fixed)
        var (sum, count) = (0.0, 0.0)
        for set in sets {
            for station in positions.indices where set[station].isFinite {
                let found = others.estimate(of: station, from: set)
                let estimate = try #require(found)
                sum += abs(estimate.value - set[station])
                count += 1
            }
        }
        #expect(selection.error < sum / count)
    }

    @Test func `stations at one place, or sets without values, choose nothing`() {
        let place = PlanePoint(x: 1, y: 1)
        #expect(VariogramSelection(positions: [place, place], sets: [[1, 2]]) == nil)
        #expect(VariogramSelection(positions: [place, PlanePoint(x: 2, y: 2)], sets: []) == nil)
        #expect(VariogramSelection(positions: [place, PlanePoint(x: 2, y: 2)], sets: [[.nan, .nan]]) == nil)
    }
}
