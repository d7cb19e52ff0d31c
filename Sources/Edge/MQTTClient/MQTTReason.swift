import CMosquitto

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the codes of libmosquitto and of servers say, to whoever publishes or subscribes.
enum MQTTReason {
    /// What the answer to a connection means, where it is not 0.
    static func refusal(_ code: Int32, of name: String, _ version: MQTTEndpoint.Version) -> MQTTError {
        // 4 and 5 are those of MQTT 3.1.1 section 3.2.2.3, the others of MQTT 5.0 section 3.2.2.2.
        switch code {
        case 4, MQTT_RC_BAD_USERNAME_OR_PASSWORD.code: .refused("\(name) does not know this user name and password")
        case 5, MQTT_RC_NOT_AUTHORIZED.code: .refused("\(name) does not let this user in; check user name and password")
        case MQTT_RC_BANNED.code: .refused("\(name) has banned this client")
        case 1, MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.code:
            .refused("\(name) does not speak \(version.rawValue); choose another MQTT-Version")
        default: .unreachable("\(name) refuses the connection: \(Self.text(connect: code))")
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
    var code: Int32 { Int32(rawValue) }
}
