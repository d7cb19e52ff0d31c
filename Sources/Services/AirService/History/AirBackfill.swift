public import AirQuality
import GeoJSON
public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery
import ServiceRuntime

/// Computes indices of all that the history has, in bulk.
///
/// Stations are read a span of time at a time, so that memory stays bounded (about 60 bytes for each hour of a station in
/// the span, 250 MB at most); quality control and running means go on from span to span. The same history always gives
/// the same results, so doing it again changes nothing.
public struct AirBackfill: Sendable {
    /// What is computed.
    public struct Options: Sendable {
        public var indices: [AirQualityIndex] = [.european]
        /// The first and the last instant of the results; `nil`: all there is.
        public var from: Timestamp?
        public var to: Timestamp?
        /// Which entities are stations; `nil`: those of type AirQualityObserved.
        public var types: TypeSelection?
        public init() {}
    }

    /// What was done.
    public struct Summary: Sendable, Equatable {
        public var stations = 0
        public var hours = 0
        public var results = 0
        /// Results that an index withholds for want of data.
        public var withheld = 0
    }

    private let consumption: any EntityConsumption
    private let history: EntityHistory
    private let temporal: any TemporalService
    private let vocabulary: AirVocabulary
    private let tenant: String
    private let options: Options

    /// Hours of stations in memory at once.
    private static let cellLimit = 4_000_000
    /// Stations whose results are computed at the same time.
    private static let width = 2

    /// Computes the indices of one tenant's stations from the histories that `temporal` has.
    public init(
        consumption: any EntityConsumption, temporal: any TemporalService, registry: TermRegistry, tenant: String,
        options: Options
    ) {
        self.consumption = consumption
        self.temporal = temporal
        vocabulary = AirVocabulary(registry: registry)
        history = EntityHistory(temporal)
        self.tenant = tenant
        self.options = options
    }

    /// - Parameters:
    ///   - progress: gets how far it is: 0 to 1.
    ///   - write: makes columns durable.
    public func run(
        progress: @Sendable (Double) -> Void = { _ in },
        write: @escaping @Sendable ([IndexColumns]) async throws -> Void
    ) async throws -> Summary {
        var summary = Summary()
        let found = try await stations()
        guard let first = found.map(\.first).min(), let last = found.map(\.last).max() else { return summary }
        summary.stations = found.count
        let editions = options.indices.map { AirQualityIndexEdition.inForce($0) }
        var stations = found.map { BackfillStation($0, editions) }
        BackfillStation.findNeighbours(&stations)
        let wanted = (options.from.map(ClockHour.holding) ?? .min)...(options.to.map(ClockHour.holding) ?? .max)
        // Quality control learns from what came before the first result wanted: four weeks of it.
        let start = max(first, wanted.lowerBound == .min ? first : wanted.lowerBound - 672)
        let end = min(last, wanted.upperBound)
        let span = max(24, Self.cellLimit / max(1, stations.count))
        var hour = start
        while hour <= end {
            let hours = hour...min(end, hour + span - 1)
            try await read(&stations, hours)
            let block = stations.map(\.block)
            var next: [Int: BackfillStation] = [:]
            try await withThrowingTaskGroup(of: (Int, BackfillStation).self) { group in
                var waiting = Array(stations.enumerated())[...]
                func add() {
                    guard let (place, station) = waiting.popFirst() else { return }
                    group.addTask {
                        var station = station
                        station.compute(hours, wanted, block)
                        try await write(station.takeResults())
                        return (place, station)
                    }
                }
                for _ in 0..<Self.width { add() }
                while let (place, station) = try await group.next() {
                    next[place] = station
                    add()
                }
            }
            for (place, station) in next { stations[place] = station }
            progress(Double(hours.upperBound - start + 1) / Double(max(1, end - start + 1)))
            hour = hours.upperBound + 1
        }
        for station in stations {
            summary.hours += station.hours
            summary.results += station.results
            summary.withheld += station.withheld
        }
        return summary
    }

    // MARK: - Stations

