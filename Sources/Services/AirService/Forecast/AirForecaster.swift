import AirQuality
import Forecasting
import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// Forecasts each station to 48 hours: learns from its history on a thread of low priority, and issues a forecast when an
/// hour is over.
///
/// What was learnt is kept in a folder where there is one; otherwise models are learnt again after a start, and until then
/// the forecast entities stay as they are.
///
/// Invariants:
/// 1. There are at most `forecastLimit` models, about half a megabyte each; one station learns at a time.
/// 2. A model is learnt again when `forecastRetrainHours` more hours have come.
/// 3. Issuing does not wait for learning.
/// 4. A forecast waits at most `patience` for the stations around to have their hour.
actor AirForecaster {
    /// What is forecast.
    struct Subject: Hashable, Sendable {
        let key: StationKey
        let pollutant: Pollutant
    }

    private let engine: AirEngine
    let operations: ServiceOperations
    let configuration: AirServiceConfiguration
    let history: EntityHistory
    var vocabulary: AirVocabulary
    let worker = WorkThread("air forecasts", niceness: 10)
    let folder: ForecastFolder?
    var hasReadKept = false
    private let issuing = Turn()
    private let training = Turn()
    let stopping = Flag()

    var models: [Subject: ForecastModel] = [:]
    /// The newest hour when a station was last learnt from, whether or not that gave models.
    var tried: [StationKey: Int] = [:]
    /// Stations that have learnt since weather forecasts for them are there.
    var triedWithForecasts: Set<StationKey> = []
    /// While stations learn: the weather forecasts of a tenant as they were issued.
    var issuedForecasts: [String: [ForecastPlace: ForetoldWeather]] = [:]
    /// Where weather is observed, and when that was looked for.
    var weatherStations: [String: [WeatherStation]] = [:]
    var weatherLookedFor = Timestamp(microseconds: 0)
    /// What stations around have measured, while stations learn: their pollutants over all hours that are learnt from.
    private var learntAround = RecentlyUsed<StationKey, StationHours>(limit: 24)
    /// The hours that forecasts look back on.
    private var recent: [StationKey: StationHours] = [:]
    /// The hour of the newest forecast of each station.
    private var issued: [StationKey: Int] = [:]
    private var toldOfShortHistory: Set<StationKey> = []
    private var toldOfLimit = false

    /// One element at most waits in each.
    let wakes: AsyncStream<Void>
    let trainings: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let trainUp: AsyncStream<Void>.Continuation

    /// - Returns: `nil` without a history to learn from.
    init?(
        _ engine: AirEngine, _ operations: ServiceOperations, _ configuration: AirServiceConfiguration,
        _ vocabulary: AirVocabulary
    ) {
        guard let temporal = operations.temporal else { return nil }
        self.engine = engine
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        history = EntityHistory(temporal)
        folder = configuration.forecastFolder.map { ForecastFolder(path: $0) }
        (wakes, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (trainings, trainUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Looks for hours that are over, soon.
    nonisolated func wake() { wakeUp.yield() }

    /// Ends learning and issuing.
    nonisolated func stop() {
        stopping.raise()
        wakeUp.finish()
        trainUp.finish()
    }

    /// Learns all that can be learnt now and issues what can be issued; for tests.
    func settle() async {
        await issueAll()
        await trainAll()
        await issueAll()
    }

    /// How long after the end of an hour a forecast waits for the stations around, in seconds.
    private static let patience = 600.0

    /// The newest hour of a station that is over.
    func lastHour(_ station: KnownStation) -> Int {
        ClockHour.end(station.newest) <= configuration.clock() ? station.newest : station.newest - 1
    }

    // MARK: - Issuing

    /// Issues the forecasts of stations whose hour is over, and looks which have to learn.
    func issueAll() async {
        await issuing.run {
            let stations = await engine.allStations().filter { $0.newest != 0 }
            let weather = await engine.weather
            findWeatherStations(of: stations)
            forgetOthers(than: stations)
            var isDue = false
            for station in stations where !stopping.isRaised {
                let hour = lastHour(station)
                if needsTraining(station, hour, weather) { isDue = true }
                guard hour > issued[station.key] ?? .min else { continue }
                let around = StationAround.of(station, among: stations, lastHour: lastHour)
                guard !isWaiting(for: around, hour) else { continue }
                await issue(station, hour, around, weather.foretold(station, at: hour))
            }
            if isDue { trainUp.yield() }
        }
    }

    /// Whether stations that measured in the last hours are still to report the one that is forecast from.
    private func isWaiting(for around: [StationAround], _ hour: Int) -> Bool {
        guard configuration.clock() < ClockHour.end(hour).adding(seconds: Self.patience) else { return false }
        return around.contains { $0.newest < hour && $0.newest >= hour - 3 }
    }

    private func forgetOthers(than stations: [KnownStation]) {
        let there = Set(stations.map(\.key))
        let weather = weatherStations.values.flatMap { $0 }.map(\.key)
        models = models.filter { there.contains($0.key.key) }
        recent = recent.filter { there.contains($0.key) || weather.contains($0.key) }
        triedWithForecasts = triedWithForecasts.intersection(there)
        tried = tried.filter { there.contains($0.key) }
        issued = issued.filter { there.contains($0.key) }
    }

    private func issue(
        _ station: KnownStation, _ hour: Int, _ around: [StationAround], _ foretold: ForetoldWeather
    ) async {
        let key = station.key
        let subjects = Pollutant.allCases.map { Subject(key: key, pollutant: $0) }.filter { models[$0] != nil }
        // Reading ends early when the service stops; half of the hours make no forecast.
        guard !subjects.isEmpty, var hours = await recentHours(of: key, through: hour) else { return }
        for (source, names) in weatherSources(of: station) {
            if let there = await recentHours(of: source, through: hour, isSecondary: true) {
                hours.take(names, from: there)
            }
        }
        var hoursAround: [HoursAround] = []
        for other in around {
            guard let hours = await recentHours(of: other.key, through: hour, isSecondary: true) else { continue }
            hoursAround.append(HoursAround(quarter: other.quarter, hours: hours))
        }
        guard !stopping.isRaised else { return }
        var members: [BatchMember] = []
        var forecasts: [(pollutant: Pollutant, forecast: IssuedForecast)] = []
        for subject in subjects {
            // The model may have been learnt anew while the history was read.
            guard var model = models[subject] else { continue }
            let forecast = model.issue(at: hour, hours, around: hoursAround, foretold: foretold)
            models[subject] = model
            guard let forecast, let id = ForecastEntity.id(subject.pollutant, of: key.id) else { continue }
            var writer = ByteWriter(capacity: 4_096)
            ForecastEntity.append(forecast, model, of: station, id: id, to: &writer)
            let present = try? operations.consumption.retrieveEntity(id: id, tenant: key.tenant)
            do throws(NGSILDError) {
                let draft = try EntityDifference.draft(
                    writer.array(), present: present, optional: ForecastEntity.optionalAttributes,
                    context: vocabulary.context)
                if let draft { members.append(.draft(draft)) }
                forecasts.append((subject.pollutant, forecast))
            } catch {
                configuration.onProblem("The forecast \(id) is no entity: \(error.detail)")
            }
        }
        guard await write(members, tenant: key.tenant) else { return }
        issued[key] = hour
        await engine.take(forecasts, of: key)
    }

    /// - Returns: whether all is durable; what is not is tried again when the next hour is looked for.
    private func write(_ members: [BatchMember], tenant: String) async -> Bool {
        guard !members.isEmpty else { return true }
        switch await operations.submit(.batchUpsert(members, replaces: false), tenant: tenant) {
        case .failure(let error):
            configuration.onProblem("Forecasts could not be written: \(error.detail)")
            return false
        case .batch(let outcome):
            if let error = outcome.errors.first {
                configuration.onProblem("The forecast \(error.entityID ?? "?") was refused: \(error.error.detail)")
            }
            return true
        default: return true
        }
    }

    /// The last hours of a station; only what came since the last time is read.
    ///
    /// - Parameter isSecondary: Whether hours that were read already need not be read for what came late.
    private func recentHours(
        of key: StationKey, through hour: Int, isSecondary: Bool = false
    ) async -> StationHours? {
        if isSecondary, let known = recent[key], known.hours.contains(hour) {
            return await engine.amended(known, of: key)
        }
        let first = hour - ForecastModel.memory + 1
        do throws(NGSILDError) {
            let terms = terms(of: key)
            let result = configuration.indices.first.flatMap { IndexEntity.id($0, of: key.id) }
            var hours: StationHours
            // The last hours are read again: values come late.
            if let known = recent[key], known.hours.contains(hour - 48) {
                let news = try await history.hours(
                    of: key, min(hour, max(first, known.hours.upperBound - 6))...hour, terms, result: result)
                hours = known.joined(news, keeping: first...hour)
            } else {
                hours = try await history.hours(of: key, first...hour, terms, result: result)
            }
            // What the engine knows of the newest hours is newer than the marks in the history.
            hours = await engine.amended(hours, of: key)
            recent[key] = hours
            return hours
        } catch {
            configuration.onProblem("The history of \(key.id) cannot be read: \(error.detail)")
            return nil
        }
    }

    /// The attributes of a station that are pollutants or weather.
    func terms(of key: StationKey) -> EntityHistory.Terms {
        var terms = EntityHistory.Terms(vocabulary.context)
        let entity = try? operations.consumption.retrieveEntity(id: key.id, tenant: key.tenant)
        for name in vocabulary.usualPollutantTerms.union(entity?.attributes.names ?? []) {
            if let pollutant = vocabulary.pollutant(name) {
                terms.pollutants[name] = pollutant
            } else if let own = vocabulary.weatherName(name) {
                terms.others[name] = own
            }
        }
        return terms
    }

    // MARK: - Learning

    private func needsTraining(_ station: KnownStation, _ hour: Int, _ weather: WeatherLedger) -> Bool {
        let key = station.key
        guard let last = tried[key] else { return true }
        // The first weather forecasts are learnt from at once, when they tell of the day to come.
        if !triedWithForecasts.contains(key), weather.tellsOfDay(station, at: hour) { return true }
        let hasModel = Pollutant.allCases.contains { models[Subject(key: key, pollutant: $0)] != nil }
        // Too little history is looked at again after a day of hours.
        return hour >= last + (hasModel ? configuration.forecastRetrainHours : 24)
    }

    /// Lets each station learn that has not for a while, those without a model first.
    func trainAll() async {
        await training.run {
            let all = await engine.allStations().filter { $0.newest != 0 }
            await readKept(all)
            let weather = await engine.weather
            findWeatherStations(of: all)
            let stations = all.filter { needsTraining($0, lastHour($0), weather) }
                .sorted { (tried[$0.key] ?? .min) < (tried[$1.key] ?? .min) }
            var short = 0
            for station in stations where !stopping.isRaised {
                if weather.tellsOfDay(station, at: lastHour(station)) { triedWithForecasts.insert(station.key) }
                if await !train(station, among: all, weather), toldOfShortHistory.insert(station.key).inserted {
                    short += 1
                }
                wake()
            }
            learntAround = RecentlyUsed(limit: 24)
            issuedForecasts = [:]
            if short > 0, !stopping.isRaised {
                configuration.onNotice(
                    "\(short) air stations have too little history to be forecast; a pollutant needs "
                        + "\(configuration.forecastMinimumHours) hours with a value. Their forecasts begin by themselves"
                )
            }
        }
    }

    /// - Returns: whether some pollutant of the station has a model now.
    private func train(
        _ station: KnownStation, among stations: [KnownStation], _ weather: WeatherLedger
    ) async -> Bool {
        let key = station.key
        let hour = lastHour(station)
        let result = configuration.indices.first.flatMap { IndexEntity.id($0, of: key.id) }
        var hours: StationHours
        do throws(NGSILDError) {
            let span = (hour - configuration.forecastHours + 1)...hour
            hours = try await history.hours(of: key, span, terms(of: key), result: result)
            for (source, names) in weatherSources(of: station) {
                hours.take(names, from: try await history.hours(of: source, span, terms(of: source), result: nil))
            }
        } catch {
            configuration.onProblem("The history of \(key.id) cannot be learnt from: \(error.detail)")
            tried[key] = hour
            return false
        }
        let known = hours.fromFirstValue
        let hoursAround = await allHours(around: StationAround.of(station, among: stations, lastHour: lastHour))
        // What came since the hour ended is at hand for it too.
        let foretold = ForetoldWeather(await issued(for: station).hours + weather.foretold(station, at: hour).hours)
        var hasModel = false
        for pollutant in Pollutant.allCases where !stopping.isRaised {
            let subject = Subject(key: key, pollutant: pollutant)
            guard models[subject] != nil || models.count < configuration.forecastLimit else {
                if !toldOfLimit {
                    toldOfLimit = true
                    configuration.onProblem(
                        "More than \(configuration.forecastLimit) pollutants of stations could be forecast; "
                            + "\(pollutant.name) at \(key.id) and others are not. Raise air-forecasts")
                }
                break
            }
            let (fewest, trees) = (configuration.forecastMinimumHours, configuration.forecastTrees)
            let now = configuration.clock()
            let model = await worker.run { [stopping] in
                ForecastModel(
                    learning: pollutant, from: known, around: hoursAround, foretold: foretold, fewest: fewest,
                    trees: trees, at: now, isCancelled: { stopping.isRaised })
            }
            if var model {
                if let former = models[subject] { model.inherit(former) }
                models[subject] = model
                hasModel = true
                issued[key] = nil
                // Those that come first need not wait for the others.
                wake()
            }
        }
        tried[key] = hour
        if hasModel { await keep(key) }
        return hasModel
    }

    /// What stations around have measured in the hours that are learnt from.
    private func allHours(around: [StationAround]) async -> [HoursAround] {
        var found: [HoursAround] = []
        for other in around where !stopping.isRaised {
            if let known = learntAround[other.key] {
                found.append(HoursAround(quarter: other.quarter, hours: known))
                continue
            }
            var terms = terms(of: other.key)
            terms.others = [:]
            let result = configuration.indices.first.flatMap { IndexEntity.id($0, of: other.key.id) }
            do throws(NGSILDError) {
                let hours = try await history.hours(
                    of: other.key, (other.newest - configuration.forecastHours + 1)...other.newest, terms,
                    result: result)
                learntAround[other.key] = hours
                found.append(HoursAround(quarter: other.quarter, hours: hours))
            } catch {
                configuration.onProblem("The history of \(other.key.id) cannot be learnt from: \(error.detail)")
            }
        }
        return found
    }
}
