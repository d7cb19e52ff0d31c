import BrokerStorage
import Synchronization
import Testing

@testable import BrokerCore

struct FailureNamesTests {
    private final class Clock: Sendable {
        let time = Mutex(ContinuousClock.now)
        func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    @Test func `the same failure keeps its identifier and is told once in a period, another is told at once`() {
        let clock = Clock()
        let names = FailureNames(period: .seconds(5)) { clock.time.withLock { $0 } }
        let first = names.name(.full(path: "p"))
        #expect(first.isTold)
        #expect(first.identifier.utf8.count == 8)
        let again = names.name(.full(path: "p"))
        #expect(again.identifier == first.identifier)
        #expect(!again.isTold)
        clock.advance(.seconds(6))
        let later = names.name(.full(path: "p"))
        #expect(later.identifier == first.identifier)
        #expect(later.isTold)
        let other = names.name(.suspended(path: "p", reason: "r"))
        #expect(other.isTold)
        #expect(other.identifier != first.identifier)
        #expect(names.name(.full(path: "p")).isTold)
    }
}
