import Foundation

/// Where mail is handed in: `smtp[s]://[user:password@]host[:port]`.
///
/// `smtps` speaks TLS from the first byte (port 465, RFC 8314). `smtp` (port 587) turns to TLS by STARTTLS, and must where
/// there is a password and the server is not on this machine.
public struct SMTPServer: Hashable, Sendable {
    public let host: String
    public let port: Int
    public let isSecure: Bool
    public let user: String?
    let password: String?

    /// - Returns: `nil` for any other text.
    public init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "smtp" || scheme == "smtps", let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.path.isEmpty || parts.path == "/",
            (parts.user == nil) == (parts.password == nil)
        else { return nil }
        let port = parts.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65_535).contains(port) else { return nil }
        self.host = host
        self.port = port
        isSecure = scheme == "smtps"
        user = parts.user
        password = parts.password
    }

    /// As logs and messages may show it.
    public var name: String { "\(isSecure ? "smtps" : "smtp")://\(host):\(port)" }

    var isOnThisMachine: Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }
}

/// Why a mail was not taken. Shows no password.
public struct SMTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it says of later attempts.
    public enum Kind: Sendable {
        /// The server is not there, or says that it cannot take mail now.
        case unavailable
        /// It may be this mail.
        case doubtful
        /// Trying again cannot help.
        case final
    }

    public let description: String
    public let kind: Kind
    /// The server's reply code; `nil`: there was none.
    public let code: Int?
}
