public import BrokerStorage
public import NGSILDModel
public import NGSILDOperations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the keeper of history asks of a broker: chunks in and out, the present, and the change record that it resumes
/// from.
public protocol HistoryKeeping: Sendable {
    /// Writes chunks and documents in one commit; `reply` runs on `scheduler` once they are durable. A tenant that a
    /// chunk names comes into being.
    func keepHistory(
        _ chunks: [HistoryChunk], documents: [DocumentWrite], on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void)

    /// Follows the changes, each commit's before anyone can see its state: whoever finds the new state can find the old
    /// one with the follower. `receive` runs on the committer's thread: it must be quick and must not block.
    func followAhead(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower

    /// The state of an entity that is published, with its attributes; `nil` when there is none.
    ///
    /// - Throws: `StorageError` when they cannot be read from the store.
    func presentEntity(id: String, tenant: String) throws -> EntityRecord?

    /// The types of an entity that is published; none when there is none. It never reads the store.
    func presentTypes(id: String, tenant: String) -> [TermID]

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

    public func followAhead(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower {
        feed.followAhead(receive)
    }

    public func presentTypes(id: String, tenant name: String) -> [TermID] {
        // An evicted record has its types.
        tenants.tenant(name)?.withState { $0.slot(of: id)?.record?.types } ?? []
    }

    public func presentEntity(id: String, tenant name: String) throws -> EntityRecord? {
        guard let tenant = tenants.tenant(name) else { return nil }
        var patience = 100_000
        while true {
            guard let slot = tenant.withState({ $0.slot(of: id) }), let record = slot.record else { return nil }
            if !record.isEvicted { return record }
            let found = try storage.entity(tenant: name, id: id)
            if patience == 0, found == nil { return nil }
            if let (stored, body) = found, stored.revision == slot.revision || patience == 0 {
                guard let whole = EntityCodec.decode(body, id: id) else {
                    throw StorageError.corrupt(path: name, reason: "entity \(id) cannot be read")
                }
                return whole
            }
            // The store is a commit ahead, which is published next; or another writer was at it, for whom there is no
            // waiting.
            patience -= 1
            sched_yield()
        }
    }
}
