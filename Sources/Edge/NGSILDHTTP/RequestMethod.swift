import NIOHTTP1

/// The method of a request.
public enum RequestMethod: String, Sendable {
    case GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS
    /// Any other, which no resource takes.
    case other = "this method"

    init(_ method: HTTPMethod) {
        switch method {
        case .GET: self = .GET
        case .HEAD: self = .HEAD
        case .POST: self = .POST
        case .PUT: self = .PUT
        case .PATCH: self = .PATCH
        case .DELETE: self = .DELETE
        case .OPTIONS: self = .OPTIONS
        default: self = .other
        }
    }

    /// Whether the request changes nothing (RFC 9110 section 9.2.1).
    public var isSafe: Bool { self == .GET || self == .HEAD || self == .OPTIONS }

    var carriesBody: Bool { self == .POST || self == .PUT || self == .PATCH }
}
