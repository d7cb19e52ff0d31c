import JSONTree
import MQTTClient
import NGSILDModel

/// Checks the member `notification.endpoint`.
///
/// - Source: CIM 009 clauses 5.2.15, 5.2.22, 7.2.
struct EndpointReader {
    let member: SubscriptionDefinition.Member?

    init(_ member: SubscriptionDefinition.Member?) { self.member = member }

    /// Headers that the delivery sets itself, or that belong to the connection.
    private static let reserved: Set<String> = [
        "host", "content-type", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade",
        "expect", "keep-alive", "proxy-authorization", "proxy-connection",
    ]

    func read() throws(NGSILDError) -> NotificationEndpoint {
        guard let member else {
            throw .badRequestData(
                "The subscription has no \"notification\" with an \"endpoint\"; say where notifications go")
        }
        let json = member.json
        guard json.isObject(member.root), let uri = json.member(member.root, "uri").flatMap({ json.string($0) }) else {
            throw .badRequestData("The endpoint is an object with \"uri\", a string")
        }
        let kind = try kind(of: uri)
        var endpoint = NotificationEndpoint(uri: uri)
        for (key, value) in json.members(member.root) {
            switch json.string(key) ?? "" {
            case "uri": continue
            case "accept": endpoint.accept = try accept(json, value)
            case "receiverInfo": endpoint.receiverInfo = try receiverInfo(json, value, kind)
            case "notifierInfo": endpoint.notifierInfo = try pairs(json, value, "notifierInfo")
            case "timeout": endpoint.timeout = try milliseconds(json, value, "timeout")
            case "cooldown": endpoint.cooldown = try milliseconds(json, value, "cooldown")
            case let name: throw .badRequestData("The endpoint has no member \"\(name)\"; check its spelling")
            }
        }
        if kind == .mqtt { try checkMQTT(endpoint) }
        if kind == .mail, endpoint.accept == .geoJSON {
            throw .badRequestData("The \"accept\" of a mailto endpoint is application/json or application/ld+json")
        }
        return endpoint
    }

    private enum Kind { case http, mqtt, mail, stream }

    private func kind(of uri: String) throws(NGSILDError) -> Kind {
        guard EntityID.isValid(uri), let colon = uri.firstIndex(of: ":") else {
            throw .badRequestData("The \"uri\" of the endpoint is not a URI; http://HOST/PATH is expected")
        }
        switch uri[..<colon].lowercased() {
        case "http", "https":
            guard uri[colon...].hasPrefix("://"), uri[colon...].utf8.count > 3 else {
                throw .badRequestData("The \"uri\" of the endpoint names no host; http://HOST/PATH is expected")
            }
            return .http
        case "mqtt", "mqtts": return .mqtt
        case "mailto":
            guard MailtoURI(uri) != nil else {
                throw .badRequestData(
                    "The \"uri\" of the endpoint is not mailto: with up to \(MailtoURI.limit) addresses and commas between"
                )
            }
            return .mail
        case "parvis":
            guard uri == NotificationStreams.uri else {
                throw .badRequestData("The endpoint that is read from Parvis itself is \(NotificationStreams.uri)")
            }
            return .stream
        case let scheme:
            throw .operationNotSupported(
                "Notifications to \(scheme) endpoints are not supported; use http, https, mqtt, mqtts, mailto or \(NotificationStreams.uri)"
            )
        }
    }

    /// What can be known to be wrong is said to whoever subscribes, not found out with the first notification.
    private func checkMQTT(_ endpoint: NotificationEndpoint) throws(NGSILDError) {
        do throws(MQTTError) {
            _ = try MQTTEndpoint(
                uri: endpoint.uri, notifierInfo: endpoint.notifierInfo.map { ($0.name, $0.value) })
        } catch {
            throw .badRequestData("The MQTT endpoint cannot be used: \(error.reason)")
        }
        // Table 7.2-2.
        guard endpoint.accept.rawValue != "application/geo+json" else {
            throw .badRequestData("The \"accept\" of an MQTT endpoint is application/json or application/ld+json")
        }
    }

    private func accept(_ json: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> NotificationEndpoint.Accept {
        switch json.string(node) {
        case "application/json": return .json
        case "application/ld+json": return .jsonLD
        case "application/geo+json": return .geoJSON
        default:
            throw .badRequestData(
                "The \"accept\" of an endpoint is application/json, application/ld+json or application/geo+json")
        }
    }

    private func receiverInfo(
        _ json: JSONDocument, _ node: JSONNode, _ kind: Kind
    ) throws(NGSILDError) -> [NotificationEndpoint.Header] {
        let pairs = try pairs(json, node, "receiverInfo")
        if kind != .http {
            // Any name and any text can stand in the metadata.
            if let pair = pairs.first(where: { $0.name.lowercased() == "content-type" }) {
                throw .badRequestData("receiverInfo cannot set \(pair.name); the broker sets it")
            }
            return pairs
        }
        for pair in pairs {
            guard pair.name.utf8.allSatisfy(EndpointReader.isTokenByte) else {
                throw .badRequestData("\"\(pair.name)\" in receiverInfo is not the name of an HTTP header")
            }
            guard pair.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw .badRequestData("The value of \(pair.name) in receiverInfo holds control characters")
            }
            if EndpointReader.reserved.contains(pair.name.lowercased()) {
                throw .badRequestData("receiverInfo cannot set \(pair.name); the broker sets it")
            }
        }
        return pairs
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private func pairs(
        _ json: JSONDocument, _ node: JSONNode, _ name: String
    ) throws(NGSILDError) -> [NotificationEndpoint.Header] {
        guard json.isArray(node) else { throw .badRequestData("\"\(name)\" is an array of objects with key and value") }
        var result: [NotificationEndpoint.Header] = []
        for element in json.elements(node) {
            guard let key = json.member(element, "key").flatMap({ json.string($0) }), !key.isEmpty,
                let value = json.member(element, "value").flatMap({ json.string($0) }), result.count < 50
            else {
                throw .badRequestData(
                    "\"\(name)\" is an array of at most 50 objects with \"key\" and \"value\", strings")
            }
            result.append(.init(name: key, value: value))
        }
        return result
    }

    private func milliseconds(_ json: JSONDocument, _ node: JSONNode, _ name: String) throws(NGSILDError) -> Duration {
        guard let value = json.double(node), value > 0, value <= 86_400_000 else {
            throw .badRequestData(
                "The \"\(name)\" of an endpoint is a number of milliseconds greater than 0, at most a day")
        }
        return .milliseconds(value)
    }
}
