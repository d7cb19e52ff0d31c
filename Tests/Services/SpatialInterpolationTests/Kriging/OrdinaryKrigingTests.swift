import Foundation
import SpatialInterpolation
import Testing

struct OrdinaryKrigingTests {
    static let five = [
        Sample(position: PlanePoint(x: 0, y: 0), value: 1), Sample(position: PlanePoint(x: 10, y: 0), value: 2),
        Sample(position: PlanePoint(x: 0, y: 10), value: 3), Sample(position: PlanePoint(x: 10, y: 10), value: 4),
        Sample(position: PlanePoint(x: 5, y: 3), value: 2.2),
    ]
    static let model = VariogramModel(shape: .exponential, nugget: 0.1, partialSill: 0.9, practicalRange: 15)

    private func kriging(_ samples: [Sample]) throws -> OrdinaryKriging {
        let model = try #require(Self.model)
        return try #require(OrdinaryKriging(samples: samples, model: model))
    }

    @Test(arguments: [
        (5.0, 2.0, 2.10756769014, 0.439364562176), (5, 8, 2.84643978574, 0.787293356864),
    ])
    func `estimates and variances are exact`(x: Double, y: Double, value: Double, variance: Double) throws {
        let kriging = try self.kriging(Self.five)
        let estimate = try #require(kriging.estimate(at: PlanePoint(x: x, y: y)))
        #expect(abs(estimate.value - value) < 1e-8)
        #expect(abs(estimate.variance - variance) < 1e-8)
        let grid = try #require(
            GridGeometry(origin: PlanePoint(x: x, y: y), stepX: 1, stepY: 1, columns: 1, rows: 1))
        let fields = try #require(kriging.estimates(on: grid))
        #expect(abs(fields.values.value(column: 0, row: 0) - value) < 1e-8)
        #expect(abs(fields.variances.value(column: 0, row: 0) - variance) < 1e-8)
    }

    @Test func `at a sample stands its value, with no doubt`() throws {
        let kriging = try self.kriging(Self.five)
        let grid = try #require(
            GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 10, stepY: 10, columns: 2, rows: 2))
        let fields = try #require(kriging.estimates(on: grid))
        for sample in Self.five {
            let estimate = try #require(kriging.estimate(at: sample.position))
            #expect(abs(estimate.value - sample.value) < 1e-9)
            #expect(estimate.variance < 1e-9)
        }
        #expect(zip(fields.values.values, [1.0, 2, 3, 4]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(fields.variances.values.allSatisfy { $0 < 1e-9 })
    }

    @Test func `weights sum to 1, and far away the variance passes the sill`() throws {
        let model = try #require(Self.model)
        let system = try #require(KrigingSystem(positions: Self.five.map(\.position), model: model))
        let (weights, variance) = system.weights(at: PlanePoint(x: 1_000, y: 1_000))
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
        #expect(variance > 1)
    }

    @Test func `samples at one place count as one with their mean`() throws {
        var samples = Self.five
        samples.append(Sample(position: PlanePoint(x: 0, y: 0), value: 3))
        samples.append(Sample(position: PlanePoint(x: 7, y: 7), value: .nan))
        let kriging = try self.kriging(samples)
        #expect(kriging.samples.count == 5)
        let merged = try #require(kriging.estimate(at: PlanePoint(x: 0, y: 0)))
        #expect(abs(merged.value - 2) < 1e-9)
    }

    @Test(arguments: VariogramModel.Shape.allCases)
    func `samples on one line, and near each other, are solved with every shape`(shape: VariogramModel.Shape) throws {
        let model = try #require(VariogramModel(shape: shape, nugget: 0, partialSill: 1, practicalRange: 1_000))
        let samples = (0..<30).map { Sample(position: PlanePoint(x: Double($0), y: 0), value: Double($0 % 3)) }
        let kriging = try #require(OrdinaryKriging(samples: samples, model: model))
        let estimate = try #require(kriging.estimate(at: PlanePoint(x: 3.5, y: 2)))
        #expect(estimate.value.isFinite)
        #expect(estimate.variance >= 0 && estimate.variance < 1)
    }

    @Test func `one sample is its own estimate everywhere`() throws {
        let kriging = try self.kriging(Array(Self.five.prefix(1)))
        let estimate = try #require(kriging.estimate(at: PlanePoint(x: 400, y: 0)))
        #expect(abs(estimate.value - 1) < 1e-12)
        #expect(abs(estimate.variance - 2) < 1e-9)
    }

    @Test func `a neighbourhood comes close to all samples`() throws {
        let samples = Self.many(300)
        let model = try #require(
            VariogramModel(shape: .exponential, nugget: 0.02, partialSill: 1, practicalRange: 20_000))
        let all = try #require(OrdinaryKriging(samples: samples, model: model))
        var options = OrdinaryKriging.Options()
        options.globalLimit = 100
        let near = try #require(OrdinaryKriging(samples: samples, model: model, options: options))
        let grid = try #require(
            GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 2_500, stepY: 2_500, columns: 20, rows: 20))
        let fields = try #require(near.estimates(on: grid))
        let whole = try #require(all.estimates(on: grid))
        // PyKrige's equations, solved with all and with the 48 nearest, differ by 0.012 on average, at the corners by
        // 0.2, and in the variance by 0.019 at most.
        var (difference, fieldDifference) = (0.0, 0.0)
        for row in 0..<20 {
            for column in 0..<20 {
                let target = grid.point(column: column, row: row)
                let (a, b) = (try #require(all.estimate(at: target)), try #require(near.estimate(at: target)))
                difference += abs(a.value - b.value) / 400
                fieldDifference += abs(fields.values.value(column: column, row: row) - a.value) / 400
                #expect(b.variance >= a.variance - 1e-9 && b.variance < a.variance + 0.02)
                #expect(abs(whole.values.value(column: column, row: row) - a.value) < 1e-9)
                let variance = whole.variances.value(column: column, row: row)
                #expect(variance >= a.variance - 1e-9 && variance < a.variance + 0.02)
            }
        }
        #expect(difference < 0.013 && fieldDifference < 0.013)
    }

    /// Samples of a smooth field at scattered places in a square of 50 km; the places come from a fixed recurrence.
    static func many(_ count: Int) -> [Sample] {
        var state: UInt64 = 7
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        return (0..<count).map { _ in
            let point = PlanePoint(x: next() * 50_000, y: next() * 50_000)
            return Sample(position: point, value: sin(point.x / 9_000) + cos(point.y / 7_000) + next() * 0.2)
        }
    }

    @Test func `nothing finite makes no kriging, and a target that is not finite no estimate`() throws {
        let model = try #require(Self.model)
        #expect(OrdinaryKriging(samples: [], model: model) == nil)
        #expect(
            OrdinaryKriging(samples: [Sample(position: PlanePoint(x: .nan, y: 0), value: 1)], model: model) == nil)
        let kriging = try #require(OrdinaryKriging(samples: Self.five, model: model))
        #expect(kriging.estimate(at: PlanePoint(x: .infinity, y: 0)) == nil)
    }
}
