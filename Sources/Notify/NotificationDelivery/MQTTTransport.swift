import JSONTree
public import MQTTClient

extension MQTTPublisher: NotificationTransport {
    /// Publishes the notification under the topic in the URI.
    ///
    /// - Source: CIM 009 clause 7.2.
    public func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        do throws(MQTTError) {
            let endpoint = try MQTTEndpoint(uri: message.uri, notifierInfo: message.notifierInfo)
            do throws(MQTTError) {
                try await publish(message.mqttPayload, to: endpoint, timeout: message.timeout)
            } catch {
                throw error.naming(endpoint.name)
            }
        } catch {
            throw NotificationFailure(error.description, mayRetry: error.mayRetry)
        }
    }
}

extension MQTTError {
    /// The error, saying which endpoint it is about.
    fileprivate func naming(_ name: String) -> MQTTError {
        switch self {
        case .unreachable(let reason) where !reason.hasPrefix(name): .unreachable("\(name): \(reason)")
        case .timedOut(let reason) where !reason.hasPrefix(name): .timedOut("\(name): \(reason)")
        case .refused(let reason) where !reason.hasPrefix(name): .refused("\(name): \(reason)")
        default: self
        }
    }
}

extension MQTTEndpoint {
    /// An endpoint whose options stand in `notifierInfo`. Keys that mean nothing to MQTT are left alone.
    init(uri: String, notifierInfo: [(key: String, value: String)]) throws(MQTTError) {
        try self.init(uri: uri)
        for (key, value) in notifierInfo { _ = try setOption(key, value) }
    }
}

extension NotificationMessage {
    /// `{"metadata": {what HTTP has as headers}, "body": the notification}`.
    ///
    /// - Source: CIM 009 clause 7.2, Table 7.2-2.
    var mqttPayload: [UInt8] {
        var metadata: [(name: String, value: String)] = []
        for header in headers {
            let place = metadata.firstIndex { $0.name.lowercased() == header.name.lowercased() }
            if let place { metadata[place] = header } else { metadata.append(header) }
        }
        var writer = ByteWriter(capacity: body.count + 512)
        writer.append("{\"metadata\":{")
        for (offset, entry) in metadata.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: entry.name)
            writer.append(UInt8(ascii: ":"))
            writer.append(jsonString: entry.value)
        }
        writer.append("},\"body\":")
        writer.append(body)
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }
}
