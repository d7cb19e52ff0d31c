import NGSILDModel
import Testing

@testable import NotificationDelivery

struct SubscriptionReaderTests {
    private static let rest = SubscriptionMatchingTests.rooms + "," + SubscriptionMatchingTests.endpoint

    @Test(arguments: [
        (SubscriptionMatchingTests.endpoint, "selects nothing"),
        (SubscriptionMatchingTests.rooms, "endpoint"),
        (rest + #","speling":1"#, "speling"),
        (#""entities":[],"# + SubscriptionMatchingTests.endpoint, "at least one"),
        (#""entities":{"type":"Room"},"# + SubscriptionMatchingTests.endpoint, "array"),
        (#""entities":[{"id":"urn:a:1"}],"# + SubscriptionMatchingTests.endpoint, "type"),
        (#""entities":[{"type":"Room","id":"no uri"}],"# + SubscriptionMatchingTests.endpoint, "URI"),
        (#""entities":[{"type":"Room","idPattern":"["}],"# + SubscriptionMatchingTests.endpoint, "idPattern"),
        (#""entities":[{"type":"Room","kind":1}],"# + SubscriptionMatchingTests.endpoint, "kind"),
        (rest + #","watchedAttributes":[]"#, "watchedAttributes"),
        (rest + #","watchedAttributes":"temperature""#, "watchedAttributes"),
        (rest + #","watchedAttributes":[1]"#, "watchedAttributes"),
        (rest + #","notificationTrigger":["entityMoved"]"#, "entityMoved"),
        (rest + #","q":"temperature>""#, "q"),
        (rest + #","q":1"#, "q"),
        (rest + #","scopeQ":"///""#, "scope"),
        (rest + #","geoQ":{"georel":"near","geometry":"Point"}"#, "coordinates"),
        (rest + #","throttling":0"#, "throttling"),
        (rest + #","throttling":1e300"#, "throttling"),
        (rest + #","expiresAt":"tomorrow""#, "expiresAt"),
        (rest + #","isActive":"yes""#, "isActive"),
        (SubscriptionMatchingTests.rooms + #","notification":1"#, "notification"),
        (SubscriptionMatchingTests.rooms + #","notification":{"endpoint":{"uri":"nowhere"}}"#, "URI"),
        (SubscriptionMatchingTests.rooms + #","notification":{"endpoint":{"uri":"http:x"}}"#, "host"),
        (
            SubscriptionMatchingTests.rooms
                + #","notification":{"format":"pretty","endpoint":{"uri":"http://a.example/"}}"#, "pretty"
        ),
        (
            SubscriptionMatchingTests.rooms
                + #","notification":{"endpoint":{"uri":"http://a.example/","accept":"text/plain"}}"#, "accept"
        ),
        (
            SubscriptionMatchingTests.rooms
                + #","notification":{"endpoint":{"uri":"http://a.example/","receiverInfo":[{"key":"Host","value":"x"}]}}"#,
            "Host"
        ),
        (
            SubscriptionMatchingTests.rooms
                + #","notification":{"endpoint":{"uri":"http://a.example/","receiverInfo":[{"key":"A","value":"x\r\nB: y"}]}}"#,
            "control"
        ),
        (
            SubscriptionMatchingTests.rooms
                + #","notification":{"attributes":["a"],"pick":["b"],"endpoint":{"uri":"http://a.example/"}}"#, "pick"
        ),
    ])
    func `a subscription that makes no sense is refused, and the message names the place`(
        members: String, named: String
    ) throws {
        let vocabulary = try Vocabulary()
        #expect {
            try vocabulary.subscription("{\(members)}")
        } throws: { error in
            guard case .badRequestData(let detail) = error as? NGSILDError else { return false }
            return detail.contains(named)
        }
    }

    @Test(arguments: [
        SubscriptionMatchingTests.rooms + #","timeInterval":60,"# + SubscriptionMatchingTests.endpoint,
        rest + #","csf":"x""#,
        SubscriptionMatchingTests.rooms + #","notification":{"endpoint":{"uri":"mqtt://broker.example/topic"}}"#,
        SubscriptionMatchingTests.rooms
            + #","notification":{"showChanges":true,"endpoint":{"uri":"http://a.example/"}}"#,
        SubscriptionMatchingTests.rooms
            + #","notification":{"endpoint":{"uri":"http://a.example/","accept":"application/geo+json"}}"#,
    ])
    func `what is not there yet says so`(members: String) throws {
        let vocabulary = try Vocabulary()
        #expect {
            try vocabulary.subscription("{\(members)}")
        } throws: { error in
            guard case .operationNotSupported(let detail) = error as? NGSILDError else { return false }
            return detail.contains("not supported")
        }
    }
}
