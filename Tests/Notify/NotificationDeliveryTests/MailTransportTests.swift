import JSONTree
import Testing

@testable import NotificationDelivery

@Suite struct MailTransportTests {
    private func message(
        _ data: String, uri: String = "mailto:a@x.example", headers: [(name: String, value: String)] = []
    ) -> NotificationMessage {
        let body = #"{"id":"urn:ngsi-ld:Notification:0c0f","type":"Notification","data":[\#(data)]}"#
        return NotificationMessage(
            subscription: "urn:ngsi-ld:Subscription:1", uri: uri, headers: headers, body: Array(body.utf8))
    }

    @Test(
        arguments: [
            #"{"id":"urn:a:1","type":"Alert","alertState":"raised","notice":"raised","severity":"high","name":"PM2.5","description":"Centre: 60","validTo":"urn:ngsi-ld:null"}"#,
            #"{"id":"urn:a:1","type":"Alert","alertState":{"type":"Property","value":"raised"},"notice":{"type":"Property","value":"raised","observedAt":"2026-01-01T00:00:00Z"},"severity":{"type":"Property","value":"high"},"name":{"type":"Property","value":"PM2.5"},"description":{"type":"Property","value":"Centre: 60"}}"#,
        ])
    func `an alert is told in words, however it is represented`(entity: String) {
        let mail = NotificationMail(message(entity)).message(from: "p@x.example", to: ["a@x.example"])
        #expect(mail.subject == "Alert [high] PM2.5: Centre: 60")
        #expect(mail.text.contains("State:    raised\nSeverity: high\n"))
        #expect(!mail.text.contains("null"))
        #expect(mail.identifier == "0c0f")
    }

    @Test(
        arguments: [
            (
                #"{"id":"urn:a:1","alertState":"cleared","notice":"cleared","name":"N","description":"D"}"#,
                "Over [medium] N: D"
            ),
            (
                #"{"id":"urn:a:1","alertState":"raised","notice":"escalated","name":"N","description":"D"},{"id":"urn:a:2"}"#,
                "Not acknowledged [medium] N: D (and 1 more)"
            ),
            (#"{"id":"urn:a:1","type":"Room","temperature":21}"#, "Parvis: urn:a:1 has changed"),
            ("", "Parvis: nothing to tell"),
        ])
    func `the subject says what it is about`(data: String, subject: String) {
        #expect(NotificationMail(message(data)).message(from: "p@x", to: ["a@x"]).subject == subject)
    }

    @Test func `a test says that it is one`() {
        let mail = NotificationMail(message("", headers: [SubscriptionManager.testHeader])).message(
            from: "p@x", to: ["a@x"])
        #expect(mail.subject == "Test of Parvis: mail arrives")
    }

    @Test func `a body that is no notification still makes a mail`() {
        var odd = NotificationMessage(uri: "mailto:a@x", headers: [], body: Array("[1".utf8))
        #expect(NotificationMail(odd).message(from: "p@x", to: ["a@x"]).subject == "Parvis: nothing to tell")
        odd = message(
            String(repeating: #"{"id":"urn:a:1","x":"\#(String(repeating: "y", count: 5_000))"},"#, count: 100) + "{}")
        #expect(NotificationMail(odd).message(from: "p@x", to: ["a@x"]).text.utf8.count < 80_000)
    }

    @Test func `without a server mail is given up with the reason`() async {
        await #expect(throws: NotificationFailure.self) {
            try await MailTransport(nil, from: "p@x.example").deliver(message(""))
        }
    }
}
