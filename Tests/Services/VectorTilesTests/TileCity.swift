import BrokerCore
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import Testing

/// A broker over a store in memory, filled in JSON under the core context.
struct TileCity {
    let broker: Broker
    let context: TermContext

    init() throws {
        broker = try Broker(storage: InMemoryStorage())
        context = TermContext(context: .core, registry: broker.registry)
    }

    func create(_ entities: [String]) async throws {
        for start in stride(from: 0, to: entities.count, by: 1_000) {
            let members = try entities[start..<min(start + 1_000, entities.count)].map { json in
                let document = try JSONDocument(parsing: json)
                return BatchMember.draft(try EntityDecoder(context: context).decodeEntity(document, document.root))
            }
            let result = await perform(.batchCreate(members))
            guard case .batch(let batch) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(batch.errors.isEmpty)
        }
    }

    func perform(_ operation: ProvisionOperation) async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: "", on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }
    }
}
