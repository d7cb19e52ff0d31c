import JSONTree
import MQTTClient
import NGSILDClient
import NGSILDModel
import Testing

@testable import NotificationDelivery

struct MQTTTransportTests {
    private func endpoint(_ members: String) throws -> NotificationEndpoint {
        try Vocabulary().subscription(
            #"{\#(SubscriptionMatchingTests.rooms),"notification":{"endpoint":{\#(members)}}}"#
        ).endpoint
    }

    @Test func `a notification is the body of the message, what HTTP has as headers its metadata`() throws {
        let message = NotificationMessage(
            uri: "mqtt://h/t",
            headers: [
                ("Content-Type", "application/json"), ("Link", "<http://a/>; rel=\"b\""), ("NGSILD-Tenant", "north"),
                ("my \"key\"", "value"), ("LINK", "mine"),
            ], body: Array(#"{"id":"urn:ngsi-ld:Notification:1"}"#.utf8))
        #expect(
            String(decoding: message.mqttPayload, as: UTF8.self)
                == #"{"metadata":{"Content-Type":"application/json","LINK":"mine","NGSILD-Tenant":"north","my \"key\"":"value"},"body":{"id":"urn:ngsi-ld:Notification:1"}}"#
        )
    }

    @Test func `an MQTT endpoint keeps what it was given`() throws {
        let endpoint = try endpoint(
            #""uri":"mqtts://user:word@broker.example/a/b","notifierInfo":[{"key":"MQTT-QoS","value":"1"},{"key":"MQTT-Version","value":"mqtt3.1.1"},{"key":"MQTT-Retain","value":"true"}],"receiverInfo":[{"key":"any key","value":"any\nvalue"}]"#
        )
        let read = try MQTTEndpoint(
            uri: endpoint.uri, notifierInfo: endpoint.notifierInfo.map { ($0.name, $0.value) })
        #expect((read.version, read.qos, read.isRetained) == (.v311, .atLeastOnce, true))
        #expect(endpoint.name == "mqtts://broker.example/a/b")
    }

    @Test(
        arguments: [
            (#""uri":"mqtt://user:secret@broker.example/""#, "topic"),
            (#""uri":"mqtt://broker.example/a/+""#, "+"),
            (#""uri":"mqtt://b.example/t","notifierInfo":[{"key":"MQTT-QoS","value":"3"}]"#, "MQTT-QoS"),
            (#""uri":"mqtt://b.example/t","notifierInfo":[{"key":"MQTT-QoS","value":1}]"#, "strings"),
            (#""uri":"mqtt://b.example/t","notifierInfo":[{"key":"MQTT-Version","value":"5"}]"#, "mqtt5.0"),
            (#""uri":"mqtt://b.example/t","receiverInfo":[{"key":"content-type","value":"a/b"}]"#, "content-type"),
        ])
    func `an MQTT endpoint that cannot work is refused, without quoting secrets`(members: String, named: String) throws
    {
        #expect {
            try endpoint(members)
        } throws: { error in
            guard case .badRequestData(let detail) = error as? NGSILDError else { return false }
            return detail.contains(named) && !detail.contains("secret")
        }
    }

    @Test func `a refusal is final, and shows no password`() async throws {
        let publisher = MQTTPublisher(destinations: OutgoingHTTP())
        await #expect(
            throws: NotificationFailure(
                "mqtt://127.0.0.1/t is not requested: 127.0.0.1 is at the loopback address 127.0.0.1, which the configuration does not allow",
                mayRetry: false)
        ) {
            try await NotificationTransports(["mqtt": publisher]).deliver(
                NotificationMessage(uri: "mqtt://user:secret@127.0.0.1/t", headers: [], body: []))
        }
        await publisher.shutdown()
    }

    @Test func `a scheme without a transport is final`() async {
        await #expect(
            throws: NotificationFailure("there is no way to notify coap endpoints here", mayRetry: false)
        ) {
            try await NotificationTransports([:]).deliver(
                NotificationMessage(uri: "COAP://h/t", headers: [], body: []))
        }
    }
}
