import ArgumentParser
import Testing

@testable import parvis

struct ScenarioOptionsTests {
    @Test func `both commands that simulate take the same conditions`() throws {
        let words = [
            "city.sumocfg", "--demand", "1.2", "--dead-detectors", "0.3", "--breakdown", "a_0@600-1500", "--breakdown",
            "b#1_1@0-60", "--priority",
        ]
        for conditions in [try TrafficEvaluate.parse(words).conditions, try TrafficSumo.parse(words).conditions] {
            #expect(conditions.demand == 1.2)
            #expect(conditions.deadDetectors == 0.3)
            #expect(conditions.breakdowns.map(\.lane) == ["a_0", "b#1_1"])
            #expect(conditions.breakdowns.map(\.untilSeconds) == [1_500, 60])
            #expect(conditions.priority)
        }
    }

    @Test(
        arguments: [
            ("--demand", "0"), ("--demand", "11"), ("--dead-detectors", "1.5"), ("--breakdown", "lane"),
            ("--breakdown", "lane@600-500"),
        ])
    func `a condition that makes no sense is refused with the name of its flag`(flag: String, value: String) {
        #expect {
            try TrafficEvaluate.parse(["city.sumocfg", flag, value])
        } throws: {
            let message = TrafficEvaluate.message(for: $0)
            return message.contains(flag) && message.contains(value)
        }
    }
}
