import Testing

@testable import TrafficSimulation

struct SignalWatchTests {
    private func violations(
        _ states: [(state: String, seconds: Int)], standing: [String: Int] = [:]
    ) -> [SafetyViolation.Rule] {
        var watch = SignalWatch(
            signals: "s",
            rules: .init(conflicts: [[1], [0]], yellowSeconds: [3, 3], lanes: [["a"], ["b"]]))
        var now = 0.0
        for (state, seconds) in states {
            for _ in 0..<seconds {
                watch.take(state, standing: standing, atSeconds: now)
                now += 1
            }
        }
        return watch.violations.map(\.rule)
    }

    @Test func `a proper cycle has no violations`() {
        #expect(violations([("Gr", 20), ("yr", 3), ("rr", 1), ("rg", 10), ("ry", 3), ("Gr", 5)]) == [])
    }

    @Test(arguments: [
        ([("GG", 1)], [SafetyViolation.Rule.conflict]),
        ([("Gr", 9), ("rr", 1)], [.noYellow]),
        ([("rr", 1), ("Gr", 9), ("yr", 2), ("rr", 1)], [.shortYellow]),
        ([("rr", 1), ("Gr", 4), ("yr", 3), ("rr", 1)], [.shortGreen]),
        ([("rr", 1), ("yr", 3)], [.state]),
        ([("Gr", 9), ("yG", 1)], [.conflict]),
        ([("Gr", 9), ("yr", 3), ("Gr", 1)], [.shortYellow]),
        ([("G", 1)], [.state]),
    ])
    func `what must not be is noted`(states: [(String, Int)], rules: [SafetyViolation.Rule]) {
        #expect(violations(states.map { (state: $0.0, seconds: $0.1) }) == rules)
    }

    @Test(arguments: [
        // 12 m: 7 s of green, 10 s to clear.
        ([("rr", 1), ("rG", 7), ("rr", 10), ("Gr", 5)], [] as [SafetyViolation.Rule]),
        ([("rr", 1), ("rG", 6), ("rr", 10), ("Gr", 5)], [.shortGreen]),
        ([("rr", 1), ("rG", 7), ("rr", 9), ("Gr", 5)], [.shortClearance]),
        ([("rr", 1), ("rG", 7), ("GG", 1)], [.conflict]),
    ])
    func `people have their time on a crossing, and afterwards`(
        states: [(String, Int)], rules: [SafetyViolation.Rule]
    ) {
        var watch = SignalWatch(
            signals: "s",
            rules: .init(
                conflicts: [[1], [0]], yellowSeconds: [3, 0], lanes: [["a"], ["b"]],
                walks: [1: .init(lengthMetres: 12)]))
        var now = 0.0
        for (state, seconds) in states {
            for _ in 0..<seconds {
                watch.take(state, standing: [:], atSeconds: now)
                now += 1
            }
        }
        #expect(watch.violations.map(\.rule) == rules)
    }

    @Test func `red for more than two minutes is noted once while vehicles stand`() {
        #expect(violations([("Gr", 200)], standing: ["b": 2]) == [.longRed])
        #expect(violations([("Gr", 200)], standing: [:]) == [])
        #expect(violations([("Gr", 120)], standing: ["b": 2]) == [])
    }
}
