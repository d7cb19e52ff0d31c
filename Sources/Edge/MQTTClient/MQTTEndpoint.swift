import Foundation

/// Where and how an MQTT message is published: `mqtt[s]://[user[:password]@]host[:port]/topic`.
///
/// - Source: CIM 009 clause 7.2, Table 7.2-1.
public struct MQTTEndpoint: Hashable, Sendable {
    /// The protocol's version, as `MQTT-Version` names it.
    public enum Version: String, Hashable, Sendable {
        case v311 = "mqtt3.1.1"
        case v5 = "mqtt5.0"
    }

    /// How hard the delivery is tried.
    public enum QoS: Int32, Hashable, Sendable {
        case atMostOnce = 0
        case atLeastOnce, exactlyOnce
    }

    public let isSecure: Bool
    /// Lower case; an IPv6 address without brackets.
    public let host: String
    public let port: Int
    public let user: String?
    let password: String?
    public let topic: String
    public var version = Version.v5
    public var qos = QoS.atMostOnce
    /// Whether the server keeps the message for those who subscribe later.
    public var isRetained = false

    /// Bytes of a topic; MQTT itself ends at 65,535.
    private static let topicLimit = 4_096

    /// - Throws: `MQTTError.invalidEndpoint`, which says what is wrong and never quotes user or password.
    public init(uri: String) throws(MQTTError) {
        let text = uri[...]
        guard let mark = text.range(of: "://") else { throw .invalidEndpoint("mqtt://HOST/TOPIC is expected") }
        switch text[..<mark.lowerBound].lowercased() {
        case "mqtt": isSecure = false
        case "mqtts": isSecure = true
        default: throw .invalidEndpoint("its scheme is not mqtt or mqtts")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw .invalidEndpoint("it holds characters that a URI must write as %XX")
        }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority = rest[..<end]
        // The last @ ends the credentials, as browsers read it.
        let at = authority.lastIndex(of: "@")
        (user, password) = try Self.credentials(at.map { authority[..<$0] })
        (host, port) = try Self.server(
            at.map { authority[authority.index(after: $0)...] } ?? authority, standardPort: isSecure ? 8_883 : 1_883)
        topic = try Self.topic(rest[end...])
    }

    private static func credentials(_ text: Substring?) throws(MQTTError) -> (String?, String?) {
        guard let text else { return (nil, nil) }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = parts[0].removingPercentEncoding, !user.utf8.contains(0), user.utf8.count <= 1_024 else {
            throw .invalidEndpoint("its user name is not percent-encoded UTF-8, or longer than 1024 bytes")
        }
        guard parts.count == 2 else { return (user, nil) }
        guard let password = parts[1].removingPercentEncoding, !password.utf8.contains(0), password.utf8.count <= 4_096
        else { throw .invalidEndpoint("its password is not percent-encoded UTF-8, or longer than 4096 bytes") }
        guard !user.isEmpty else { throw .invalidEndpoint("it has a password and no user name") }
        return (user, password)
    }

    private static func server(_ text: Substring, standardPort: Int) throws(MQTTError) -> (String, Int) {
        var host = text
        var port: Substring?
        if text.first == "[", let close = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard host.contains(":"), rest.isEmpty || rest.first == ":" else {
                throw .invalidEndpoint("its host is not a name or an address")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        let isHost =
            !host.isEmpty && host.utf8.count <= 253 && host.first != "-"
            && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._:".contains($0)) }
        guard isHost else { throw .invalidEndpoint("its host is not a name or an address") }
        guard let port, !port.isEmpty else { return (host.lowercased(), standardPort) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
            (1...65_535).contains(number)
        else { throw .invalidEndpoint("its port is not 1 to 65535") }
        return (host.lowercased(), number)
    }

    private static func topic(_ path: Substring) throws(MQTTError) -> String {
        guard !path.contains("?"), !path.contains("#") else {
            throw .invalidEndpoint("its topic holds ? or #; the path alone is the topic")
        }
        guard let topic = path.dropFirst().removingPercentEncoding, !topic.isEmpty else {
            throw .invalidEndpoint("it names no topic; mqtt://HOST/TOPIC is expected")
        }
        guard topic.utf8.count <= topicLimit, !topic.utf8.contains(0) else {
            throw .invalidEndpoint("its topic is longer than \(topicLimit) bytes, or holds a zero byte")
        }
        guard !topic.contains("+"), !topic.contains("#") else {
            throw .invalidEndpoint("its topic holds + or #, which stand for other topics and cannot be published to")
        }
        return topic
    }

    /// Takes one entry of the endpoint's `notifierInfo`.
    ///
    /// - Returns: `false` when the key means nothing to MQTT.
    public mutating func setOption(_ key: String, _ value: String) throws(MQTTError) -> Bool {
        switch key {
        case "MQTT-Version":
            guard let version = Version(rawValue: value) else {
                throw .invalidEndpoint("MQTT-Version is mqtt3.1.1 or mqtt5.0")
            }
            self.version = version
        case "MQTT-QoS":
            guard let qos = Int32(value).flatMap(QoS.init), value.utf8.count == 1 else {
                throw .invalidEndpoint("MQTT-QoS is 0, 1 or 2")
            }
            self.qos = qos
        case "MQTT-Retain":
            guard value == "true" || value == "false" else { throw .invalidEndpoint("MQTT-Retain is true or false") }
            isRetained = value == "true"
        default: return false
        }
        return true
    }

    private var hostText: String { host.contains(":") ? "[\(host)]" : host }

    /// The endpoint as logs and error messages show it: without user and password.
    public var name: String {
        let port = port == (isSecure ? 8_883 : 1_883) ? "" : ":\(port)"
        return "\(isSecure ? "mqtts" : "mqtt")://\(hostText)\(port)/\(topic)"
    }

    /// The server as messages name it.
    var serverName: String { "\(hostText):\(port)" }

    var server: Server {
        Server(isSecure: isSecure, host: host, port: port, user: user, password: password, version: version)
    }
}
