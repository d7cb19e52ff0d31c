import Testing

@testable import AirQuality

struct NormalEquationsTests {
    @Test func `a plane through points is found`() throws {
        var equations = NormalEquations(columns: 3)
        for x in 0..<6 {
            for y in 0..<5 { equations.add([1, Double(x), Double(y)], 2 + 3 * Double(x) - 0.5 * Double(y)) }
        }
        let found = try #require(equations.solve())
        for (one, other) in zip(found, [2, 3, -0.5]) { #expect(abs(one - other) < 1e-10) }
    }

    @Test func `columns that depend on one another have no solution`() {
        var equations = NormalEquations(columns: 2)
        for x in 0..<9 { equations.add([Double(x), 2 * Double(x)], 1) }
        #expect(equations.solve() == nil)
        #expect(NormalEquations(columns: 2).solve() == nil)
    }
}
