/// A message as a server handed it over.
public struct MQTTIncoming: Sendable {
    public let topic: String
    public let payload: [UInt8]
    /// Whether the server waits for an acknowledgement: QoS 1 or 2.
    public let isAcknowledged: Bool
    /// Whether it is the topic's last message, kept for those who subscribe later.
    public let isRetained: Bool

    public init(topic: String, payload: [UInt8], isAcknowledged: Bool = true, isRetained: Bool = false) {
        self.topic = topic
        self.payload = payload
        self.isAcknowledged = isAcknowledged
        self.isRetained = isRetained
    }
}
