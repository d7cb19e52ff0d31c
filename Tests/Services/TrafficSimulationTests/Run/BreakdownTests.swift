import Testing

@testable import TrafficSimulation

struct BreakdownTests {
    @Test(arguments: [
        ("28198821#3_0@600-1500", Breakdown(lane: "28198821#3_0", fromSeconds: 600, untilSeconds: 1_500)),
        ("a@b_1@0-1.5", Breakdown(lane: "a@b_1", fromSeconds: 0, untilSeconds: 1.5)),
        ("", nil), ("@1-2", nil), ("lane", nil), ("lane@", nil), ("lane@5", nil), ("lane@5-", nil), ("lane@5-5", nil),
        ("lane@-1-5", nil), ("lane@1-inf", nil), ("lane@nan-5", nil), ("lane@1-2-3", nil),
    ])
    func `a lane and its times are read, or not`(text: String, expected: Breakdown?) {
        #expect(Breakdown(text) == expected)
    }

    @Test func `a lane that is not there, or inside an intersection, is told of`() throws {
        let network = try RoadNetwork(xml: Array(SampleNetwork.people.utf8))
        #expect(throws: Scenario.Fault.self) {
            try Breakdowns([.init(lane: "nowhere_0", fromSeconds: 0, untilSeconds: 1)], network)
        }
        #expect(throws: Scenario.Fault.self) {
            try Breakdowns([.init(lane: ":j_0_0", fromSeconds: 0, untilSeconds: 1)], network)
        }
    }
}
