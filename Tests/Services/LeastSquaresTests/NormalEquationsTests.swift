import Testing

@testable import LeastSquares

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

    private static func fit(_ rows: [[Double]], _ targets: [Double], penalty: Double) -> [Double]? {
        var equations = NormalEquations(columns: rows[0].count)
        for (row, target) in zip(rows, targets) { equations.add(row, target) }
        return equations.solve(penalty: penalty)
    }

    @Test func `without much of a penalty the plane that the targets lie on is found`() throws {
        let rows = [[1, 0, 1], [0, 1, 1], [2, 1, 1], [3, -1, 1], [1, 4, 1]].map { $0.map(Double.init) }
        let found = try #require(Self.fit(rows, rows.map { 2 * $0[0] - 3 * $0[1] + 5 }, penalty: 1e-9))
        for (one, expected) in zip(found, [2.0, -3, 5]) { #expect(abs(one - expected) < 1e-6) }
    }

    @Test func `with a penalty columns that are equal share the weight`() throws {
        let found = try #require(Self.fit([[1, 1], [2, 2], [3, 3]], [2, 4, 6], penalty: 1e-6))
        #expect(abs(found[0] - 1) < 1e-3)
        #expect(abs(found[1] - 1) < 1e-3)
    }

    @Test func `a single column shrinks as the formula says`() throws {
        // sum(x y) / (sum(x x) + penalty)
        let found = try #require(Self.fit([[1], [2]], [1, 2], penalty: 5))
        #expect(abs(found[0] - 0.5) < 1e-12)
    }

    @Test func `numbers beyond bounds have no solution`() {
        #expect(Self.fit([[.infinity]], [1], penalty: 1) == nil)
    }

    @Test func `two halves together are the whole`() throws {
        var (whole, one, other) = (
            NormalEquations(columns: 2), NormalEquations(columns: 2), NormalEquations(columns: 2)
        )
        for x in 0..<8 {
            let (row, target) = ([1, Double(x)], Double(x * x))
            whole.add(row, target)
            if x < 4 { one.add(row, target) } else { other.add(row, target) }
        }
        one.add(other)
        #expect(one.rows == 8)
        #expect(one.solve() == whole.solve())
    }
}
