extension ContextCache {
    /// A remote document that the cache holds.
    public struct CachedDocument: Sendable {
        public let url: String
        /// Time since it was loaded.
        public let age: Duration
        /// Time until it is loaded again; not above zero when that is due.
        public let rest: Duration
    }

    /// The remote documents that the cache holds, in no order. Cost: linear in them, at most `documentCount`.
    public var cachedDocuments: [CachedDocument] {
        let now = now()
        let lifetime = configuration.documentLifetime
        return state.withLock { state in
            var documents: [CachedDocument] = []
            state.documents.forEach { url, stored in
                let rest = stored.expiry - now
                documents.append(CachedDocument(url: url, age: lifetime - rest, rest: rest))
            }
            return documents
        }
    }
}
