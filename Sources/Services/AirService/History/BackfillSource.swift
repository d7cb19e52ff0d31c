import AirQuality
public import GeoJSON
public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery
import ServiceRuntime

/// Where a backfill reads: a history in this process, or that of a running city.
public protocol BackfillSource: Sendable {
    /// Every entity that has, or had, values of pollutants.
    func stations() async throws -> [ObservedStation]
    /// The values of a station from one instant to another, both inclusive, in any order.
    func readings(of station: ObservedStation, from: Timestamp, to: Timestamp) async throws -> [AirReading]
}

/// A station as a backfill finds it.
public struct ObservedStation: Sendable {
    public let id: String
    public let place: Position?
    public let isTraffic: Bool
    /// The IRIs or names of the attributes that are pollutants, as the source asks for them.
    public let attributes: [String]
    /// Those of them that the source has to ask for by when values were written, too.
    public let undated: [String]
    /// The first and the last value.
    public let first: Timestamp
    public let last: Timestamp

    public init(
        id: String, place: Position?, isTraffic: Bool, attributes: [String], undated: [String] = [],
        first: Timestamp, last: Timestamp
    ) {
        self.id = id
        self.place = place
        self.isTraffic = isTraffic
        self.attributes = attributes
        self.undated = undated
        self.first = first
        self.last = last
    }
}

/// Reads by the temporal operations of a broker in this process.
public struct HistorySource: BackfillSource {
    private let consumption: any EntityConsumption
    private let history: EntityHistory
    private let temporal: any TemporalService
    private let vocabulary: AirVocabulary
    private let tenant: String
    private let types: TypeSelection?

    /// - Parameter types: Which entities are stations; `nil`: those of type AirQualityObserved.
    public init(
        consumption: any EntityConsumption, temporal: any TemporalService, registry: TermRegistry, tenant: String,
        types: TypeSelection? = nil
    ) {
        self.consumption = consumption
        self.temporal = temporal
        self.tenant = tenant
        self.types = types
        vocabulary = AirVocabulary(registry: registry)
        history = EntityHistory(temporal)
    }

    public func stations() async throws -> [ObservedStation] {
        var vocabulary = vocabulary
        guard let types = stationTypes(&vocabulary) else { return [] }
        var query = EntityQuery()
        query.types = types
        query.limit = 200
        var found: [ObservedStation] = []
        var newest = TemporalSelection()
        while true {
            newest.times = try TemporalQuery(timerel: nil, timeAt: nil, endTimeAt: nil, timeproperty: nil, lastN: "1")
            let page = try await self.query(query, newest)
            for entity in page.entities {
                if let station = try await describe(entity, &vocabulary) { found.append(station) }
            }
            guard page.hasMore else { return found }
            (query, newest) = page.next(query, newest)
        }
    }

    private func stationTypes(_ vocabulary: inout AirVocabulary) -> TypeSelection? {
        if let types { return types }
        let present = ((try? consumption.entityTypes(tenant: tenant)) ?? []).map(\.type)
        let types = vocabulary.types(.observation, present: present)
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
    ) async throws -> ObservedStation? {
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
        return ObservedStation(
            id: entity.id, place: place, isTraffic: record.map(vocabulary.isTraffic) ?? false,
            attributes: terms.map { vocabulary.registry.iri($0) }, first: first, last: last)
    }

    public func readings(
        of station: ObservedStation, from: Timestamp, to: Timestamp
    ) async throws -> [AirReading] {
        var vocabulary = vocabulary
        let terms = Set(station.attributes.compactMap { vocabulary.registry.knownID(for: $0) })
        var readings: [AirReading] = []
        let found = try await history.instances(of: station.id, terms, tenant: tenant, from: from, to: to)
        for attribute in found {
            guard let pollutant = vocabulary.pollutant(attribute.name) else { continue }
            readings.reserveCapacity(readings.count + attribute.count)
            for root in attribute.instances.roots {
                if let reading = AirReading(pollutant, attribute.instances, root) { readings.append(reading) }
            }
        }
        return readings
    }
}
