import BrokerCore
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Reads a data directory that no process has open.
struct StoredCitySource: ExportSource {
    private static let page = 1_000

    private let city: LocalCity
    private let tenant: String
    private let context: TermContext

    init(directory: String, tenant: String, readsHistory: Bool) throws {
        city = try LocalCity(directory: directory, readsHistory: readsHistory)
        self.tenant = tenant
        context = TermContext(context: .core, registry: city.broker.registry)
    }

    func close() async { city.close() }

    private func terms(_ names: [String]) -> [TermID] { names.map { context.knownTerm($0) ?? .none } }

    private func selection(_ query: ExportQuery) throws -> EntityQuery {
        var selection = EntityQuery()
        if let type = query.type { selection.types = try TypeSelection(parsing: type, context: context) }
        selection.limit = Self.page
        return selection
    }

    private func representation(_ query: ExportQuery, _ attributes: [String]) -> EntityRepresentation {
        var representation = EntityRepresentation()
        representation.showsSystemAttributes = query.showsSystemAttributes && query.format != .csv
        if !attributes.isEmpty {
            representation.picked = Set(terms(attributes))
            representation.showsScope = attributes.contains("scope")
        }
        return representation
    }

    // MARK: The current state

    func entities(_ query: ExportQuery, after place: ExportPlace?) async throws -> ExportPiece {
        var selection = try selection(query)
        selection.attributes = terms(query.attributes)
        if case .stored(let last)? = place { selection.place = .after(last) }
        let page = try city.broker.queryEntities(selection, tenant: tenant)
        var representation = representation(query, query.attributes)
        representation.showsScope = true
        var piece = ExportPiece()
        piece.count = page.entities.count
        if page.hasMore { piece.next = page.last.map { .stored($0) } }
        if query.format == .csv {
            append(table: page.entities, query, representation, to: &piece)
            return piece
        }
        var writer = ByteWriter(capacity: 1 << 16)
        var renderer = EntityRenderer(context: context, representation: representation)
        var features = FeatureRenderer(context: context, representation: representation, geometryProperty: nil)
        for (index, entity) in page.entities.enumerated() {
            if index > 0, query.format != .ndjson { writer.append(",\n") }
            if query.format == .geojson {
                features.append(entity, context: nil, to: &writer)
            } else {
                renderer.append(entity, to: &writer)
            }
            if query.format == .ndjson { writer.append("\n") }
        }
        piece.body = writer.array()
        return piece
    }

    private func append(
        table entities: [EntityRecord], _ query: ExportQuery, _ representation: EntityRepresentation,
        to piece: inout ExportPiece
    ) {
        var writer = ByteWriter(capacity: 1 << 16)
        if query.isWide {
            var representation = representation
            representation.datasets = ["@none"]
            var table = EntityTable(context: context, representation: representation)
            table.append(entities, to: &writer)
        } else {
            var table = InstanceTable(context: context, representation: representation)
            table.appendHeader(to: &writer)
            for entity in entities { table.append(entity, to: &writer) }
        }
        (piece.header, piece.body) = ExportTable.split(writer.array())
    }

    // MARK: The history

    func historyIDs(_ query: ExportQuery, after place: ExportPlace?) async throws -> (ids: [String], next: ExportPlace?)
    {
        let entities = try selection(query)
        var selection = TemporalSelection()
        if case .temporal(let reached)? = place { selection.place = reached }
        selection.times = try times(query)
        selection.picked = []
        selection.showsScope = false
        let page = try await temporal { reply in
            city.history.queryTemporalEvolution(entities, selection, tenant: tenant, on: city.scheduler, reply: reply)
        }
        let next = page.hasMore ? page.last.map { ExportPlace.temporal($0) } : nil
        return (page.entities.map(\.id), next)
    }

    func historyAttributes(of id: String, _ query: ExportQuery) async throws -> [String] {
        let page = try await retrieve(id, query.attributes, query, times: try times(query, lastN: "1"))
        return page?.entities.first?.attributes.map { context.name($0.name) } ?? []
    }

    func history(
        of id: String, _ attributes: [String], _ query: ExportQuery, after place: ExportPlace?
    ) async throws -> ExportPiece {
        guard var page = try await retrieve(id, attributes, query, times: try times(query), after: place) else {
            return ExportPiece()
        }
        for index in page.entities.indices { page.entities[index].attributes.removeAll { $0.instances.isEmpty } }
        page.entities.removeAll { $0.attributes.isEmpty }
        var piece = ExportPiece()
        piece.next = page.partialRange.map { .stored($0.end.microseconds) }
        for attribute in page.entities.lazy.flatMap(\.attributes) {
            for _ in attribute.instances.roots { piece.count += 1 }
        }
        var representation = TemporalRepresentation()
        representation.form = query.isWide ? .values : .normalized
        representation.entity = self.representation(query, attributes)
        var writer = ByteWriter(capacity: 1 << 20)
        if query.format == .csv {
            var table = TemporalTable(context: context, representation: representation)
            table.append(page.entities, to: &writer)
            (piece.header, piece.body) = ExportTable.split(writer.array())
        } else {
            var renderer = TemporalRenderer(context: context, representation: representation)
            for entity in page.entities {
                renderer.append(entity, context: nil, to: &writer)
                writer.append("\n")
            }
            piece.body = writer.array()
        }
        return piece
    }

    private func times(_ query: ExportQuery, lastN: String? = nil) throws -> TemporalQuery {
        let times = Dictionary(uniqueKeysWithValues: query.times.map { ($0.name, $0.value) })
        return try TemporalQuery(
            timerel: times["timerel"], timeAt: times["timeAt"], endTimeAt: times["endTimeAt"], timeproperty: nil,
            lastN: lastN)
    }

    /// - Returns: `nil` when the entity has nothing of what is asked.
    private func retrieve(
        _ id: String, _ attributes: [String], _ query: ExportQuery, times: TemporalQuery,
        after place: ExportPlace? = nil
    ) async throws -> TemporalPage? {
        var selection = TemporalSelection()
        selection.times = times
        if !attributes.isEmpty {
            selection.picked = Set(terms(attributes))
            selection.showsScope = attributes.contains("scope")
        }
        if query.isWide { selection.datasets = ["@none"] }
        if case .stored(let end)? = place { selection.after = Timestamp(microseconds: end) }
        do {
            return try await temporal { reply in
                city.history.retrieveTemporalEvolution(
                    id: id, selection, tenant: tenant, on: city.scheduler, reply: reply)
            }
        } catch NGSILDError.resourceNotFound {
            return nil
        }
    }

    private func temporal(
        _ ask: (@escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void) -> Void
    ) async throws -> TemporalPage {
        try await withCheckedThrowingContinuation { continuation in
            ask { continuation.resume(with: $0.mapError { $0 as any Error }) }
        }
    }
}
