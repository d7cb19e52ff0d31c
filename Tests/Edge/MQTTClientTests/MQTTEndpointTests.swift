import Testing

@testable import MQTTClient

struct MQTTEndpointTests {
    @Test func `the parts of a URI`() throws {
        let endpoint = try MQTTEndpoint(uri: "MQTTS://anna%40city:p%3Aw@Broker.Example/city/air%20quality//1/")
        #expect(endpoint.isSecure)
        #expect(endpoint.host == "broker.example")
        #expect(endpoint.port == 8_883)
        #expect(endpoint.user == "anna@city")
        #expect(endpoint.password == "p:w")
        #expect(endpoint.topic == "city/air quality//1/")
        #expect((endpoint.version, endpoint.qos, endpoint.isRetained) == (.v5, .atMostOnce, false))
        #expect(endpoint.name == "mqtts://broker.example/city/air quality//1/")
        #expect(try MQTTEndpoint(uri: "mqtt://h/t").port == 1_883)
        #expect(try MQTTEndpoint(uri: "mqtt://user@[2001:db8::1]:1884/t").name == "mqtt://[2001:db8::1]:1884/t")
    }

    @Test(
        arguments: [
            "mqtt:t", "http://h/t", "mqtt://h", "mqtt://h/", "mqtt:///t", "mqtt://h:0/t", "mqtt://h:65536/t",
            "mqtt://h:+1/t", "mqtt://h/a/+/b", "mqtt://h/a/%23", "mqtt://h/a#b", "mqtt://h/a?b", "mqtt://h/%FF",
            "mqtt://h/a%00", "mqtt://:word@h/t", "mqtt://%FF@h/t", "mqtt://u:%@h/t", "mqtt://-h/t", "mqtt://h h/t",
            "mqtt://h/\\", "mqtt://[h]/t", "mqtt://[::1]x/t",
        ])
    func `a URI that names no server or no topic is refused`(uri: String) {
        #expect(throws: MQTTError.self) { try MQTTEndpoint(uri: uri) }
    }

    @Test func `a topic has a length`() throws {
        #expect(try MQTTEndpoint(uri: "mqtt://h/" + String(repeating: "t", count: 4_096)).topic.utf8.count == 4_096)
        #expect(throws: MQTTError.self) { try MQTTEndpoint(uri: "mqtt://h/" + String(repeating: "t", count: 4_097)) }
    }

    @Test func `options are those of the specification, and retaining`() throws {
        var endpoint = try MQTTEndpoint(uri: "mqtt://h/t")
        #expect(try endpoint.setOption("MQTT-Version", "mqtt3.1.1"))
        #expect(try endpoint.setOption("MQTT-QoS", "2"))
        #expect(try endpoint.setOption("MQTT-Retain", "true"))
        #expect(try !endpoint.setOption("Something-Else", "1"))
        #expect((endpoint.version, endpoint.qos, endpoint.isRetained) == (.v311, .exactlyOnce, true))
        for (key, value) in [
            ("MQTT-Version", "mqtt4"), ("MQTT-Version", ""), ("MQTT-QoS", "3"), ("MQTT-QoS", "01"), ("MQTT-QoS", "-1"),
            ("MQTT-Retain", "1"),
        ] {
            #expect(throws: MQTTError.self, "\(key) \(value)") { try endpoint.setOption(key, value) }
        }
    }
}
