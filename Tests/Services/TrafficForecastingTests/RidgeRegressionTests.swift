import Testing

@testable import TrafficForecasting

@Suite struct RidgeRegressionTests {
    private static func fit(_ rows: [[Double]], _ targets: [Double], penalty: Double) -> [Double] {
        var regression = RidgeRegression(columns: rows[0].count)
        for (row, target) in zip(rows, targets) { row.withUnsafeBufferPointer { regression.add($0, target) } }
        return regression.solve(penalty: penalty)
    }

    @Test func `without much of a penalty it finds the plane that the targets lie on`() {
        let rows = [[1, 0, 1], [0, 1, 1], [2, 1, 1], [3, -1, 1], [1, 4, 1]].map { $0.map(Double.init) }
        let found = Self.fit(rows, rows.map { 2 * $0[0] - 3 * $0[1] + 5 }, penalty: 1e-9)
        for (one, expected) in zip(found, [2.0, -3, 5]) { #expect(abs(one - expected) < 1e-6) }
    }

    @Test func `columns that are equal share the weight`() {
        let found = Self.fit([[1, 1], [2, 2], [3, 3]], [2, 4, 6], penalty: 1e-6)
        #expect(abs(found[0] - 1) < 1e-3)
        #expect(abs(found[1] - 1) < 1e-3)
    }

    @Test func `a single column shrinks as the formula says`() {
        // sum(x y) / (sum(x x) + penalty)
        #expect(abs(Self.fit([[1], [2]], [1, 2], penalty: 5)[0] - 0.5) < 1e-12)
    }

    @Test func `numbers beyond bounds give zeros`() {
        #expect(Self.fit([[.infinity]], [1], penalty: 1) == [0])
    }
}
