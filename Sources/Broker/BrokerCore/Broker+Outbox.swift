import BrokerStorage
public import NGSILDOperations

extension Broker: OutboxKeeping {
    public func show(commitsTo matcher: (any ChangeMatcher)?) { committer.show(commitsTo: matcher) }

    public func outbox(after sequence: UInt64, limit: Int) throws -> [OutboxEntry] {
        try storage.outbox(after: sequence, limit: limit).map { OutboxEntry(sequence: $0.sequence, body: $0.body) }
    }

    public func outbox(_ sequences: [UInt64]) throws -> [OutboxEntry] {
        try storage.outbox(sequences).map { OutboxEntry(sequence: $0.sequence, body: $0.body) }
    }

    public func keep(
        _ documents: [DocumentUpdate], removingOutbox removed: [ClosedRange<UInt64>], on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let writes = documents.map { DocumentWrite(kind: $0.kind, tenant: $0.tenant, key: $0.key, body: $0.body) }
        submit(
            .documents(writes, removingOutbox: removed), weight: 1, on: scheduler, reply: reply)
    }
}
