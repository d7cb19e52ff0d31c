import NGSILDOperations
public import NGSILDModel
public import ServiceRuntime

/// How the traffic service works.
public struct TrafficServiceConfiguration: CityServiceConfiguration {
    /// Detectors over all tenants; those beyond are left out, and said so once. Each takes about 6 KB.
    public var detectorLimit = 10_000
    /// Changes that may wait; beyond it the history is read.
    public var inboxLimit = 50_000
    /// Hours of each detector that a start reads from the history: enough for free flow and what is usual. With more than
    /// 1,000 detectors it is less, at least 48.
    public var hoursCaughtUp = 168.0
    /// Hours for which a start brings states into the history that are missing there.
    public var hoursRecorded = 24.0
    /// Seconds between two looks for detectors that have fallen silent, and alerts that have expired.
    public var careSeconds = 15.0
    /// Whether detectors are forecast; needs a history.
    public var forecasts = true
    /// Quantities of detectors that are forecast; those beyond are left out, and said so once. Each takes about 150 KB.
    public var forecastLimit = 500
    /// The newest days of the history that are learnt from.
    public var forecastDays = 28
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
    /// Told what went wrong, in a sentence.
    public var onProblem: @Sendable (String) -> Void = { _ in }
    /// Told what is worth knowing and needs nothing to be done, in a sentence.
    public var onNotice: @Sendable (String) -> Void = { _ in }
    public init() {}
}

/// What the service has done since its start.
public struct TrafficServiceStatistics: Sendable, Equatable {
    public var detectors = 0
    /// Detectors left out because there are too many.
    public var detectorsLeftOut = 0
    /// Readings taken in live.
    public var readings = 0
    /// Readings left out: older than the newest of their detector, or from the future.
    public var readingsLate = 0
    public var readingsFromTheFuture = 0
    /// States of segments, states of detectors and alerts written, and states brought into the history.
    public var resultsWritten = 0
    public var historyWritten = 0
    /// How often the history was read because changes came faster than they were worked off.
    public var timesBehind = 0
    /// Microseconds from taking up changes to their results being durable, the last time.
    public var lastMicroseconds: Int64 = 0
}

/// Tells what traffic is like: follows detectors, and writes levels of service, faults, alerts and forecasts as entities.
///
/// ```swift
/// let traffic = TrafficService(operations)
/// traffic.start()
/// ```
///
/// It is a client of the operations like any other. What it knows is computed from the history, so it can be killed at
/// any moment and catches up when it starts again. Its work is done by one task; the committer only hands changes over.
/// It knows counts, speeds and occupancies of places, nothing of vehicles.
public final class TrafficService: CityService {
    private let engine: TrafficEngine
    /// `nil` where nothing is forecast.
    private let forecasts: TrafficForecasts?
    private let inbox: ChangeInbox
    private let configuration: TrafficServiceConfiguration
    private let operations: ServiceOperations
    private let running = RunningTasks()

    /// Makes a service that is not started yet.
    public init(
        _ operations: ServiceOperations,
        configuration: TrafficServiceConfiguration = TrafficServiceConfiguration()
    ) {
        let vocabulary = TrafficVocabulary(registry: operations.registry)
        self.configuration = configuration
        self.operations = operations
        inbox = ChangeInbox(
            limit: configuration.inboxLimit, typeNames: Array(TrafficVocabulary.followedTypes.keys),
            registry: operations.registry)
        engine = TrafficEngine(operations, configuration, vocabulary, inbox)
        forecasts =
            configuration.forecasts ? TrafficForecasts(engine, operations, configuration, vocabulary) : nil
    }

    /// Follows the changes from now on, and catches up with what came before. Calling it twice does no harm.
    public func start() {
        running.start(following: operations.feed, { [inbox] in inbox.receive($0) }) {
            var tasks: [Task<Void, Never>] = [
                Task { [engine, inbox, forecasts] in
                    await engine.catchUp()
                    forecasts?.wake()
                    for await _ in inbox.signals {
                        await engine.workOff()
                        forecasts?.wake()
                    }
                }, RunningTasks.signalling([inbox], everySeconds: configuration.careSeconds),
            ]
            if let forecasts {
                tasks.append(Task(priority: .utility) { for await _ in forecasts.wakes { await forecasts.workOff() } })
            }
            return tasks
        }
    }

    /// Ends the following and waits until what is under way is done.
    public func stop() async {
        await running.stop {
            inbox.close()
            forecasts?.stop()
        }
    }

    /// Waits until all that was handed over before is worked off and its results are durable.
    public func settle() async { await engine.workOff() }

    /// Waits until all that can be learnt now is, and its forecasts are durable.
    public func settleForecasts() async {
        await engine.workOff()
        await forecasts?.workOff()
    }

    public var statistics: TrafficServiceStatistics {
        get async { await engine.statistics }
    }
}
