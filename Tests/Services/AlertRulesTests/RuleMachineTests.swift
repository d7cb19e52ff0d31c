import GeoJSON
import NGSILDModel
import Testing

@testable import AlertRules

@Suite struct RuleMachineTests {
    private static let above = #"{"kind":"threshold","attribute":"a","comparison":"above","value":50}"#

    @Test(
        arguments: [
            ("above", "50", [50, 51, 50], [1, 2]), ("atLeast", "50", [49, 50, 49], [1, 2]),
            ("below", "50", [50, 49, 50], [1, 2]), ("atMost", "50", [51, 50, 51], [1, 2]),
        ] as [(String, String, [Double], [Double?])])
    func `a value beyond its limit raises and one within it clears`(
        comparison: String, limit: String, values: [Double], expected: [Double?]
    ) throws {
        let test = #"{"kind":"threshold","attribute":"a","comparison":"\#(comparison)","value":\#(limit)}"#
        #expect(firings(try condition(test), numbers(values), until: 9) == [expected])
    }

    @Test(
        arguments: [
            ("outside", [0, 11, 10, -1, 5], [[1, 2], [3, 4]]), ("between", [11, 10, 0, -1, 5], [[1, 3], [4, nil]]),
        ] as [(String, [Double], [[Double?]])])
    func `a range is compared with its ends`(comparison: String, values: [Double], expected: [[Double?]]) throws {
        let test = #"{"kind":"threshold","attribute":"a","comparison":"\#(comparison)","low":0,"high":10}"#
        #expect(firings(try condition(test), numbers(values), until: 9) == expected)
    }

