import Testing

@testable import Forecasting

struct IntervalTests {
    @Test func `intervals hold the share that was asked for, at each level`() {
        var random = FixedRandom(seed: 9)
        func pairs() -> [(estimate: Double, residual: Double)] {
            (0..<6_000).map { _ in
                let level = Double(random.next() % 3)
                let estimate = level + Double(random.next()) / Double(UInt32.max) / 2
                let spread = 1 + 4 * level
                return (estimate, spread * (Double(random.next()) / Double(UInt32.max) - 0.3))
            }
        }
        let quantiles = ResidualQuantiles(pairs())
        for coverage in [0.5, 0.8, 0.9, 0.99] {
            for level in [0.0, 1, 2] {
                let fresh = pairs().filter { $0.estimate >= level && $0.estimate < level + 1 }
                let inside = fresh.filter {
                    let interval = quantiles.interval(around: $0.estimate, coverage: coverage)
                    return $0.residual >= interval.low && $0.residual <= interval.high
                }.count
                #expect(abs(Double(inside) / Double(fresh.count) - coverage) < 0.04)
            }
        }
        let none = ResidualQuantiles([]).interval(around: 1, coverage: 0.9)
        #expect(none.low == 0 && none.high == 0)
    }

    @Test func `after a change the share comes back to what was promised`() {
        var coverage = AdaptiveCoverage()
        var random = FixedRandom(seed: 3)
        var (inside, count) = (0.0, 0.0)
        for step in 0..<6_000 {
            // Outcomes are harder than those learnt from: an interval asked at c holds c / 1.05.
            let holds = Double(random.next()) / Double(UInt32.max) < coverage.asked / 1.05
            coverage.observe(isInside: holds)
            if step >= 1_000 {
                inside += holds ? 1 : 0
                count += 1
            }
        }
        #expect(abs(inside / count - 0.9) < 0.01)
        #expect(coverage.asked > 0.92)
    }
}
