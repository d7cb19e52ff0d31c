/// Fetches the documents that contexts refer to. The HTTP one is in the edge.
///
/// A loader sets a time limit, reads no more than it is configured to, follows its own rules on which addresses are
/// allowed, and calls `completion` exactly once, on any thread, soon or at once. The work that follows (parsing,
/// building the context; up to tens of milliseconds for the largest) is done on that thread.
public protocol ContextDocumentLoader: Sendable {
    /// Loads the document at an absolute URL, never one of the core context.
    func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void)
}

/// A document as it was loaded.
public struct LoadedContext: Hashable, Sendable {
    public let bytes: [UInt8]
    /// How long its server says that it holds; `nil` when the server says nothing.
    public let lifetime: Duration?

    /// A document of these bytes.
    public init(_ bytes: [UInt8], lifetime: Duration? = nil) {
        self.bytes = bytes
        self.lifetime = lifetime
    }
}
