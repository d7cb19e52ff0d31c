import NGSILDModel
import Testing

@testable import PublicData

struct AlertFeedTests {
    private static let attributes =
        #""type":"Alert","capSender":"alerts@city.example","attributes":["info","status","msgType","dateIssued","validFrom","alertState","severity","description","category","location"]"#

    private static func publish(_ city: PublicCity) async throws {
        let text = PublicCity.publication("\"x\":1").replacing(#""type":"ParkingSpot","#, with: "")
            .replacing("\"x\":1", with: attributes)
        _ = try await city.service.put("alerts", Array(text.utf8))
    }

    private static func alert(_ id: String, _ state: String, _ issued: String, _ further: String) -> String {
        """
        {"id":"\(id)","type":"Alert","alertState":"\(state)","dateIssued":{"type":"Property","value":{"@type":"DateTime","@value":"\(issued)"}},\(further)}
        """
    }

    @Test func `an alert becomes a CAP message, its info as the services write it`() async throws {
        let city = try PublicCity()
        try await Self.publish(city)
        try await city.create(
            Self.alert(
                "urn:ngsi-ld:Alert:1", "raised", "2026-05-01T10:20:30.5Z",
                """
                "status":"Actual","msgType":"Alert","info":{"type":"JsonProperty","json":[{"language":"en","category":["Env","Nonsense"],
                "event":"Dust <b>","urgency":"Immediate","severity":"Severe","certainty":"Bogus","onset":"2026-05-01T10:00:00Z",
                "headline":"Dust & more","description":"d","area":[{"areaDesc":"North","circle":"47.1,-1.9 1"}]}]}
                """))
        let text = try await city.text("alerts/urn:ngsi-ld:Alert:1.cap.xml")
        let message = text.split(separator: "\n").last.map(String.init) ?? ""
        #expect(
            message == """
                <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>urn:ngsi-ld:Alert:1:1777630830</identifier>\
                <sender>alerts@city.example</sender><sent>2026-05-01T10:20:30-00:00</sent><status>Actual</status>\
                <msgType>Alert</msgType><scope>Public</scope><info><language>en</language><category>Env</category>\
                <event>Dust &lt;b&gt;</event><urgency>Immediate</urgency><severity>Severe</severity>\
                <certainty>Unknown</certainty><onset>2026-05-01T10:00:00-00:00</onset>\
                <senderName>City of Somewhere</senderName><headline>Dust &amp; more</headline><description>d</description>\
                <area><areaDesc>North</areaDesc><circle>47.1,-1.9 1</circle></area></info></alert>
                """)
    }

    @Test func `an alert without info is told by what the data models have`() async throws {
        let city = try PublicCity()
        try await Self.publish(city)
        try await city.create(
            Self.alert(
                "urn:ngsi-ld:Alert:2", "raised", "2026-05-01T10:20:30Z",
                #""severity":"high","category":"traffic","description":"Jam","location":{"type":"Point","coordinates":[2,48]}"#
            ))
        let text = try await city.text("alerts/urn:ngsi-ld:Alert:2.cap.xml")
        #expect(text.contains("<category>Transport</category>"))
        #expect(text.contains("<severity>Severe</severity>"))
        #expect(text.contains("<circle>48.0,2.0 0</circle>"))
    }

    @Test func `the feed has what stands, the newest first, and nothing that ended long ago`() async throws {
        let city = try PublicCity()
        try await Self.publish(city)
        try await city.create(
            Self.alert("urn:ngsi-ld:Alert:1", "raised", "2026-05-01T10:00:00Z", #""description":"One""#),
            Self.alert("urn:ngsi-ld:Alert:2", "raised", "2026-05-01T11:00:00Z", #""description":"Two""#),
            Self.alert("urn:ngsi-ld:Alert:3", "cleared", "2020-05-01T11:00:00Z", #""description":"Three""#))
        let text = try await city.text("alerts.atom")
        #expect(text.split(separator: "<entry>", omittingEmptySubsequences: false).count == 3)
        let places = try [#require(text.range(of: "Two")), #require(text.range(of: "One"))]
        #expect(places[0].lowerBound < places[1].lowerBound)
        #expect(!text.contains("Three"))
    }

    @Test func `alerts that are not published are in no feed`() async throws {
        let city = try PublicCity()
        try await city.create(
            Self.alert("urn:ngsi-ld:Alert:1", "raised", "2026-05-01T10:00:00Z", #""description":"One""#))
        #expect(try await city.text("alerts.atom").contains("<entry>") == false)
        await #expect(throws: NGSILDError.self) { try await city.get("alerts/urn:ngsi-ld:Alert:1.cap.xml") }
    }

}
