import AirMap
import AirQuality
import JSONTree
import NGSILDModel
import ServiceRuntime

/// Makes maps of the air, of the running hour and of any past one, for whoever asks.
///
/// Hours that the engine keeps are asked from it; older ones are read from the history, a day at a time. Computing is
/// done on one thread of its own.
///
/// Invariants:
/// 1. At most `mapsWaiting` requests are under way; one more is refused.
/// 2. A field, a variogram and a day are made once, however many ask for them at the same time.
/// 3. Each cache holds no more than its limit; the one that was not used for longest goes.
actor AirMaps {
    private let engine: AirEngine
    private let operations: ServiceOperations
    private let configuration: AirServiceConfiguration
    private let history: EntityHistory?
    private var vocabulary: AirVocabulary
    private let worker = WorkThread("air maps")
    private var underWay = 0
    /// One reads the history at a time, so that maps leave it to others too.
    private let reading = Turn()

    private var fields = RecentlyUsed<FieldKey, Task<AirField?, Never>>(limit: 32)
    private var contours = RecentlyUsed<ContourKey, [UInt8]>(limit: 16)
    private var variograms = RecentlyUsed<DayKey, Aged<Task<MapVariogram?, Never>>>(limit: 128)
    private var days = RecentlyUsed<DayKey, Aged<Task<Result<MapDay, NGSILDError>, Never>>>(limit: 24)

    /// How long what was read or learnt of days that may still change is used, in seconds.
    private static let freshSeconds = 60.0
    /// And of those that usually do not.
    private static let settledSeconds = 900.0
    /// Days before a map's that its variogram is learnt from, and values at most.
    private static let daysLearnt = 14
    private static let valuesLearnt = 100_000

    struct DayKey: Hashable {
        let tenant: String
        let pollutant: Pollutant
        let day: Int
    }

    struct FieldKey: Hashable {
        let pollutant: Pollutant
        let samples: [MapSample]
        let variogram: MapVariogram?
    }

    struct ContourKey: Hashable {
        let field: FieldKey
        let quantity: MapQuantity
        let caption: MapCaption
    }

    struct Aged<Value: Sendable>: Sendable {
        let value: Value
        let made: Timestamp
    }

    init(
        _ engine: AirEngine, _ operations: ServiceOperations, _ configuration: AirServiceConfiguration,
        _ vocabulary: AirVocabulary
    ) {
        self.engine = engine
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        history = operations.temporal.map { EntityHistory($0) }
    }

    // MARK: - Answering

    func answer(_ request: AirMapRequest) async -> Result<AirMapAnswer, NGSILDError> {
        guard underWay < configuration.mapsWaiting else {
            return .failure(
                .overloaded("More than \(configuration.mapsWaiting) maps of the air are being made; ask again later"))
        }
        underWay += 1
        defer { underWay -= 1 }
        do throws(NGSILDError) { return .success(try await make(request)) } catch { return .failure(error) }
    }

    private func make(_ request: AirMapRequest) async throws(NGSILDError) -> AirMapAnswer {
        guard let pollutant = Pollutant(name: request.pollutant) else {
            throw .badRequestData(
                "\"\(request.pollutant.prefix(40))\" is no pollutant that is mapped; those are "
                    + Pollutant.allCases.map(\.name).joined(separator: ", "))
        }
        guard request.tenant.isEmpty || operations.tenantNames().contains(request.tenant) else {
            throw .nonexistentTenant("There is no tenant \(request.tenant)")
        }
        let now = configuration.clock()
        if let at = request.at, at > now {
            throw .badRequestData(
                "\"at\" is \(at.text), which is to come; maps are of hours until now, forecasts are entities of type "
                    + "AirQualityForecast")
        }
        let moment = try await moment(pollutant, request.tenant, request.at.map(ClockHour.holding))
        var learnt: MapVariogram?
        if moment.samples.count >= 4 {
            learnt = await variogram(DayKey(tenant: request.tenant, pollutant: pollutant, day: moment.hour / 24))
        }
        let key = FieldKey(pollutant: pollutant, samples: moment.samples, variogram: learnt)
        guard let field = await field(key) else {
            throw .internalError("The map of \(pollutant.name) could not be computed")
        }
        guard field.knows(request.quantity) else {
            throw .resourceNotFound(
                "How sure the map of \(pollutant.name) is cannot be told: \(field.stations) stations have a value, or "
                    + "they are too alike; ask for quantity=value")
        }
        let end = ClockHour.end(moment.hour)
        let caption = MapCaption(observedAt: end.text, isLive: end > now)
        guard let bytes = await draw(field, key, request, caption) else {
            throw .internalError("The map of \(pollutant.name) could not be drawn")
        }
        let isSettled = end.adding(seconds: Double(configuration.hoursKept) * 3_600) < now
        return AirMapAnswer(bytes: bytes, cacheSeconds: caption.isLive ? 30 : isSettled ? 86_400 : 300)
    }

    private func draw(
        _ field: AirField, _ key: FieldKey, _ request: AirMapRequest, _ caption: MapCaption
    ) async -> [UInt8]? {
        let quantity = request.quantity
        switch request.form {
        case .tile(let address): return await worker.run { field.tile(address, quantity) }
        case .contours(let part):
            let contourKey = ContourKey(field: key, quantity: quantity, caption: caption)
            if part == nil, let known = contours[contourKey] { return known }
            let made = await worker.run { () -> [UInt8]? in
                var writer = ByteWriter(capacity: 64 << 10)
                return field.appendContours(quantity, within: part, caption, to: &writer) ? writer.array() : nil
            }
            if part == nil, let made { contours[contourKey] = made }
            return made
        }
    }

    private func field(_ key: FieldKey) async -> AirField? {
        if let known = fields[key] { return await known.value }
        let side = configuration.mapSide
        let task = Task { [worker] in
            await worker.run { AirField(key.pollutant, key.samples, variogram: key.variogram, side: side) }
        }
        fields[key] = task
        return await task.value
    }

    // MARK: - Values

    private func moment(
        _ pollutant: Pollutant, _ tenant: String, _ hour: Int?
    ) async throws(NGSILDError) -> MapMoment {
        if let kept = await engine.moment(pollutant, tenant: tenant, hour: hour) {
            if !kept.samples.isEmpty { return kept }
            // Late values and imports may be in the history only.
        }
        guard let hour else {
            throw .resourceNotFound(
                "No station with a location has a value of \(pollutant.name) in the last hours; name an hour with \"at\""
            )
        }
        let none = NGSILDError.resourceNotFound(
            "No station with a location has a usable value of \(pollutant.name) in the hour that ends at "
                + "\(ClockHour.end(hour).text); ask for another hour, or without \"at\" for the newest")
        guard history != nil else { throw none }
        let day = try await day(DayKey(tenant: tenant, pollutant: pollutant, day: hour / 24))
        let samples = day.samples(at: hour)
        guard !samples.isEmpty else { throw none }
        return MapMoment(hour: hour, samples: samples)
    }

    /// A day's values from the history.
    private func day(_ key: DayKey) async throws(NGSILDError) -> MapDay {
        if let known = days[key], isFresh(known.made, key.day) { return try await known.value.value.get() }
        let task = Task { await self.readDays(key, count: 1) }
        days[key] = Aged(value: task, made: configuration.clock())
        return try await task.value.get()
    }

    private func isFresh(_ made: Timestamp, _ day: Int) -> Bool {
        let end = ClockHour.end(day * 24 + 23)
        let isSettled = end.adding(seconds: Double(configuration.hoursKept) * 3_600) < made
        return configuration.clock() < made.adding(seconds: isSettled ? Self.settledSeconds : Self.freshSeconds)
    }

    /// The hours of `count` days up to and with the key's.
    private func readDays(_ key: DayKey, count: Int) async -> Result<MapDay, NGSILDError> {
        await reading.run { await readInTurn(key, count) }
    }

    private func readInTurn(_ key: DayKey, _ count: Int) async -> Result<MapDay, NGSILDError> {
        guard let history else { return .success(MapDay(hours: 0...0, stations: [])) }
        let hours = (key.day - count + 1) * 24...key.day * 24 + 23
        var read: [MapDay.Station] = []
        for station in await engine.knownStations(of: key.tenant) {
            guard let position = station.position,
                let entity = try? operations.consumption.retrieveEntity(id: station.key.id, tenant: key.tenant)
            else { continue }
            var terms = EntityHistory.Terms(vocabulary.context)
            for name in vocabulary.usualPollutantTerms.union(entity.attributes.names)
            where vocabulary.pollutant(name) == key.pollutant {
                terms.pollutants[name] = key.pollutant
            }
            guard !terms.pollutants.isEmpty else { continue }
            let result = configuration.indices.first.flatMap { IndexEntity.id($0, of: station.key.id) }
            do throws(NGSILDError) {
                let found = try await history.hours(of: station.key, hours, terms, result: result)
                read.append(MapDay.Station(position: position, values: found.values(key.pollutant)))
            } catch {
                return .failure(error)
            }
        }
        return .success(MapDay(hours: hours, stations: read))
    }

    // MARK: - The variogram

    /// What the days before have taught; without them, what the engine keeps, or the day itself.
    private func variogram(_ key: DayKey) async -> MapVariogram? {
        if let known = variograms[key], isLearntLately(known.made, key.day) { return await known.value.value }
        let task = Task { await self.learn(key) }
        variograms[key] = Aged(value: task, made: configuration.clock())
        return await task.value
    }

    /// Days that are over stay what they are for a while; today's is learnt again every hour until its eve is known.
    private func isLearntLately(_ made: Timestamp, _ day: Int) -> Bool {
        let seconds = ClockHour.end(day * 24 + 23) > made ? 3_600.0 : 6 * 3_600
        return configuration.clock() < made.adding(seconds: seconds)
    }

    private func learn(_ key: DayKey) async -> MapVariogram? {
        let stations = await engine.knownStations(of: key.tenant).count
        let count = min(Self.daysLearnt, max(2, Self.valuesLearnt / max(1, stations * 24)))
        let before = DayKey(tenant: key.tenant, pollutant: key.pollutant, day: key.day - 1)
        if history != nil, case .success(let days) = await readDays(before, count: count),
            let learnt = await learn(from: days.stations.map(\.position), days.sets)
        {
            return learnt
        }
        let kept = await engine.kept(key.pollutant, tenant: key.tenant)
        if key.day * 24 + 23 > ClockHour.holding(configuration.clock()) - configuration.hoursKept || history == nil {
            return await learn(from: kept.positions, kept.hours)
        }
        guard case .success(let day) = await readDays(key, count: 1) else { return nil }
        return await learn(from: day.stations.map(\.position), day.sets)
    }

    private func learn(from positions: [MapPosition], _ hours: [[Double]]) async -> MapVariogram? {
        // A few hours tell nothing of how stations usually differ.
        let full = hours.filter { set in set.reduce(0) { $0 + ($1.isFinite ? 1 : 0) } >= 4 }
        guard full.count >= 6 else { return nil }
        return await worker.run { MapVariogram(positions, hours: full) }
    }
}

/// Some days of one pollutant as the history has them.
struct MapDay: Sendable {
    struct Station: Sendable {
        let position: MapPosition
        let values: [Double]
    }

    let hours: ClosedRange<Int>
    let stations: [Station]

    func samples(at hour: Int) -> [MapSample] {
        guard hours.contains(hour) else { return [] }
        return stations.compactMap { station in
            let value = station.values[hour - hours.lowerBound]
            return value.isNaN ? nil : MapSample(position: station.position, value: value)
        }
    }

    /// For each hour a value of each station.
    var sets: [[Double]] {
        (0..<hours.count).map { place in stations.map { $0.values[place] } }
    }
}