    struct FoundStation: Sendable {
        let id: String
        let place: Position?
        let isTraffic: Bool
        let terms: Set<TermID>
        let first: Int
        let last: Int
    }

    /// Every entity that has, or had, values of pollutants.
    private func stations() async throws -> [FoundStation] {
        var vocabulary = vocabulary
        guard let types = stationTypes(&vocabulary) else { return [] }
        var query = EntityQuery()
        query.types = types
        query.limit = 200
        var found: [FoundStation] = []
        var newest = TemporalSelection()
        while true {
            newest.times = try TemporalQuery(timerel: nil, timeAt: nil, endTimeAt: nil, timeproperty: nil, lastN: "1")
            let page = try await self.query(query, newest)
            for entity in page.entities {
                if let station = try await describe(entity, &vocabulary) { found.append(station) }
            }
            guard page.hasMore else { return found.sorted { $0.id < $1.id } }
            (query, newest) = page.next(query, newest)
        }
    }

    private func stationTypes(_ vocabulary: inout AirVocabulary) -> TypeSelection? {
        if let types = options.types { return types }
        let present = ((try? consumption.entityTypes(tenant: tenant)) ?? []).map(\.type)
        var types = present.filter { vocabulary.followed([$0]) == .observation }
        // An entity may have a history without a present.
        if let term = vocabulary.context.knownTerm("AirQualityObserved"), !types.contains(term) { types.append(term) }
        return types.isEmpty ? nil : TypeSelection(anyOf: types)
    }

    private func query(_ query: EntityQuery, _ selection: TemporalSelection) async throws -> TemporalPage {
        let result: Result<TemporalPage, NGSILDError> = await withCheckedContinuation { continuation in
            temporal.queryTemporalEvolution(query, selection, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        return try result.get()
    }

    private func describe(
        _ entity: TemporalEntity, _ vocabulary: inout AirVocabulary
    ) async throws -> FoundStation? {
        var terms: Set<TermID> = []
        var last: Timestamp?
        var place: Position?
        for attribute in entity.attributes {
            guard let root = attribute.instances.roots.first(where: { _ in true }) else { continue }
            if vocabulary.pollutant(attribute.name) != nil {
                terms.insert(attribute.name)
                let time = attribute.instances.nodes[root].historyTime
                last = max(last ?? time, time)
            } else if attribute.kind == .geoProperty, place == nil {
                place = (try? Geometry(parsing: attribute.instances.valueText(of: root)))?.representativePosition
            }
        }
        guard let last, let first = try await history.oldest(entity.id, terms, tenant: tenant) else { return nil }
        let record = try? consumption.retrieveEntity(id: entity.id, tenant: tenant)
        return FoundStation(
            id: entity.id, place: place, isTraffic: record.map(vocabulary.isTraffic) ?? false, terms: terms,
            first: ClockHour.holding(first), last: ClockHour.holding(last))
    }

    // MARK: - Values

    private func read(_ stations: inout [BackfillStation], _ hours: ClosedRange<Int>) async throws {
        let (from, to) = (ClockHour.start(hours.lowerBound), ClockHour.end(hours.upperBound))
        var blocks: [Int: HourBlock] = [:]
        try await withThrowingTaskGroup(of: (Int, HourBlock).self) { group in
            var waiting = Array(stations.enumerated())[...]
            func add() {
                guard let (place, station) = waiting.popFirst() else { return }
                group.addTask { [history, tenant, vocabulary] in
                    var vocabulary = vocabulary
                    var block = HourBlock(hours)
                    let found = try await history.instances(
                        of: station.found.id, station.found.terms, tenant: tenant, from: from, to: to)
                    for attribute in found {
                        guard let pollutant = vocabulary.pollutant(attribute.name) else { continue }
                        for root in attribute.instances.roots {
                            if let reading = AirReading(pollutant, attribute.instances, root) { block.add(reading) }
                        }
                    }
                    return (place, block)
                }
            }
            for _ in 0..<Self.width { add() }
            while let (place, block) = try await group.next() {
                blocks[place] = block
                add()
            }
        }
        for (place, block) in blocks { stations[place].block = block }
    }
}
