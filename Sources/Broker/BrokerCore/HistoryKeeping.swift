public import BrokerStorage
public import NGSILDModel
public import NGSILDOperations

/// What the keeper of history asks of a broker: chunks in and out, and the change record that it resumes from.
public protocol HistoryKeeping: Sendable {
    /// Writes chunks and documents in one commit; `reply` runs on `scheduler` once they are durable. A tenant that a
    /// chunk names comes into being.
    func keepHistory(
        _ chunks: [HistoryChunk], documents: [DocumentWrite], on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void)

    /// The store that the chunks are read from.
    var storage: any BrokerStorage { get }
    /// The tenants that exist.
    var tenantNames: [String] { get }
    /// The names of attributes.
    var registry: TermRegistry { get }
}

extension Broker: HistoryKeeping {
    public func keepHistory(
        _ chunks: [HistoryChunk], documents: [DocumentWrite], on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        submit(.history(chunks, documents: documents), weight: 1, on: scheduler, reply: reply)
    }
}
