import AirQuality
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// What the engine knows is computed from the history: at the start, and when changes came too fast.
extension AirEngine {
    private static let page = 500

    /// Finds all stations, reads their last weeks, and writes what is missing of their results.
    func readEverything() async {
        stations = [:]
        map = StationMap()
        touched = []
        forgetWeather()
        for tenant in operations.tenantNames() where SnapshotSpace.read(tenant) == nil {
            readRules(of: tenant)
            await findStations(of: tenant)
            await findForecasts(of: tenant)
        }
        for station in stations.values where !Task.isCancelled { await read(station) }
        if Task.isCancelled { return }
        await computeAndWrite()
        for station in stations.values {
            station.hoursKept = configuration.hoursKept
            station.trim()
        }
        caughtUp()
    }

    private func findStations(of tenant: String) async {
        await entities(.observation, of: tenant) { entity in
            guard let station = station(StationKey(tenant: tenant, id: entity.id), entity) else { return }
            station.hoursKept = max(configuration.hoursKept, configuration.hoursCaughtUp)
            if history == nil { readPresent(entity, into: station) }
        }
    }

    /// Takes up the weather forecasts that are there, as known since they were last written.
    private func findForecasts(of tenant: String) async {
        let now = configuration.clock()
        await entities(.weatherForecast, of: tenant) { entity in
            takeForecast(entity, of: tenant, arrived: min(entity.modifiedAt, now), now: now)
        }
    }

    private func entities(
        _ kind: AirVocabulary.FollowedType, of tenant: String, _ body: (EntityRecord) -> Void
    ) async {
        guard let known = try? operations.consumption.entityTypes(tenant: tenant) else { return }
        let types = known.map(\.type).filter { vocabulary.followed([$0]) == kind }
        guard !types.isEmpty else { return }
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: types)
        query.limit = Self.page
        while let page = try? operations.consumption.queryEntities(query, tenant: tenant) {
            for entity in page.entities { body(entity) }
            guard page.hasMore, let last = page.last else { return }
            query.place = .after(last)
            await Task.yield()
        }
    }

    /// Without a history there is the present only.
    private func readPresent(_ entity: EntityRecord, into station: AirStation) {
        for root in entity.attributes.roots {
            guard let pollutant = vocabulary.pollutant(entity.attributes.nodes[root].name),
                let reading = AirReading(pollutant, entity.attributes, root), isTimely(reading)
            else { continue }
            if station.add(reading, anyOrder: true) { touched.insert(station.key) }
        }
    }

    private func read(_ station: AirStation) async {
        guard let history else { return }
        let (id, tenant) = (station.key.id, station.key.tenant)
        guard let entity = try? operations.consumption.retrieveEntity(id: id, tenant: tenant) else { return }
        // Imports may have brought in values that the present does not have.
        let terms = vocabulary.pollutantTerms(entity.attributes.names).union(vocabulary.usualPollutantTerms)
        guard !terms.isEmpty else { return }
        do throws(NGSILDError) {
            guard let newest = try await history.newest(id, terms, tenant: tenant) else { return }
            // Values from the future do not count, and must not hide those before.
            let last = min(newest, configuration.clock().adding(seconds: 600))
            let from = ClockHour.start(ClockHour.holding(last) - station.hoursKept + 1)
            try await read(station, terms, from: from, to: last)
            touched.insert(station.key)
            for (place, edition) in editions.enumerated() {
                try await readResults(of: station, edition.index, place, from: from)
            }
        } catch {
            configuration.onProblem("The history of \(id) cannot be read: \(error.detail)")
        }
    }

    private func read(
        _ station: AirStation, _ terms: Set<TermID>, from: Timestamp, to: Timestamp
    ) async throws(NGSILDError) {
        guard let history else { return }
        let found = try await history.instances(
            of: station.key.id, terms, tenant: station.key.tenant, from: from, to: to)
        var readings: [AirReading] = []
        for attribute in found {
            guard let pollutant = vocabulary.pollutant(attribute.name) else { continue }
            for root in attribute.instances.roots {
                if let reading = AirReading(pollutant, attribute.instances, root) { readings.append(reading) }
            }
        }
        // Two names may stand for one pollutant; the history has each value once.
        readings.sort { $0.time < $1.time }
        for reading in readings { _ = station.add(reading, anyOrder: true) }
    }

    /// Notes which results are in the history already, so that they are not written again.
    private func readResults(
        of station: AirStation, _ index: AirQualityIndex, _ place: Int, from: Timestamp
    ) async throws(NGSILDError) {
        guard let history, let id = IndexEntity.id(index, of: station.key.id),
            let value = vocabulary.context.knownTerm("airQualityIndex"),
            let edition = vocabulary.context.knownTerm("indexEdition"),
            let isProvisional = vocabulary.context.knownTerm("isProvisional")
        else { return }
        let found = try await history.instances(
            of: id, [value, edition, isProvisional], tenant: station.key.tenant, from: from, to: nil)
        var recorded: [Int: RecordedResult] = [:]
        for attribute in found {
            for root in attribute.instances.roots {
                let node = attribute.instances.nodes[root]
                // A result that was withheld later is there as a deletion, which was not observed.
                guard node.observedAt.isSet else { continue }
                let hour = ClockHour.holding(node.historyTime)
                switch attribute.name {
                case edition where node.valueLength > 0: recorded[hour, default: RecordedResult()].isThere = true
                case value where node.flags.contains(.isNumber):
                    recorded[hour, default: RecordedResult()].value = Int(exactly: node.number)
                case isProvisional where attribute.instances.valueText(of: root) == "true":
                    recorded[hour, default: RecordedResult()].isProvisional = true
                default: break
                }
            }
        }
        for (hour, result) in recorded where result.isThere && !result.isProvisional {
            station.update(hour) { cell in
                if cell.recorded.count != editions.count { cell.recorded = editions.map { _ in nil } }
                cell.recorded[place] = result
            }
        }
    }

    /// Reads hours again in which values came out of order.
    func rereadDoubtful() async {
        guard history != nil else { return }
        for key in touched {
            guard let station = stations[key], let hours = station.doubtful else { continue }
            station.doubtful = nil
            guard let entity = try? operations.consumption.retrieveEntity(id: key.id, tenant: key.tenant) else {
                continue
            }
            station.clearValues(hours)
            do throws(NGSILDError) {
                try await read(
                    station, vocabulary.pollutantTerms(entity.attributes.names),
                    from: ClockHour.start(hours.lowerBound),
                    to: min(ClockHour.end(hours.upperBound), configuration.clock().adding(seconds: 600)))
            } catch {
                configuration.onProblem("The history of \(key.id) cannot be read: \(error.detail)")
            }
        }
    }
}
