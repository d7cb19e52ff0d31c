import CMosquitto

/// What the codes of libmosquitto and of servers mean for a message.
extension MQTTConnection {
    func publishError(_ code: Int32) -> MQTTError? {
        switch code {
        case MOSQ_ERR_SUCCESS.rawValue: nil
        case MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue:
            .refused("\(name) does not take messages of this MQTT-QoS; choose a lower one")
        case MOSQ_ERR_OVERSIZE_PACKET.rawValue, MOSQ_ERR_PAYLOAD_SIZE.rawValue:
            .refused("\(name) does not take messages as long as this one; choose fewer attributes")
        case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_MALFORMED_UTF8.rawValue:
            .invalidEndpoint("its topic is not one that MQTT allows")
        default: .unreachable("\(name) cannot be sent to: \(MQTTReason.text(code))")
        }
    }

    func refusal(ofMessage reason: Int32) -> MQTTError? {
        if reason < 0x80 { return nil }
        return switch reason {
        case MQTT_RC_NOT_AUTHORIZED.code: .refused("\(name) does not let this user publish to the topic")
        case MQTT_RC_TOPIC_NAME_INVALID.code: .refused("\(name) does not take the topic")
        case MQTT_RC_PACKET_TOO_LARGE.code, MQTT_RC_PAYLOAD_FORMAT_INVALID.code:
            .refused("\(name) does not take the message: \(MQTTReason.text(reason: reason))")
        default: .unreachable("\(name) does not take the message: \(MQTTReason.text(reason: reason))")
        }
    }
}
