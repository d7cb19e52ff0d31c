import NIOCore
import Testing

@testable import NGSILDHTTP

struct LoopLagTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ milliseconds: Int64) -> NIODeadline { start + .milliseconds(milliseconds) }

    @Test func `many requests in a round that lasts long are refused from then on, until the next round`() {
        var lag = LoopLag(limitMilliseconds: 100, now: start)
        for _ in 0..<5_000 {
            let isTaken = lag.takes(at: after(100))
            #expect(isTaken)
        }
        let taken1 = lag.takes(at: after(101))
        #expect(!taken1)
        let taken2 = lag.takes(at: after(101))
        #expect(!taken2)
        lag.look(at: after(102))
        let taken3 = lag.takes(at: after(103))
        #expect(taken3)
    }

    @Test func `a few requests are taken however long they last`() {
        var lag = LoopLag(limitMilliseconds: 100, now: start)
        for second in 0..<Int64(LoopLag.patientRequests) {
            let isTaken = lag.takes(at: after(second * 1_000))
            #expect(isTaken)
        }
        let taken4 = lag.takes(at: after(200_000))
        #expect(!taken4)
    }

    @Test func `a connection that reads again begins a round, so that few connections are never too many`() {
        var lag = LoopLag(limitMilliseconds: 100, now: start)
        var rounds = Array(repeating: -1, count: 50)
        for second in 0..<Int64(100) {
            for connection in rounds.indices {
                lag.turn(of: &rounds[connection], at: after(second * 1_000))
                let isTaken = lag.takes(at: after(second * 1_000))
                #expect(isTaken)
            }
        }
    }

    @Test func `more connections than are served in time share one round`() {
        var lag = LoopLag(limitMilliseconds: 100, now: start)
        var rounds = Array(repeating: -1, count: 1_000)
        var taken = 0
        for connection in rounds.indices {
            lag.turn(of: &rounds[connection], at: after(Int64(connection)))
            if lag.takes(at: after(Int64(connection))) { taken += 1 }
        }
        #expect(taken == LoopLag.patientRequests)
        lag.turn(of: &rounds[0], at: after(1_000))
        let isTaken = lag.takes(at: after(1_000))
        #expect(isTaken)
    }

    @Test func `a loop that is behind answers 503 with Retry-After, and what operators ask all the same`() throws {
        let wire = try WireHarness { $0.lagMilliseconds = 0 }
        for _ in 0..<LoopLag.patientRequests { _ = wire.loop.lag.takes(at: .now()) }
        wire.send("GET /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\n\r\nGET /now/health HTTP/1.1\r\nHost: a\r\n\r\n")
        let answers = WireAnswer.parse(wire.received())
        #expect(answers.map(\.status) == [503, 200])
        #expect(answers.first?.header("Retry-After") == "1")
        #expect(wire.isOpen)
    }
}
