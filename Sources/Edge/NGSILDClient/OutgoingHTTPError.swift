/// Why an outgoing request got no usable answer.
public enum OutgoingHTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The URL cannot be used, whatever the network says.
    case invalidURL(String, reason: String)
    /// The rules on destinations forbid it; nothing was sent.
    case refused(String, reason: String)
    /// Name resolution, connection, TLS or a connection that broke.
    case unreachable(String, reason: String)
    case timedOut(String)
    /// The answer is longer than `limit` bytes.
    case tooLarge(String, limit: Int)
    /// `shutdown` was called, or the task was cancelled.
    case closed

    public var description: String {
        switch self {
        case .invalidURL(let url, let reason): "\(url) cannot be requested: \(reason)"
        case .refused(let url, let reason): "\(url) is not requested: \(reason)"
        case .unreachable(let url, let reason): "\(url) cannot be reached: \(reason)"
        case .timedOut(let url): "\(url) does not answer in time"
        case .tooLarge(let url, let limit): "\(url) answers with more than \(limit) bytes"
        case .closed: "outgoing requests have ended"
        }
    }
}
