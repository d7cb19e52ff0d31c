import NGSILDOperations
public import ServiceRuntime
import SignalRoadside

/// How the signal service works.
public struct SignalServiceConfiguration: CityServiceConfiguration {
    /// Intersections over all tenants; those beyond are left out, and said so once.
    public var intersectionLimit = 2_000
    /// Groups, phases, plans and lanes over all tenants; those beyond are left out, and said so once.
    public var memberLimit = 500_000
    /// Changes that may wait; beyond it everything is read again.
    public var inboxLimit = 50_000
    /// Seconds of the readings' clock after which a decision is written again though nothing changed.
    public var decisionSeconds = 10.0
    /// By how many vehicles a queue has to change to be written.
    public var queueStep = 0.5
    /// Told what went wrong, in a sentence.
    public var onProblem: @Sendable (String) -> Void = { _ in }
    public init() {}
}

/// What the service has done since its start.
public struct SignalServiceStatistics: Sendable, Equatable {
    /// Intersections that are described, and those of them whose description cannot be used.
    public var intersections = 0
    public var faulty = 0
    public var decisions = 0
    public var commands = 0
    /// How often everything was read again because changes came faster than they were worked off.
    public var timesBehind = 0
    /// Microseconds from taking up changes to the commands being durable, the last time, at most, and in all; the last of
    /// deciding alone.
    public var lastMicroseconds: Int64 = 0
    public var mostMicroseconds: Int64 = 0
    public var sumMicroseconds: Int64 = 0
    public var decidingMicroseconds: Int64 = 0
}

/// Controls signals: reads how intersections are made from entities, follows what their detectors tell, and writes what it
/// asks the lamps for, and why (docs/signals.md).
///
/// ```swift
/// let signals = SignalService(operations)
/// signals.start()
/// ```
///
/// It is a client of the operations like any other and keeps nothing: after a start it reads the entities again. It asks
/// only; what the lamps show is decided at the roadside, which goes on by itself when nothing is asked any more.
public final class SignalService: CityService {
    private let engine: SignalEngine
    private let inbox: ChangeInbox
    private let published = PublishedStatistics()
    private let feed: any ChangeFeed
    private let running = RunningTasks()

    /// Makes a service that is not started yet.
    public init(
        _ operations: ServiceOperations, configuration: SignalServiceConfiguration = SignalServiceConfiguration()
    ) {
        feed = operations.feed
        inbox = ChangeInbox(
            limit: configuration.inboxLimit, typeNames: SignalEntity.allCases.map(\.rawValue),
            registry: operations.registry)
        engine = SignalEngine(operations, configuration, inbox, published)
    }

    /// Follows the changes from now on, and reads what is there. Calling it twice does no harm.
    public func start() {
        running.start(following: feed, { [inbox] in inbox.receive($0) }) {
            [
                Task { [engine, inbox] in
                    await engine.workOff()
                    for await _ in inbox.signals { await engine.workOff() }
                }
            ]
        }
    }

    /// Ends the following and waits until what is under way is done.
    public func stop() async {
        await running.stop { inbox.close() }
    }

    /// Waits until all that was handed over before is worked off and its commands are durable.
    public func settle() async { await engine.workOff() }

    /// The statistics as they were after the last step; never waits.
    public var newestStatistics: SignalServiceStatistics { published.newest }

    public var statistics: SignalServiceStatistics {
        get async { await engine.statistics }
    }
}