    @Test func `texts and truth are compared for being the same`() throws {
        let broken = try condition(#"{"kind":"threshold","attribute":"a","comparison":"is","value":"broken"}"#)
        let values: [(Double, RuleValue)] = [(0, .text("ok")), (1, .text("broken")), (2, .number(1)), (3, .none)]
        #expect(firings(broken, values, until: 9) == [[1, 2]])
        let other = try condition(#"{"kind":"threshold","attribute":"a","comparison":"isNot","value":true}"#)
        #expect(firings(other, [(0, .none), (1, .boolean(false)), (2, .boolean(true))], until: 9) == [[1, 2]])
    }

    @Test(
        arguments: [
            ("above", 50, 45, [51, 47, 45.1, 45], 3), ("atLeast", 50, 45, [50, 47, 45.1, 45], 3),
            ("below", 10, 15, [9, 12, 14.9, 15], 3), ("atMost", 10, 15, [10, 12, 14.9, 15], 3),
        ] as [(String, Double, Double, [Double], Double)])
    func `a raised alert ends at clear, and is not raised again short of value`(
        comparison: String, value: Double, clear: Double, values: [Double], end: Double
    ) throws {
        let test =
            #"{"kind":"threshold","attribute":"a","comparison":"\#(comparison)","value":\#(value),"clear":\#(clear)}"#
        let again = values + [values[1], values[1]]
        #expect(firings(try condition(test), numbers(again), until: 99) == [[0, end]])
    }

    @Test func `clear does not count before the alert is raised`() throws {
        let test = #"{"kind":"threshold","attribute":"a","comparison":"above","value":50,"clear":40}"#
        let values = numbers([51, 45, 51, 51, 45, 40])
        #expect(firings(try condition(test, #","for":"PT1M30S""#), values, until: 99) == [[3.5, 5]])
    }

    @Test func `it must hold for as long as the rule says, values or not`() throws {
        let held = try condition(Self.above, #","for":"PT10M""#)
        #expect(firings(held, [(0, .number(60)), (9, .number(40)), (20, .number(60))], until: 99) == [[30, nil]])
        #expect(firings(held, [(0, .number(60)), (10, .number(40))], until: 99) == [])
        #expect(firings(held, [(0, .number(60))], until: 10) == [[10, nil]])
    }

    @Test(arguments: [("all", [[2, 3]]), ("any", [[1, 4]])] as [(String, [[Double?]])])
    func `tests are combined by all or any`(match: String, expected: [[Double?]]) throws {
        let two = try condition(
            Self.above + #",{"kind":"threshold","attribute":"b","comparison":"below","value":10}"#,
            #","match":"\#(match)""#)
        var replay = RuleReplay(two, start: minute(0))
        let values: [(Int, Double)] = [(1, 20), (0, 60), (1, 5), (1, 20), (0, 40)]
        for (time, (place, value)) in values.enumerated() {
            replay.take(RuleObservation(time: minute(Double(time)), values: [(place, .number(value))]))
        }
        let found = replay.finish(at: minute(9), from: minute(0)).map { [minutes($0.from), $0.to.map(minutes)] }
        #expect(found == expected)
    }

    @Test func `silence is told when it has lasted, and ends with a sign of life`() throws {
        let silent = try condition(#"{"kind":"absence","attribute":"a","after":"PT15M"}"#)
        #expect(firings(silent, numbers([1, 1, 1, 1], every: 10), from: -1, until: 44) == [])
        #expect(firings(silent, [(0, .number(1)), (20, .number(1))], from: -1, until: 60) == [[15, 20], [35, nil]])
        #expect(firings(silent, [(0, .number(1)), (15, .number(1))], from: -1, until: 20) == [])
        #expect(firings(silent, [], until: 60) == [[15, nil]])
        #expect(firings(silent, [(0, .number(1)), (10, .none)], from: -1, until: 16) == [[15, nil]])
    }

    @Test func `silence is counted from when somebody listened, unless it is known already`() throws {
        let silent = try condition(#"{"kind":"absence","after":"PT15M"}"#)
        var machine = RuleMachine(silent, start: minute(0), listensSince: minute(60))
        #expect(machine.look(at: minute(61)) == [])
        #expect(machine.advance(to: minute(80)) == [.raised(minute(75))])
        machine = RuleMachine(silent, start: minute(0), listensSince: minute(60))
        machine.resume(raisedSince: minute(15))
        #expect(machine.look(at: minute(61)) == [])
        #expect(machine.raisedSince == minute(15))
    }

    @Test func `a rate is the change within its time`() throws {
        let rising = try condition(
            #"{"kind":"rate","attribute":"a","comparison":"above","value":0.5,"per":"PT1H"}"#)
        // 0.1 in 10 minutes is 0.6 in an hour, but is told only when it has risen so much.
        let level = (0..<12).map { 1 + 0.1 * Double($0) }
        #expect(firings(rising, numbers(level, every: 10), until: 110) == [[60, nil]])
        #expect(firings(rising, numbers([1, 1.6], every: 10), until: 20) == [[10, nil]])
        // After days of silence a step is no rate: it may have taken all that time.
        #expect(firings(rising, [(0, .number(1)), (4_320, .number(2))], until: 4_330) == [])
        let falling = try condition(
            #"{"kind":"rate","attribute":"a","comparison":"below","value":-5,"per":"PT10M"}"#)
        #expect(firings(falling, numbers([20, 18] + Array(repeating: 12, count: 12)), until: 30) == [[2, 12]])
    }

    @Test func `many values in a short time take no more memory`() throws {
        var window = RateWindow(seconds: 3_600)
        for step in 0..<100_000 { window.add(Double(step), at: minute(Double(step) / 1_000)) }
        #expect(Mirror(reflecting: window).children.first.map { ($0.value as? [Any])?.count ?? 0 } ?? 0 < 300)
        let change = try #require(window.change)
        #expect(abs(change - 60_000) < 1_000)
    }

    @Test func `an area is entered and left`() throws {
        let square = #"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#
        func place(_ longitude: Double) -> RuleValue { .position(Position(longitude: longitude, latitude: 0.5)) }
        let way: [(Double, RuleValue)] = [(0, place(-1)), (1, place(0.5)), (2, place(2))]
        let inside = try condition(#"{"kind":"area","event":"inside","area":\#(square)}"#)
        #expect(firings(inside, way, until: 9) == [[1, 2]])
        let outside = try condition(#"{"kind":"area","event":"outside","area":\#(square)}"#)
        #expect(firings(outside, way, until: 9) == [[0, 1], [2, nil]])
    }

    @Test func `the peak is the most extreme value while the alert stood`() throws {
        let test = #"{"kind":"threshold","attribute":"a","comparison":"above","value":50,"clear":45}"#
        var replay = RuleReplay(try condition(test), start: minute(0))
        for (time, value) in numbers([99, 10, 51, 61.2, 46, 45, 10, 70]) {
            replay.take(RuleObservation(time: minute(time), values: [(0, value)]))
        }
        let found = replay.finish(at: minute(9), from: minute(0))
        #expect(found.map(\.peak) == [99, 61.2, 70])
    }

    @Test func `values that come late count from when they came, and older ones of an attribute not at all`() throws {
        var machine = RuleMachine(try condition(Self.above), start: minute(0))
        #expect(machine.advance(to: minute(10)) == [])
        #expect(machine.take(RuleObservation(time: minute(5), values: [(0, .number(60))])) == [.raised(minute(10))])
        #expect(machine.take(RuleObservation(time: minute(4), values: [(0, .number(1))])) == [])
        #expect(machine.raisedSince == minute(10))
    }

    @Test func `outside its times a rule raises nothing, and what stands ends`() throws {
        let day = try condition(Self.above, activeTimes: #"[{"days":["mon","tue"],"from":"07:00","to":"20:00"}]"#)
        let found = firings(day, [(0, .number(60))], until: 4 * 1_440)
        let expected: [[Double?]] = [[420, 1_200], [1_860, 2_640]]
        #expect(found == expected)
    }

    /// Random values, in steps of which many fall on the same instants as deadlines.
    @Test(arguments: 0..<60)
    func `it makes no difference how often time is told`(seed: Int) throws {
        var random = SeededNumbers(UInt64(seed))
        let conditions = [
            try condition(Self.above + #",{"kind":"absence","attribute":"a","after":"PT7M"}"#, #","match":"any""#),
            try condition(
                #"{"kind":"threshold","attribute":"a","comparison":"above","value":50,"clear":30}"#, #","for":"PT5M""#,
                activeTimes: #"[{"from":"00:30","to":"02:00"},{"from":"23:00","to":"00:10"}]"#),
            try condition(
                #"{"kind":"rate","attribute":"a","comparison":"above","value":40,"per":"PT10M"},"# + Self.above,
                #","for":"PT2M""#),
        ]
        for condition in conditions {
            var plain = RuleReplay(condition, start: minute(0))
            var live = RuleMachine(condition, start: minute(0))
            var steps: [RuleMachine.Step] = []
            var time = 0.0
            for _ in 0..<200 {
                time += Double(random.next(upTo: 8) + 1)
                let observation = RuleObservation(
                    time: minute(time), values: [(0, .number(Double(random.next(upTo: 100))))])
                plain.take(observation)
                // The timer of the service rings whenever it likes, also late and for nothing.
                for _ in 0..<random.next(upTo: 4) {
                    let from = minutes(live.clock)
                    if from < time {
                        steps += live.advance(to: minute(from + Double(random.next(upTo: 9)) / 8 * (time - from)))
                    }
                }
                steps += live.take(observation)
            }
            steps += live.look(at: minute(time + 60))
            var expected: [RuleMachine.Step] = []
            for firing in plain.finish(at: minute(time + 60), from: minute(0)) {
                expected.append(.raised(firing.from))
                if let end = firing.to { expected.append(.cleared(end)) }
            }
            #expect(steps == expected)
            #expect(!steps.isEmpty)
        }
    }

    @Test func `it makes no difference in how many steps time passes over the past`() throws {
        let asked = try condition(
            #"{"kind":"threshold","attribute":"level","comparison":"above","value":50}"#,
            activeTimes: #"[{"from":"07:00","to":"20:00"}]"#)
        let seen = RuleObservation(time: minute(0), values: [(0, .number(60))])
        var whole = RuleReplay(asked, start: minute(0))
        whole.take(seen)
        var sliced = RuleReplay(asked, start: minute(0))
        sliced.take(seen)
        while sliced.clock < minute(9_000) { sliced.pass(to: sliced.clock.adding(seconds: 7_000)) }
        let found = sliced.finish(at: minute(10_080), from: minute(0))
        #expect(found == whole.finish(at: minute(10_080), from: minute(0)))
        #expect(found.count == 7)
    }
}

/// SplitMix64, so that a failure can be run again.
struct SeededNumbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next(upTo limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }
}
