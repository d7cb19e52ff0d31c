import BrokerCore
import InMemoryStorage
import MQTTClient
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import Testing

@testable import DeviceIngest

@Suite struct IngestBatchTests {
    /// Notes how many entities came together, and how many attributes the first of them had.
    private final class Recorder: EntityProvision {
        struct Submission: Equatable {
            let entities: Int
            let attributes: Int
        }

        let broker: Broker
        let submissions = Mutex<[Submission]>([])

        init(_ broker: Broker) { self.broker = broker }

        func submit(
            _ operation: ProvisionOperation, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (ProvisionResult) -> Void
        ) {
            if case .batchUpsert(let members, _) = operation, case .draft(let draft)? = members.first {
                let attributes = draft.attributes.roots.reduce(0) { count, _ in count + 1 }
                submissions.withLock { $0.append(Submission(entities: members.count, attributes: attributes)) }
            }
            broker.submit(operation, tenant: tenant, on: scheduler, reply: reply)
        }

        func purgeEntities(
            _ query: EntityQuery, _ reduction: AttributeReduction?, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (ProvisionResult) -> Void
        ) { broker.purgeEntities(query, reduction, tenant: tenant, on: scheduler, reply: reply) }
    }

    @Test func `what long messages become is written before the next ones are read`() throws {
        let broker = try Broker(storage: InMemoryStorage())
        defer { broker.stop() }
        let mapping = try IngestMapping(
            yaml: """
                topics:
                  - {topic: air, id: "urn:ngsi-ld:AirQualityObserved:{s}", type: AirQualityObserved,
                     static: {dataProvider: Ghent}, attributes: {pm25: {from: pm, as: number}}}
                """)
        let terms = TermContext(context: .core, registry: broker.registry)
        let recorder = Recorder(broker)
        let counts = IngestCounts(rules: 1)
        let batch = IngestBatch(
            reader: MessageReader(
                rules: mapping.rules.map { MessageReader.BoundRule(rule: $0, terms: terms) },
                contexts: PayloadContexts(cache: nil, registry: broker.registry)),
            writer: EntityWriter(provision: recorder, consumption: broker), counts: counts)
        let records = (0..<1_000).map { #"{"s":"\#($0)","pm":1}"# }.joined(separator: ",")
        let message = MQTTIncoming(topic: "air", payload: Array("[\(records)]".utf8))
        #expect(batch.take([message, message, message]) == nil)
        // The static attribute goes with the first only: when the second message is read, its entities are there.
        #expect(
            recorder.submissions.withLock { $0 } == [
                .init(entities: 1_000, attributes: 2), .init(entities: 1_000, attributes: 1),
                .init(entities: 1_000, attributes: 1),
            ])
        #expect(counts.snapshot.rules.map(\.entities) == [3_000])
        #expect(counts.snapshot.rules.map(\.messages) == [3])
    }
}
