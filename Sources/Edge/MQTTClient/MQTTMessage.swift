/// A message that waits to be published and confirmed, and the caller that waits for it.
struct MQTTMessage {
    let id: UInt64
    let topic: String
    let payload: [UInt8]
    let qos: MQTTEndpoint.QoS
    let isRetained: Bool
    /// When its time is over.
    let end: ContinuousClock.Instant
    private let caller: CheckedContinuation<MQTTError?, Never>

    init(
        id: UInt64, _ payload: [UInt8], to endpoint: MQTTEndpoint, end: ContinuousClock.Instant,
        caller: CheckedContinuation<MQTTError?, Never>
    ) {
        self.id = id
        self.payload = payload
        topic = endpoint.topic
        qos = endpoint.qos
        isRetained = endpoint.isRetained
        self.end = end
        self.caller = caller
    }

    /// Tells the caller how it went; `nil`: well. Call it once.
    func answer(_ error: MQTTError?) { caller.resume(returning: error) }
}
