import AlertRules
import JSONTree
import NGSILDModel
import Testing

@testable import RuleService

/// Testing a rule on the history.
@Suite struct RuleTrialsTests {
    private func requests(_ town: TestTown) -> RuleRequests { RuleRequests(town.rules) }

    /// Random values reported live; what the service did must be what the test finds.
    @Test(arguments: 0..<12)
    func `what a test finds is what has happened`(seed: UInt64) async throws {
        let town = try TestTown()
        town.rules.start()
        let conditions = [
            (above, ""), (above, #","for":"PT7M""#),
            (#"{"kind":"absence","attribute":"level","after":"PT6M"}"#, ""),
            (#"{"kind":"rate","attribute":"level","comparison":"above","value":40,"per":"PT10M"}"#, ""),
            (above + #",{"kind":"absence","attribute":"level","after":"PT9M"}"#, #","match":"any""#),
        ]
        let (tests, more) = conditions[Int(seed) % conditions.count]
        let text = rule(tests: tests, condition: more)
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ limit: UInt64) -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state % limit)
        }
        // Some sensors say when they measured, others do not.
        let isObserved = seed % 2 == 0
        try await town.report([sensor(level: 1, at: isObserved ? minute(0) : nil), text], at: minute(0))
        var happened: [(from: Timestamp, to: Timestamp?)] = []
        func look() {
            let isRaised = town.state() == "raised"
            let validFrom = town.value(alertID(), "validFrom").flatMap { text in
                (try? JSONDocument(parsing: text)).flatMap { json in
                    json.member(json.root, "@value").flatMap { json.string($0) }.flatMap { Timestamp($0) }
                }
            }
            if isRaised, let validFrom, happened.last?.from != validFrom { happened.append((validFrom, nil)) }
            if !isRaised, let last = happened.indices.last, happened[last].to == nil {
                happened[last].to = town.clock.now
            }
        }
        var time = 0.0
        for _ in 0..<60 {
            time += 1 + random(9)
            for step in stride(from: -0.9, to: 0, by: 0.3) {
                await town.wait(until: max(town.clock.now, minute(time + step)))
                look()
            }
            try await town.report([sensor(level: random(100), at: isObserved ? minute(time) : nil)], at: minute(time))
            look()
        }
        let report = try await found(town, text)
        #expect(report.map(\.from) == happened.map { $0.from.text })
        #expect(report.map(\.to).filter { $0 != nil }.count == happened.filter { $0.to != nil }.count)
        #expect(!happened.isEmpty)
        await town.stop()
    }

    private func found(_ town: TestTown, _ rule: String) async throws -> [(from: String, to: String?)] {
        let body = #"{"rule":\#(rule),"from":"\#(minute(-60).text)"}"#
        let answer = try JSONDocument(parsing: try await requests(town).test(Array(body.utf8), tenant: ""))
        let firings = try #require(answer.member(answer.root, "firings"))
        return answer.elements(firings).map { firing in
            (
                answer.member(firing, "from").flatMap { answer.string($0) } ?? "",
                answer.member(firing, "to").flatMap { answer.string($0) }
            )
        }
    }

    @Test(
        arguments: [
            ("", "JSON"), ("[]", "object"), ("{}", "rule"), (#"{"rule":7}"#, "rule"), (#"{"rule":{}}"#, "condition"),
            (#"{"rule":{"condition":{"entities":{"type":"T"},"tests":[{"kind":"x"}]}}}"#, "condition.tests[0].kind"),
            (#"{"rule":{"condition":{"entities":{"type":"T","q":";;"},"tests":[\#(above)]}}}"#, "condition.entities.q"),
            (#"{"rule":{"condition":{"entities":{"type":"T"},"tests":[\#(above)]}},"from":"yesterday"}"#, "from"),
            (
                #"{"rule":{"condition":{"entities":{"type":"T"},"tests":[\#(above)]}},"from":"2027-01-01T00:00:00Z"}"#,
                "from"
            ),
            (
                #"{"rule":{"condition":{"entities":{"type":"T"},"tests":[\#(above)]}},"from":"2001-01-01T00:00:00Z"}"#,
                "366"
            ),
        ])
    func `a request that is wrong is told what is expected`(body: String, word: String) async throws {
        let town = try TestTown()
        let error = await #expect(throws: NGSILDError.self) {
            _ = try await requests(town).test(Array(body.utf8), tenant: "")
        }
        #expect(error?.detail.contains(word) == true, "\(error?.detail ?? "")")
        await town.stop()
    }

    @Test func `a test whose time is over answers with what it has`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60, at: minute(0))], at: minute(0))
        town.clock.set(minute(365 * 1_440))
        // A hundred changes a day, all of which count, as the test is met all the time.
        func clock(_ minutes: Int) -> String {
            String([minutes / 600, minutes / 60 % 10].map { Character("\($0)") }) + ":"
                + String([minutes % 60 / 10, minutes % 10].map { Character("\($0)") })
        }
        let times = (0..<50).map { #"{"from":"\#(clock($0 * 28))","to":"\#(clock($0 * 28 + 14))"}"# }
        let more = #","activeTimes":{"type":"JsonProperty","json":[\#(times.joined(separator: ","))]}"#
        let asked = try RuleRequests.rule(from: Array(rule(more: more).utf8))
        let tests = RuleTrials(
            town.operations, clock: { town.clock.now }, timeLimit: .milliseconds(200))
        let report = try await tests.run(asked, tenant: "", from: minute(1), to: nil)
        #expect(report.isTruncated)
        #expect(report.firings.first?.from == minute(0))
        let reached = try #require(report.firings.last?.from)
        #expect(reached < minute(365 * 1_440))
        await town.stop()
    }

    @Test func `a history that is too long is read up to the limit, and the answer says so`() async throws {
        let town = try TestTown(instanceLimit: 4)
        town.rules.start()
        for time in 0..<40 {
            let level = time == 3 || time == 30 ? 60.0 : 1
            try await town.report([sensor(level: level, at: minute(Double(time)))], at: minute(Double(time)))
        }
        let asked = try RuleRequests.rule(from: Array(rule().utf8))
        func firings(_ limit: Int) async throws -> (from: [Timestamp], isTruncated: Bool) {
            let tests = RuleTrials(town.operations, clock: { town.clock.now }, valueLimit: limit)
            let report = try await tests.run(asked, tenant: "", from: minute(-1), to: nil)
            return (report.firings.map(\.from), report.isTruncated)
        }
        let all = try await firings(1_000)
        #expect(all.from == [minute(3), minute(30)])
        #expect(!all.isTruncated)
        let some = try await firings(8)
        #expect(some.from == [minute(3)])
        #expect(some.isTruncated)
        await town.stop()
    }
}
