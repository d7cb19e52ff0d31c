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
        return state.withLock { state in
            var documents: [CachedDocument] = []
            state.documents.forEach { url, stored in
                documents.append(CachedDocument(url: url, age: now - stored.loadedAt, rest: stored.expiry - now))
            }
            return documents
        }
    }
}
