import SpatialInterpolation
import Testing

struct VariogramModelTests {
    @Test(arguments: VariogramModel.Shape.allCases)
    func `each shape starts at the nugget and reaches 95 % of its rise at the practical range`(
        shape: VariogramModel.Shape
    ) throws {
        let model = try #require(VariogramModel(shape: shape, nugget: 0.5, partialSill: 2, practicalRange: 10))
        #expect(model.semivariance(at: 0) == 0)
        #expect(abs(model.semivariance(at: 1e-9) - 0.5) < 1e-6)
        let share = (model.semivariance(at: 10) - 0.5) / 2
        #expect(shape == .spherical ? share == 1 : abs(share - 0.95) < 0.0003)
        #expect(abs(model.semivariance(at: 1e6) - 2.5) < 1e-9)
        for h in [0.0, 0.1, 3, 10, 40] {
            #expect(abs(model.covariance(at: h) + model.semivariance(at: h) - 2.5) < 1e-12)
        }
    }

    @Test(arguments: [
        (-0.1, 1.0, 10.0), (0, 0, 10), (0.1, 1, 0), (0.1, .nan, 10), (.infinity, 1, 10), (0.1, 1, .infinity),
    ])
    func `parameters that make no variogram are refused`(nugget: Double, partialSill: Double, range: Double) {
        #expect(
            VariogramModel(shape: .exponential, nugget: nugget, partialSill: partialSill, practicalRange: range) == nil)
    }
}
