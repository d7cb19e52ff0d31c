public import AlertRules
import Synchronization
public import NGSILDModel
public import NGSILDOperations
public import ServiceRuntime

/// How the rules are kept.
public struct RuleServiceConfiguration: CityServiceConfiguration {
    /// Rules over all tenants; those beyond are refused.
    public var ruleLimit = 1_000
    /// Entities watched, each counted for each rule; those beyond are left out, and the rule says so. Each takes about 1 KB.
    public var watchLimit = 50_000
    /// Changes that may wait; beyond it all is read anew.
    public var inboxLimit = 50_000
    /// Seconds between two looks at counts, and at subscriptions that are needed no longer.
    public var careSeconds = 15.0
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
    /// Told what went wrong, in a sentence.
    public var onProblem: @Sendable (String) -> Void = { _ in }
    public init() {}
}

/// What the service has done since its start.
public struct RuleServiceStatistics: Sendable, Equatable {
    public var rules = 0
    public var rulesRefused = 0
    public var watched = 0
    public var raised = 0
    /// Alerts raised, cleared and escalated.
    public var alertsRaised = 0
    public var alertsCleared = 0
    public var alertsEscalated = 0
    /// How often all was read anew because changes came faster than they were worked off.
    public var timesBehind = 0
}

/// Whom alerts are told by: subscriptions of the broker, one for each channel of a rule.
public struct RuleDelivery: Sendable {
    public let subscriptions: any SubscriptionService
    public let notifications: any NotificationAdministration

    public init(subscriptions: any SubscriptionService, notifications: any NotificationAdministration) {
        self.subscriptions = subscriptions
        self.notifications = notifications
    }
}

/// Watches entities by rules that people write, raises and ends alerts, and has them told.
///
/// ```swift
/// let rules = RuleService(operations, delivery: delivery)
/// rules.start()
/// ```
///
/// It is a client of the operations like any other. What it knows is computed from the entities and their history, so it
/// can be killed at any moment and catches up when it starts again. What it has to tell stands in the alert's entity, and
/// the broker's subscriptions carry it, so that an alert that is written is also told.
public final class RuleService: CityService {
    private let engine: RuleEngine
    private let inbox: ChangeInbox
    private let configuration: RuleServiceConfiguration
    private let operations: ServiceOperations
    private let delivery: RuleDelivery?
    private let tests: RuleTrials
    private struct Waking {
        var timer: Task<Void, Never>?
        var isStopped = false
    }
    private let waking = Mutex(Waking())
    private let running = RunningTasks()
    private let newest: Newest<RuleServiceStatistics>

    /// Makes a service that is not started yet.
    ///
    /// - Parameter delivery: `nil`: alerts are written, and nobody is told.
    public init(
        _ operations: ServiceOperations, delivery: RuleDelivery?,
        configuration: RuleServiceConfiguration = RuleServiceConfiguration()
    ) {
        self.operations = operations
        self.configuration = configuration
        self.delivery = delivery
        inbox = ChangeInbox(
            limit: configuration.inboxLimit, typeNames: [RuleVocabulary.ruleType, RuleVocabulary.alertType],
            registry: operations.registry)
        newest = Newest(RuleServiceStatistics())
        engine = RuleEngine(operations, delivery, configuration, inbox, newest)
        tests = RuleTrials(operations, clock: configuration.clock)
    }

    /// Follows the changes from now on, and catches up with what came before. Calling it twice does no harm.
    public func start() {
        running.start(following: operations.feed, { [inbox] in inbox.receive($0) }) {
            [
                Task { [engine, inbox] in
                    await engine.workOff()
                    await self.arm()
                    for await _ in inbox.signals {
                        await engine.workOff()
                        await self.arm()
                    }
                }
            ]
        }
    }

    /// Wakes the worker when something is due, and now and then.
    private func arm() async {
        let seconds = min(configuration.careSeconds, max(0.005, await engine.secondsToNextDue()))
        waking.withLock { waking in
            waking.timer?.cancel()
            guard !waking.isStopped else { return }
            waking.timer = Task { [inbox] in
                do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
                inbox.signal()
            }
        }
    }

    /// Ends the following and waits until what is under way is done.
    public func stop() async {
        await running.stop {
            waking.withLock { waking in
                waking.timer?.cancel()
                waking.isStopped = true
            }
            inbox.close()
        }
    }

    /// Waits until all that was handed over before is worked off and its alerts are durable.
    public func settle() async { await engine.workOff() }

    /// The statistics after the last step, without waiting for one that is under way.
    public var newestStatistics: RuleServiceStatistics { newest.value }

    public var statistics: RuleServiceStatistics {
        get async { await engine.statistics }
    }

    /// All rules of all tenants, with what they watch and how they are told.
    public func rules() async -> [RuleReport] { await engine.reports() }

    /// Tells when a rule would have fired.
    ///
    /// - Throws: `badRequestData` naming the member of the rule that is wrong; `overloaded` when tests are under way.
    public func test(
        _ rule: AlertRule, tenant: String, from: Timestamp?, to: Timestamp?
    ) async throws(NGSILDError) -> RuleTestReport {
        try await tests.run(rule, tenant: tenant, from: from, to: to)
    }

    /// Sends a test message by a channel, at once.
    ///
    /// - Throws: `badRequestData` where the channel cannot be used; `operationNotSupported` where nothing is delivered here.
    public func testDelivery(_ notice: RuleNotice, tenant: String) async throws(NGSILDError) -> NotificationTest {
        guard let delivery else { throw .operationNotSupported("This server delivers no notifications") }
        return try await RuleSubscriptions(delivery, operations.registry).test(notice, tenant: tenant)
    }
}

/// A value that one writes and others read.
final class Newest<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
