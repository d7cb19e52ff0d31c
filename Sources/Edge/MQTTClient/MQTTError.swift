/// Why an MQTT message was not published.
///
/// No case holds a user name or a password.
public enum MQTTError: Error, Hashable, Sendable {
    /// The URI or an option cannot be used, whatever the network says.
    case invalidEndpoint(String)
    /// The rules on destinations, the server or its certificate forbid it; trying again does not help.
    case refused(String)
    /// The server cannot be reached, is busy, or the connection broke; another attempt may succeed.
    case unreachable(String)
    case timedOut(String)
    /// The publisher was shut down, or the task was cancelled.
    case closed

    public var mayRetry: Bool {
        switch self {
        case .invalidEndpoint, .refused: false
        case .unreachable, .timedOut, .closed: true
        }
    }
}

extension MQTTError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidEndpoint: "the endpoint cannot be used: \(reason)"
        default: reason
        }
    }

    /// What is wrong, in half a sentence.
    public var reason: String {
        switch self {
        case .invalidEndpoint(let reason), .refused(let reason), .unreachable(let reason), .timedOut(let reason): reason
        case .closed: "publishing has ended"
        }
    }
}
