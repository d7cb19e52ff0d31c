/// Keeps documents beside the entities in the same store: subscriptions, hosted contexts, cursors.
public protocol DocumentKeeping: Sendable {
    /// All documents of a kind, over all tenants.
    func documents(kind: String) throws -> [(tenant: String, key: String, body: [UInt8])]

    /// Puts (or with `nil` removes) a document; `reply` runs on `scheduler` once that is durable.
    func putDocument(
        kind: String, tenant: String, key: String, body: [UInt8]?, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void)
}
