import AccessPolicies
import BrokerCore
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Synchronization

@testable import AccessKeeping

/// A keeper over a broker in memory, whose clock the test moves.
final class TestKeeper: Sendable {
    let broker: Broker
    let keeper: AccessKeeper
    let clock: TestClock

    init(
        storage: InMemoryStorage = InMemoryStorage(), clock: TestClock = TestClock(),
        _ configure: (inout AccessKeeper.Configuration) -> Void = { _ in }
    ) throws {
        self.clock = clock
        let broker = try Broker(storage: storage)
        self.broker = broker
        var configuration = AccessKeeper.Configuration()
        configuration.passwordCost = PasswordHash.Cost(kibibytes: 64, passes: 1)
        configuration.now = { clock.now }
        configure(&configuration)
        keeper = try AccessKeeper(documents: broker, configuration: configuration) { policies, earlier in
            PolicyBook(policies, registry: broker.registry, earlier: earlier)
        }
    }

    deinit { broker.stop() }
}

final class TestClock: Sendable {
    private let time = Mutex(Timestamp(microseconds: 1_800_000_000_000_000))

    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// Whether a permit lets an operation be done on everything in the default tenant.
func permitsAll(_ permit: Permit?, _ operation: AccessOperation) -> Bool {
    if case .all = permit?.decide(operation, tenant: "") { return true }
    return false
}
