import CMosquitto

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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
        default: .unreachable("\(name) cannot be sent to: \(Self.text(code))")
        }
    }

    func refusal(_ code: Int32) -> MQTTError {
        // 4 and 5 are those of MQTT 3.1.1 section 3.2.2.3, the others of MQTT 5.0 section 3.2.2.2.
        switch code {
        case 4, MQTT_RC_BAD_USERNAME_OR_PASSWORD.code: .refused("\(name) does not know this user name and password")
        case 5, MQTT_RC_NOT_AUTHORIZED.code: .refused("\(name) does not let this user in; check user name and password")
        case MQTT_RC_BANNED.code: .refused("\(name) has banned this client")
        case 1, MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.code:
            .refused("\(name) does not speak \(server.version.rawValue); choose another MQTT-Version")
        default: .unreachable("\(name) refuses the connection: \(Self.text(connect: code))")
        }
    }

    func refusal(ofMessage reason: Int32) -> MQTTError? {
        if reason < 0x80 { return nil }
        return switch reason {
        case MQTT_RC_NOT_AUTHORIZED.code: .refused("\(name) does not let this user publish to the topic")
        case MQTT_RC_TOPIC_NAME_INVALID.code: .refused("\(name) does not take the topic")
        case MQTT_RC_PACKET_TOO_LARGE.code, MQTT_RC_PAYLOAD_FORMAT_INVALID.code:
            .refused("\(name) does not take the message: \(Self.text(reason: reason))")
        default: .unreachable("\(name) does not take the message: \(Self.text(reason: reason))")
        }
    }

    static func text(connect code: Int32) -> String {
        code < 6 ? String(cString: mosquitto_connack_string(code)) : text(reason: code)
    }

    static func text(reason code: Int32) -> String {
        code < 0x80 ? "the server closes the connection" : String(cString: mosquitto_reason_string(code))
    }

    /// Reads `errno` where the code says so: call it before anything else can change that.
    static func text(_ code: Int32) -> String {
        let text =
            code == MOSQ_ERR_ERRNO.rawValue
            ? String(cString: strerror(errno)) : String(cString: mosquitto_strerror(code))
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}

extension mqtt5_return_codes {
    /// The code as callbacks give it.
    fileprivate var code: Int32 { Int32(rawValue) }
}
