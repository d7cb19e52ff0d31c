/// Fetches the documents that contexts refer to. The HTTP one is in the edge.
///
/// A loader sets a time limit, reads no more than it is configured to, follows its own rules on which addresses are
/// allowed, and calls `completion` exactly once, on any thread, soon or at once. The work that follows (parsing,
/// building the context; up to tens of milliseconds for the largest) is done on that thread.
public protocol ContextDocumentLoader: Sendable {
    /// Loads the bytes of the document at an absolute URL, never one of the core context.
    func load(_ url: String, completion: @escaping @Sendable (Result<[UInt8], ContextError>) -> Void)
}
