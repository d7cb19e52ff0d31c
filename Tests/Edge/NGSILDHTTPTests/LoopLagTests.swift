import NIOCore
import Testing

@testable import NGSILDHTTP

struct LoopLagTests {
    private func rounds(_ lag: inout LoopLag, _ count: Int, late: Int64, requests: Int) {
        for _ in 0..<count {
            for _ in 0..<requests { lag.countRequest() }
            lag.look(late: .milliseconds(late))
        }
    }

    @Test func `long rounds of many requests make it behind, and one short round even again`() {
        var lag = LoopLag(limitMilliseconds: 150)
        rounds(&lag, 2, late: 200, requests: 500)
        #expect(!lag.isBehind)
        rounds(&lag, 1, late: 200, requests: 500)
        #expect(lag.isBehind)
        rounds(&lag, 1, late: 100, requests: 500)
        #expect(lag.isBehind)
        rounds(&lag, 1, late: 50, requests: 500)
        #expect(!lag.isBehind)
    }

    @Test(arguments: [(20, 200), (1, 5_000), (500, 100)])
    func `few requests that are slow in themselves, or many that are not, do not`(requests: Int, late: Int64) {
        var lag = LoopLag(limitMilliseconds: 150)
        rounds(&lag, 20, late: late, requests: requests)
        #expect(!lag.isBehind)
    }

    @Test func `long rounds that do not follow one another do not`() {
        var lag = LoopLag(limitMilliseconds: 150)
        for _ in 0..<10 {
            rounds(&lag, 2, late: 200, requests: 500)
            rounds(&lag, 1, late: 0, requests: 500)
        }
        #expect(!lag.isBehind)
    }

    @Test func `a loop that is behind answers 503 with Retry-After, and what operators ask all the same`() throws {
        let wire = try WireHarness()
        rounds(&wire.loop.lag, 3, late: 500, requests: 500)
        wire.send("GET /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\n\r\nGET /now/health HTTP/1.1\r\nHost: a\r\n\r\n")
        let answers = WireAnswer.parse(wire.received())
        #expect(answers.map(\.status) == [503, 200])
        #expect(answers.first?.header("Retry-After") == "1")
        #expect(wire.isOpen)
    }
}
