import ArgumentParser
import BrokerCore
import DatasetImport
import Foundation
import JSONLD
import JSONTree
import NGSILDClient
import NGSILDModel
import NGSILDOperations
import TemporalEvolution

/// Where imports go: a running Parvis, or a data directory that no process has open.
struct DestinationOptions: ParsableArguments {
    @Option(help: "A running Parvis, such as http://127.0.0.1:1026.")
    var url: String?
    @Option(help: "A data directory that no running Parvis has open.")
    var data: String?
    @Option(help: "The tenant (default: the default tenant).")
    var tenant: String = ""
    @OptionGroup var trust: TrustOptions
    @OptionGroup var access: KeyOptions

    /// Also commands that need a destination only sometimes have these options, so each checks them itself.
    ///
    /// - Throws: `ValidationError` unless one destination is given.
    func check() throws {
        let places = "--url http://127.0.0.1:1026 for a running Parvis, or --data DIR for a data directory"
        if url == nil, data == nil { throw ValidationError("Say where to: \(places)") }
        if url != nil, data != nil { throw ValidationError("Give one place, not both: \(places)") }
    }

    /// Lends the destination to an import, and closes it when that has ended, well or not.
    ///
    /// - Parameter body: gets a closure that opens the destination when it is first called, so that input which is
    ///   refused leaves no trace.
    nonisolated(nonsending) func use<R>(_ body: (() throws -> any CityDestination) async throws -> R) async throws -> R
    {
        var opened: (any CityDestination)?
        do {
            let result = try await body {
                if let opened { return opened }
                let city = try open()
                opened = city
                return city
            }
            await opened?.close()
            return result
        } catch {
            await opened?.close()
            throw error
        }
    }

    /// Opens the destination.
    private func open() throws -> any CityDestination {
        if let url { return try RunningCity(url: url, tenant: tenant, key: access.value, trust: trust.trust) }
        return try StoredCity(directory: data ?? "data", tenant: tenant)
    }
}

/// What became of a batch.
struct DeliveredBatch: Sendable {
    var accepted = 0
    /// The entities that were refused, with the reason.
    var failures: [(id: String, reason: String)] = []
}

/// Takes what an import reads.
protocol CityDestination: Sendable {
    /// Creates entities, or updates those that exist.
    func upsert(_ batch: EntityBatch) async throws -> DeliveredBatch
    /// Adds to the history of one entity; the same values again change nothing.
    func addHistory(_ chunk: DatasetImport.HistoryChunk) async throws
    /// Adds to the history of one entity what an EntityTemporal holds; the same instances again change nothing.
    func addHistory(entityTemporal: [UInt8]) async throws
    /// Ends the use; everything accepted is durable.
    func close() async
}

/// A Parvis (or any NGSI-LD broker) reached over HTTP.
struct RunningCity: CityDestination {
    private let http: OutgoingHTTP
    let client: NGSILDClient

    init(url: String, tenant: String, key: String? = nil, trust: OutgoingHTTP.Trust = .system) throws {
        var configuration = OutgoingHTTP.Configuration.ofOperator(trust)
        configuration.readTimeout = .seconds(60)
        configuration.timeout = .seconds(120)
        http = OutgoingHTTP(configuration: configuration)
        var clientConfiguration = NGSILDClient.Configuration()
        clientConfiguration.tenant = tenant
        clientConfiguration.key = key
        client = try NGSILDClient(url, http: http, configuration: clientConfiguration)
    }

    func upsert(_ batch: EntityBatch) async throws -> DeliveredBatch {
        let summary = try await client.batch(.upsert(updating: true), batch.bytes)
        return DeliveredBatch(
            accepted: batch.count - summary.failures.count,
            failures: summary.failures.map { ($0.entityID, $0.reason) })
    }

    func addHistory(_ chunk: DatasetImport.HistoryChunk) async throws {
        try await client.upsertTemporalEvolution(chunk.entityTemporal())
    }

    func addHistory(entityTemporal: [UInt8]) async throws { try await client.upsertTemporalEvolution(entityTemporal) }

    func close() async { await http.shutdown() }
}

/// A data directory, opened by this process alone.
final class StoredCity: CityDestination {
    private let city: LocalCity
    private let tenant: String
    private let contexts: ContextCache
    private let http: OutgoingHTTP

    init(directory: String, tenant: String) throws {
        city = try LocalCity(directory: directory, isNew: true)
        self.tenant = tenant
        http = OutgoingHTTP()
        contexts = ContextCache(loader: ContextHTTPLoader(http: http))
    }

    func upsert(_ batch: EntityBatch) async throws -> DeliveredBatch {
        let document = try JSONDocument(parsing: batch.bytes)
        var members: [BatchMember] = []
        members.reserveCapacity(batch.count)
        var tables: [String: TermContext] = [:]
        for node in document.elements(document.root) {
            let context = try await self.context(of: document, node, &tables)
            do throws(NGSILDError) {
                members.append(.draft(try EntityDecoder(context: context).decodeEntity(document, node)))
            } catch {
                members.append(.rejected(id: document.member(node, "id").flatMap { document.string($0) }, error))
            }
        }
        let result = await city.submit(.batchUpsert(members, replaces: false), tenant: tenant)
        switch result {
        case .failure(let error): throw error
        case .batch(let outcome):
            return DeliveredBatch(
                accepted: outcome.created.count + outcome.updated.count,
                failures: outcome.errors.map { ($0.entityID ?? "?", $0.error.detail) })
        default: return DeliveredBatch(accepted: batch.count)
        }
    }

    private func context(
        of document: JSONDocument, _ node: JSONNode, _ tables: inout [String: TermContext]
    ) async throws -> TermContext {
        let inline = document.member(node, "@context")
        let key = inline.map { document.text($0) } ?? ""
        if let table = tables[key] { return table }
        var context = ResolvedContext.core
        if let inline { context = try await contexts.resolve(.value(document, inline)) }
        let table = TermContext(context: context, registry: city.broker.registry)
        tables[key] = table
        return table
    }

    func addHistory(_ chunk: DatasetImport.HistoryChunk) async throws {
        var context = ResolvedContext.core
        if !chunk.context.isEmpty {
            var writer = ByteWriter()
            writer.append("[")
            for (offset, url) in chunk.context.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(jsonString: url)
            }
            writer.append("]")
            let document = try JSONDocument(parsing: writer.array())
            context = try await contexts.resolve(.value(document, document.root))
        }
        let names = TermContext(context: context, registry: city.broker.registry)
        var groups: [HistoryGroup] = []
        for series in chunk.series {
            var group = HistoryGroup(
                entityID: chunk.entityID, types: [try names.typeTerm(chunk.type)],
                attribute: try names.term(series.attribute),
                kind: series.kind == .geoProperty
                    ? .geoProperty : series.kind == .relationship ? .relationship : .property,
                unitCode: series.unitCode)
            for index in 0..<series.count {
                group.append(
                    series.value(index),
                    at: NGSILDModel.Timestamp(microseconds: series.observedAt[index].millisecondsSinceEpoch * 1_000))
            }
            groups.append(group)
        }
        try await city.bringIn(groups, tenant: tenant)
    }

    func addHistory(entityTemporal: [UInt8]) async throws {
        let document = try JSONDocument(parsing: entityTemporal)
        var tables: [String: TermContext] = [:]
        let context = try await self.context(of: document, document.root, &tables)
        let draft = try EntityDecoder(context: context, allowsNull: false, keepsEveryInstance: true)
            .decodeEntity(document, document.root)
        try await city.addHistory(draft, tenant: tenant)
    }

    func close() async {
        city.close()
        await http.shutdown()
    }
}
