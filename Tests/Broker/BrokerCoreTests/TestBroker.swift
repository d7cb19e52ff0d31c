import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@testable import BrokerCore

/// A broker over a store in memory, spoken to in JSON under the core context.
struct TestBroker {
    let storage: any BrokerStorage
    let broker: Broker
    let context: TermContext

    init(
        _ storage: any BrokerStorage = InMemoryStorage(), _ change: (inout Broker.Configuration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        var configuration = Broker.Configuration()
        change(&configuration)
        broker = try Broker(storage: storage, configuration: configuration)
        context = TermContext(context: .core, registry: broker.registry)
    }

    static let room = "urn:ngsi-ld:Room:1"

    func draft(_ json: String) throws -> EntityDraft {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(context: context, purpose: .fragment).decodeEntity(document, document.root)
    }

    /// A room with these attributes, as JSON members.
    func room(_ attributes: String, id: String = room) throws -> EntityDraft {
        try draft(#"{"id":"\#(id)","type":"Room"\#(attributes.isEmpty ? "" : ",")\#(attributes)}"#)
    }

    func attribute(_ name: String, _ json: String) throws -> AttributeForest {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(context: context, purpose: .fragment)
            .decodeAttribute(document, document.root, name: context.term(name))
    }

    func term(_ name: String) throws -> TermID { try context.term(name) }

    func perform(_ operation: ProvisionOperation, tenant: String = "") async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    /// The outcome in a line: `success`, `updated a b; not c`, `created x; updated y; refused z`, or the error's type.
    func outcome(_ operation: ProvisionOperation, tenant: String = "") async -> String {
        switch await perform(operation, tenant: tenant) {
        case .success: return "success"
        case .updated(let result):
            let updated = result.updated.map { context.name($0) }.joined(separator: " ")
            let not = result.notUpdated.map { context.name($0.name) }.joined(separator: " ")
            return "updated \(updated)" + (not.isEmpty ? "" : "; not \(not)")
        case .batch(let result):
            return "created \(result.created.count); updated \(result.updated.count); refused "
                + result.errors.map { "\($0.entityID ?? "?") \($0.error.title)" }.joined(separator: ", ")
        case .failure(let error): return error.title
        }
    }

    /// The entity in concise form, or the title of the error.
    func shown(_ id: String = room, tenant: String = "") -> String {
        do throws(NGSILDError) {
            let entity = try broker.retrieveEntity(id: id, tenant: tenant)
            var representation = EntityRepresentation()
            representation.form = .concise
            representation.showsID = false
            var renderer = EntityRenderer(context: context, representation: representation)
            var writer = ByteWriter()
            renderer.append(entity, to: &writer)
            return writer.string()
        } catch {
            return error.title
        }
    }

    func ids(_ change: (inout EntityQuery) -> Void = { _ in }, tenant: String = "") throws -> [String] {
        var query = EntityQuery()
        query.limit = 1_000
        change(&query)
        return try broker.queryEntities(query, tenant: tenant).entities.map(\.id)
    }
}

/// A store whose commits wait until a test lets them through, and that can be told to fail.
final class GatedStorage: BrokerStorage {
    private let base: InMemoryStorage
    private let gate = Mutex<(isClosed: Bool, failure: StorageError?)>((false, nil))

    init(_ base: InMemoryStorage = InMemoryStorage()) { self.base = base }

    func close(gate isClosed: Bool) { gate.withLock { $0.isClosed = isClosed } }
    func fail(_ error: StorageError?) { gate.withLock { $0.failure = error } }

    func commit(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        while gate.withLock({ $0.isClosed }) { sched_yield() }
        if let failure = gate.withLock({ $0.failure }) { throw failure }
        return try base.commit(commit)
    }

    func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])? {
        if let failure = gate.withLock({ $0.failure }) { throw failure }
        return try base.entity(tenant: tenant, id: id)
    }

    func terms() throws -> [String] { try base.terms() }
    func internTerm(_ iri: String) throws -> UInt32 { try base.internTerm(iri) }
    func tenants() throws(StorageError) -> [String] { try base.tenants() }
    func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        try base.visitEntities(visit)
    }
    func lastSequence() throws(StorageError) -> UInt64 { try base.lastSequence() }
    func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange] {
        try base.changes(after: sequence, limit: limit)
    }
    func pruneChanges(through sequence: UInt64) throws(StorageError) { try base.pruneChanges(through: sequence) }
    func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow] {
        try base.outbox(after: sequence, limit: limit)
    }
    func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow] { try base.outbox(sequences) }
    func documents(kind: String) throws(StorageError) -> [StoredDocument] { try base.documents(kind: kind) }
    func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]? {
        try base.document(kind: kind, tenant: tenant, key: key)
    }
    func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument] {
        try base.documents(kind: kind, tenant: tenant, after: key, limit: limit)
    }
    func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey] {
        try base.historySeries(tenant: tenant, entity: entity)
    }
    func historySeries(
        after position: UInt64, limit: Int
    ) throws(StorageError) -> [(position: UInt64, key: SeriesKey)] {
        try base.historySeries(after: position, limit: limit)
    }
    func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        try base.historyChunks(series, from: from, to: to, newestFirst: newestFirst, limit: limit)
    }
    func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?] {
        try base.newestHistoryChunks(series)
    }
    func backup(to path: String, progress: (Double) -> Void) throws(StorageError) {
        try base.backup(to: path, progress: progress)
    }
    func statistics() throws(StorageError) -> StorageStatistics { try base.statistics() }
    func close() { base.close() }
}
