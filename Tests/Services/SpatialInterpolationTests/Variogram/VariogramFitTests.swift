import SpatialInterpolation
import Testing

struct VariogramFitTests {
    @Test(arguments: VariogramModel.Shape.allCases)
    func `a model is found again from its own curve`(shape: VariogramModel.Shape) throws {
        let truth = try #require(VariogramModel(shape: shape, nugget: 0.3, partialSill: 1.7, practicalRange: 20_000))
        let bins = stride(from: 2_000.0, through: 40_000, by: 2_000).map {
            EmpiricalVariogram.Bin(distance: $0, semivariance: truth.semivariance(at: $0), pairs: 100)
        }
        let fit = try #require(VariogramFit(bins, shapes: [shape]))
        #expect(abs(fit.model.nugget - 0.3) < 0.01)
        #expect(abs(fit.model.partialSill - 1.7) < 0.02)
        #expect(abs(fit.model.practicalRange / 20_000 - 1) < 0.02)
        #expect(fit.error < 1e-5)
        #expect(VariogramFit(bins)?.model.shape == shape)
    }

    @Test func `a flat variogram is all nugget or all reached at once, and never negative`() throws {
        let bins = (1...8).map { EmpiricalVariogram.Bin(distance: Double($0), semivariance: 4, pairs: 10) }
        let model = try #require(VariogramFit(bins)).model
        for h in 1...8 { #expect(abs(model.semivariance(at: Double(h)) - 4) < 0.05) }
    }

    @Test func `a falling variogram gives the nugget alone`() throws {
        let bins = (1...8).map { EmpiricalVariogram.Bin(distance: Double($0), semivariance: 9 - Double($0), pairs: 10) }
        let model = try #require(VariogramFit(bins)).model
        #expect(model.partialSill < 1e-9 || model.semivariance(at: 1) > 0.9 * model.sill)
        #expect(model.nugget >= 0)
    }

    @Test func `the same bins give the same model`() {
        let bins = (1...8).map { (lag: Int) -> EmpiricalVariogram.Bin in
            let semivariance = lag * 7 % 5 + lag
            return EmpiricalVariogram.Bin(
                distance: Double(lag), semivariance: Double(semivariance), pairs: Double(lag))
        }
        #expect(VariogramFit(bins) == VariogramFit(bins))
    }

    @Test func `two bins, or bins of nothing, fit no model`() {
        let bins = (1...8).map { EmpiricalVariogram.Bin(distance: Double($0), semivariance: 0, pairs: 10) }
        #expect(VariogramFit(bins) == nil)
        #expect(VariogramFit([]) == nil)
    }

    @Test func `differences are only taken within a set`() {
        var empirical = EmpiricalVariogram(maximumDistance: 10, bins: 2)
        func set(_ shift: Double) -> [Sample] {
            [
                Sample(position: PlanePoint(x: 0, y: 0), value: shift),
                Sample(position: PlanePoint(x: 3, y: 0), value: shift + 2),
                Sample(position: PlanePoint(x: 0, y: 9), value: .nan),
                Sample(position: PlanePoint(x: 40, y: 0), value: 1e9),
            ]
        }
        empirical.add(set(0))
        empirical.add(set(1_000))
        #expect(empirical.bins == [EmpiricalVariogram.Bin(distance: 3, semivariance: 2, pairs: 2)])
    }
}
