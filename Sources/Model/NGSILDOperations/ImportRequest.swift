/// What is asked of imports, which the server makes from files that come up in pieces. `id` names an import, bodies are
/// handed over as they came.
public enum ImportRequest: Sendable, Hashable {
    case list
    /// `{name, size}` of a file, or `{edit, ids}`.
    case create([UInt8])
    case show(String)
    case piece(String, number: Int, [UInt8])
    /// How a table is read, as somebody corrected it.
    case correct(String, [UInt8])
    case preview(String, [UInt8])
    case run(String, [UInt8])
    case pause(String)
    case resume(String)
    case cancel(String)
    case undo(String, [UInt8])
    case delete(String)
}

/// An HTTP status and JSON; no body with 204.
public struct ImportAnswer: Sendable, Hashable {
    public let status: Int
    public let body: [UInt8]

    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
