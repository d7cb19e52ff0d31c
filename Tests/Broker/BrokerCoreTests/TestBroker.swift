import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

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
