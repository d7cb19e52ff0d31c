import AirMap
public import AirQuality
public import NGSILDModel
import NGSILDOperations
public import ServiceRuntime

/// How the air service works.
public struct AirServiceConfiguration: CityServiceConfiguration {
    /// Computed for each station, each in its edition in force.
    public var indices: [AirQualityIndex] = [.european]
    /// Stations over all tenants; those beyond are left out, and said so once. Each takes about 60 KB.
    public var stationLimit = 1_000
    /// Changes that may wait; beyond it the history is read.
    public var inboxLimit = 20_000
    /// Hours of each station that are kept, and that late values may change.
    public var hoursKept = 96
    /// Hours that a start reads from the history: enough for quality control to know each sensor again.
    public var hoursCaughtUp = 504
    /// Seconds between two looks for hours that have ended.
    public var careSeconds = 60.0
    public var alertRules = AlertRule.defaults
    /// Whether stations are forecast; needs a history.
    public var forecasts = true
    /// Pollutants of stations that are forecast; those beyond are left out, and said so once. Each takes about half a
    /// megabyte, twice as much where weather is forecast, and some seconds of one core, at low priority, for each time that
    /// it learns.
    public var forecastLimit = 200
    /// Hours with a value that a pollutant needs before it is forecast.
    public var forecastMinimumHours = 1_000
    /// The newest hours of the history that are learnt from: two years.
    public var forecastHours = 17_520
    /// Most trees for each range of horizons.
    public var forecastTrees = 180
    /// Where what was learnt is kept over restarts; `nil`: nowhere. It is made when it is needed, and holds a file of some
    /// megabytes for each station.
    public var forecastFolder: String?
    /// New hours after which a model is learnt again.
    public var forecastRetrainHours = 168
    /// Maps that may be asked for at the same time; one more is refused.
    public var mapsWaiting = 128
    /// Points of a map's grid along the longer side.
    public var mapSide = AirField.side
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
    /// Told what went wrong, in a sentence.
    public var onProblem: @Sendable (String) -> Void = { _ in }
    /// Told what is worth knowing and needs nothing to be done, in a sentence.
    public var onNotice: @Sendable (String) -> Void = { _ in }
    public init() {}
}

/// What the service has done since its start.
public struct AirServiceStatistics: Sendable, Equatable {
    public var stations = 0
    /// Stations left out because there are too many.
    public var stationsLeftOut = 0
    /// Values taken in live.
    public var readings = 0
    /// Values left out: of an unknown unit, too old, or from the future.
    public var readingsLeftOut = 0
    /// Result entities written, and results brought into the history.
    public var resultsWritten = 0
    public var historyWritten = 0
    /// How often the history was read because changes came faster than they were worked off.
    public var timesBehind = 0
    /// Microseconds from taking up changes to their results being durable, the last time and at most.
    public var lastMicroseconds: Int64 = 0
}

/// Tells what the air is: follows observations, and writes indices and alerts as entities.
///
/// ```swift
/// let air = AirService(operations)
/// air.start()
/// ```
///
/// It is a client of the operations like any other. What it knows is computed from the history, so it can be killed at
/// any moment and catches up when it starts again. Its work is done by one task; the committer only hands changes over.
public final class AirService: CityService {
    private let engine: AirEngine
    private let maps: AirMaps
    /// `nil` where nothing is forecast.
    private let forecaster: AirForecaster?
    private let calibrator: AirCalibrator
    private let inbox: ChangeInbox
    /// Changes for the calibrator.
    private let sensorInbox: ChangeInbox
    private let configuration: AirServiceConfiguration
    private let feed: any ChangeFeed
    private let running = RunningTasks()

    /// Makes a service that is not started yet.
    public init(_ operations: ServiceOperations, configuration: AirServiceConfiguration = AirServiceConfiguration()) {
        let vocabulary = AirVocabulary(registry: operations.registry)
        self.configuration = configuration
        feed = operations.feed
        inbox = ChangeInbox(
            limit: configuration.inboxLimit,
            typeNames: AirVocabulary.typeNames(of: [.observation, .alertRule, .weatherForecast]),
            registry: operations.registry)
        sensorInbox = ChangeInbox(
            limit: configuration.inboxLimit,
            typeNames: AirVocabulary.typeNames(of: [.observation, .sensor, .calibration]),
            registry: operations.registry)
        calibrator = AirCalibrator(operations, configuration, vocabulary, sensorInbox)
        engine = AirEngine(operations, configuration, vocabulary, inbox)
        maps = AirMaps(engine, operations, configuration, vocabulary)
        forecaster = configuration.forecasts ? AirForecaster(engine, operations, configuration, vocabulary) : nil
    }

    /// Follows the changes from now on, and catches up with what came before. Calling it twice does no harm.
    public func start() {
        running.start(
            following: feed,
            { [inbox, sensorInbox] changes in
                inbox.receive(changes)
                sensorInbox.receive(changes)
            }
        ) {
            var tasks: [Task<Void, Never>] = [
                Task(priority: .utility) { [calibrator, sensorInbox] in
                    await calibrator.workOff()
                    for await _ in sensorInbox.signals { await calibrator.workOff() }
                },
                Task { [engine, inbox, forecaster] in
                    await engine.catchUp()
                    forecaster?.wake()
                    for await _ in inbox.signals {
                        await engine.workOff()
                        forecaster?.wake()
                    }
                },
                RunningTasks.signalling([inbox, sensorInbox], everySeconds: configuration.careSeconds),
            ]
            if let forecaster {
                tasks += [
                    Task(priority: .utility) { for await _ in forecaster.wakes { await forecaster.issueAll() } },
                    Task(priority: .utility) { for await _ in forecaster.trainings { await forecaster.trainAll() } },
                ]
            }
            return tasks
        }
    }

    /// Ends the following and waits until what is under way is done.
    public func stop() async {
        await running.stop {
            inbox.close()
            sensorInbox.close()
            forecaster?.stop()
        }
    }

    /// Waits until all that was handed over before is worked off and its results are durable.
    public func settle() async {
        await calibrator.workOff()
        await engine.workOff()
    }

    /// Waits until all stations that can learn now have, and their forecasts are durable.
    public func settleForecasts() async {
        await settle()
        await forecaster?.settle()
    }

    /// A map of the air in one hour: of the running one, or of any in the history.
    ///
    /// - Returns: `badRequestData` for what is no pollutant or a time to come, `resourceNotFound` where no station has a
    ///   value, `overloaded` when too many maps are asked for.
    /// - Cost: the first map of an hour takes up to a second for hundreds of stations, further ones milliseconds; nothing
    ///   is computed on the caller's thread.
    public func map(_ request: AirMapRequest) async -> Result<AirMapAnswer, NGSILDError> {
        await maps.answer(request)
    }

    public var statistics: AirServiceStatistics {
        get async { await engine.statistics }
    }
}
