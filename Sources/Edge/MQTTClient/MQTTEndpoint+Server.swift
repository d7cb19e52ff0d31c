extension MQTTEndpoint {
    /// A server and who one is there: what connections are shared by.
    public struct Server: Hashable, Sendable {
        public let isSecure: Bool
        public let host: String
        public let port: Int
        public let user: String?
        let password: String?
        public let version: Version
    }
}

extension MQTTEndpoint.Server {
    /// Reads `mqtt[s]://[user[:password]@]host[:port]`, as endpoints are read but without a topic.
    ///
    /// - Throws: `MQTTError.invalidEndpoint`, which says what is wrong and never quotes user or password.
    public init(uri: String, version: MQTTEndpoint.Version = .v5) throws(MQTTError) {
        let bare = uri.hasSuffix("/") ? String(uri.dropLast()) : uri
        let rest = bare.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw .invalidEndpoint("mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT] is expected, without a topic")
        }
        var endpoint = try MQTTEndpoint(uri: bare + "/topic")
        endpoint.version = version
        self = endpoint.server
    }

    /// The server as logs and error messages show it: without user and password.
    public var name: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "mqtts" : "mqtt")://\(host):\(port)"
    }
}
