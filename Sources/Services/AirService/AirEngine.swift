import AirQuality
import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// The worker of the service: takes changes in, computes, and writes.
///
/// A step runs from taking changes up to their results being durable; steps never overlap.
actor AirEngine {
    let operations: ServiceOperations
    let configuration: AirServiceConfiguration
    let editions: [AirQualityIndexEdition]
    var vocabulary: AirVocabulary
    let history: EntityHistory?
    private let inbox: ChangeInbox
    private(set) var statistics = AirServiceStatistics()

    var stations: [StationKey: AirStation] = [:]
    var map = StationMap()
    /// Stations that have something to compute.
    var touched: Set<StationKey> = []
    /// Stations whose newest result is provisional.
    private var provisional: Set<StationKey> = []
    var rules: [String: [AlertRule]] = [:]
    /// Rules that are no longer there, whose alerts have to be cleared.
    var retiredRules: [String: [AlertRule]] = [:]
    /// The weather forecasts that hold now.
    private(set) var weather = WeatherLedger()
    /// Stations with alerts that are raised.
    var alerted: Set<StationKey> = []
    private var toldOfLimit = false
    private var hasCaughtUp = false
    private let turn = Turn()

    init(
        _ operations: ServiceOperations, _ configuration: AirServiceConfiguration, _ vocabulary: AirVocabulary,
        _ inbox: ChangeInbox
    ) {
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        self.inbox = inbox
        editions = configuration.indices.map { .inForce($0) }
        history = operations.temporal.map { EntityHistory($0) }
    }

    // MARK: - Steps

    /// Reads the history of all stations, and writes what is missing of their results.
    func catchUp() async {
        await turn.run { if !hasCaughtUp { await readEverything() } }
    }

    /// Works off what waits, and looks for hours that have ended.
    func workOff() async {
        await turn.run {
            if !hasCaughtUp { await readEverything() }
            let (changes, isBehind) = inbox.take()
            if isBehind {
                statistics.timesBehind += 1
                await readEverything()
                return
            }
            let clock = ContinuousClock()
            let start = clock.now
            for change in changes { await take(change) }
            lookForEndedHours()
            guard !touched.isEmpty else { return }
            await rereadDoubtful()
            await computeAndWrite()
            statistics.lastMicroseconds = (clock.now - start).microseconds
        }
    }

    /// Judges the alerts of what is touched, between two steps.
    func judgeTouched() async {
        await turn.run {
            let keys = touched.filter { stations[$0]?.changedFrom == nil }
            touched.subtract(keys)
            for tenant in Set(keys.map(\.tenant)) {
                await judgeAlerts(tenant, keys.filter { $0.tenant == tenant }, configuration.clock())
            }
        }
    }

    private func lookForEndedHours() {
        let now = configuration.clock()
        for key in provisional {
            guard let station = stations[key], let newest = station.newest else {
                provisional.remove(key)
                continue
            }
            guard ClockHour.end(newest) <= now else { continue }
            station.changed(at: newest)
            touched.insert(key)
        }
        // Alerts expire where nothing is measured any more.
        touched.formUnion(alerted)
    }

    // MARK: - Taking in

    private func take(_ change: EntityChange) async {
        guard let entity = change.after ?? change.before else { return }
        switch vocabulary.followed(entity.types) {
        case .observation: await takeObservation(change)
        case .alertRule: readRules(of: change.tenant)
        case .weatherForecast:
            let now = configuration.clock()
            if let entity = change.after { takeForecast(entity, of: change.tenant, arrived: now, now: now) }
        case .sensor, .calibration, .weatherObserved, nil: break
        }
    }

    private func takeObservation(_ change: EntityChange) async {
        let key = StationKey(tenant: change.tenant, id: change.id)
        guard let entity = change.after else {
            await forget(key)
            return
        }
        guard let station = station(key, entity) else { return }
        for attribute in change.attributes where attribute.kind != .deleted {
            guard let pollutant = vocabulary.pollutant(attribute.name) else { continue }
            for root in entity.attributes.roots(named: attribute.name) {
                guard entity.attributes.nodes[root].datasetLength == 0 else { continue }
                guard let reading = AirReading(pollutant, entity.attributes, root), isTimely(reading),
                    station.add(reading, anyOrder: history == nil)
                else {
                    statistics.readingsLeftOut += 1
                    continue
                }
                statistics.readings += 1
                touched.insert(key)
            }
        }
    }

    func takeForecast(_ entity: EntityRecord, of tenant: String, arrived: Timestamp, now: Timestamp) {
        weather.take(entity, tenant: tenant, arrived: arrived, now: now, vocabulary)
    }

    func forgetWeather() { weather = WeatherLedger() }

    /// Values from the future would hide all that come until then. Ten minutes are forgiven to clocks.
    func isTimely(_ reading: AirReading) -> Bool { reading.time <= configuration.clock().adding(seconds: 600) }

    /// The station of an entity, with its place brought up to date; `nil` where there are too many.
    func station(_ key: StationKey, _ entity: EntityRecord) -> AirStation? {
        let station: AirStation
        if let known = stations[key] {
            station = known
        } else {
            guard stations.count < configuration.stationLimit else {
                statistics.stationsLeftOut += 1
                if !toldOfLimit {
                    toldOfLimit = true
                    configuration.onProblem(
                        "There are more than \(configuration.stationLimit) air stations; \(key.id) and others have no index. Raise air-stations"
                    )
                }
                return nil
            }
            station = AirStation(key, hoursKept: configuration.hoursKept)
            stations[key] = station
            statistics.stations = stations.count
        }
        describe(station, entity)
        return station
    }

    private func describe(_ station: AirStation, _ entity: EntityRecord) {
        let forest = entity.attributes
        if let root = vocabulary.attribute("location", in: forest), forest.nodes[root].kind == .geoProperty {
            let text = forest.valueText(of: root)
            if text != station.location {
                station.location = text
                station.place = (try? Geometry(parsing: text))?.representativePosition
                map.put(station.key, at: station.place)
            }
        } else if station.location != nil {
            station.location = nil
            station.place = nil
            map.put(station.key, at: nil)
        }
        station.name = vocabulary.attribute("name", in: forest).flatMap { forest.stringValue(of: $0) }
        station.profile.isTraffic = vocabulary.isTraffic(entity)
    }

    private func forget(_ key: StationKey) async {
        guard let station = stations.removeValue(forKey: key) else { return }
        map.put(key, at: nil)
        touched.remove(key)
        provisional.remove(key)
        statistics.stations = stations.count
        alerted.remove(key)
        let cleared = (rules[key.tenant] ?? []).filter { !$0.isPerArea }
            .flatMap { clearing($0, [station], key.tenant, configuration.clock()) }
        if !cleared.isEmpty { _ = await operations.submit(.batchUpsert(cleared, replaces: false), tenant: key.tenant) }
        let ids =
            editions.compactMap { IndexEntity.id($0.index, of: key.id) }
            + Pollutant.allCases.compactMap { ForecastEntity.id($0, of: key.id) }
        _ = await operations.submit(.batchDelete(ids), tenant: key.tenant)
    }

    // MARK: - Computing

    /// Computes what is touched and writes it, each tenant's results in one batch.
    func computeAndWrite() async {
        let now = configuration.clock()
        var current: [String: [BatchMember]] = [:]
        var past: [(key: StationKey, draft: EntityDraft)] = []
        let keys = touched.sorted { ($0.tenant, $0.id) < ($1.tenant, $1.id) }
        touched = []
        for key in keys {
            guard let station = stations[key] else { continue }
            compute(station, now: now, &current[key.tenant, default: []], &past)
            await Task.yield()
        }
        var failed: Set<StationKey> = []
        for (tenant, members) in current where !members.isEmpty {
            for start in stride(from: 0, to: members.count, by: 1_000) {
                let part = Array(members[start..<min(start + 1_000, members.count)])
                switch await operations.submit(.batchUpsert(part, replaces: false), tenant: tenant) {
                case .failure(let error):
                    configuration.onProblem("Results of the air could not be written: \(error.detail)")
                    failed.formUnion(keys.filter { $0.tenant == tenant })
                case .batch(let outcome):
                    statistics.resultsWritten += outcome.created.count + outcome.updated.count
                    if let error = outcome.errors.first {
                        configuration.onProblem(
                            "The result \(error.entityID ?? "?") was refused: \(error.error.detail)")
                    }
                default: break
                }
            }
        }
        var unwritten: Set<StationKey> = []
        for (key, draft) in past {
            if let error = await history?.bringIn(draft, tenant: key.tenant) {
                configuration.onProblem("Results of \(draft.id) could not be brought into the history: \(error.detail)")
                unwritten.insert(key)
            } else {
                statistics.historyWritten += 1
            }
        }
        for key in keys where !failed.contains(key) { stations[key]?.settled() }
        // What could not be written is tried again with the next look.
        touched.formUnion(failed)
        for key in unwritten {
            stations[key]?.forgetWritten()
            touched.insert(key)
        }
        for tenant in Set(keys.map(\.tenant)) { await judgeAlerts(tenant, keys.filter { $0.tenant == tenant }, now) }
    }

    private func compute(
        _ station: AirStation, now: Timestamp, _ current: inout [BatchMember],
        _ past: inout [(key: StationKey, draft: EntityDraft)]
    ) {
        guard let newest = station.newest else { return }
        if station.neighboursVersion != map.version {
            station.neighbours = map.neighbours(of: station.key)
            station.neighboursVersion = map.version
        }
        let isRunning = ClockHour.end(newest) > now
        if isRunning { provisional.insert(station.key) } else { provisional.remove(station.key) }
        let neighbours = station.neighbours.compactMap { stations[$0] }
        station.check(isRunning: isRunning) { pollutant, hour in
            neighbours.compactMap { other in
                if case .unfit = other.fitness[pollutant] { return nil }
                return other.cell(hour)?.mean(pollutant)
            }
        }
        var instances = [[PastResult]](repeating: [], count: editions.count)
        station.evaluate(editions) { hour, results in
            let circumstances = circumstances(of: station, at: hour, isRunning: isRunning && hour == newest)
            for (edition, result) in results.enumerated() {
                let digest = result.digest(circumstances)
                let isWritten = station.cell(hour)?.isWritten(edition, result.value, digest) ?? false
                if hour == newest {
                    if let member = member(for: result, circumstances, of: station) { current.append(member) }
                } else if !isWritten {
                    instances[edition].append(PastResult(result: result, circumstances: circumstances))
                }
                station.update(hour) { $0.written[edition] = digest }
            }
        }
        for (edition, results) in instances.enumerated() where !results.isEmpty {
            guard history != nil, let id = IndexEntity.id(editions[edition].index, of: station.key.id) else { continue }
            past += PastResult.drafts(results, id: id, context: vocabulary.context).map { (station.key, $0) }
        }
    }

    private func circumstances(of station: AirStation, at hour: Int, isRunning: Bool) -> IndexEntity.Circumstances {
        var circumstances = IndexEntity.Circumstances()
        circumstances.isProvisional = isRunning
        circumstances.marks = station.cell(hour)?.marks ?? []
        var least = 1.0
        for pollutant in Pollutant.allCases {
            if let fitness = station.fitness[pollutant] { circumstances.fitness.append((pollutant, fitness)) }
            let (have, usual) = station.completeness(pollutant, at: hour)
            if usual > 0 { least = min(least, Double(have) / Double(usual)) }
        }
        circumstances.completeness = least
        return circumstances
    }

    /// What has to be written of the newest result; `nil` where nothing has.
    private func member(
        for result: IndexResult, _ circumstances: IndexEntity.Circumstances, of station: AirStation
    ) -> BatchMember? {
        guard let id = IndexEntity.id(result.edition.index, of: station.key.id) else { return nil }
        var writer = ByteWriter(capacity: 2_048)
        IndexEntity.append(result, circumstances, of: station, id: id, to: &writer)
        let present = try? operations.consumption.retrieveEntity(id: id, tenant: station.key.tenant)
        do throws(NGSILDError) {
            let draft = try EntityDifference.draft(
                writer.array(), present: present, optional: IndexEntity.optionalAttributes, context: vocabulary.context)
            return draft.map { .draft($0) }
        } catch {
            configuration.onProblem("The result \(id) is no entity: \(error.detail)")
            return nil
        }
    }

    func caughtUp() { hasCaughtUp = true }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
