import NGSILDModel
import Testing

@testable import NotificationDelivery

struct SubscriptionReaderTests {
    private static let rooms = SubscriptionMatchingTests.rooms
    private static let endpoint = SubscriptionMatchingTests.endpoint
    private static let rest = "\(rooms),\(endpoint)"

    private static let senseless: [(String, String)] = [
        (endpoint, "selects nothing"),
        (rooms, "endpoint"),
        (#"\#(rest),"speling":1"#, "speling"),
        (#""entities":[],\#(endpoint)"#, "at least one"),
        (#""entities":{"type":"Room"},\#(endpoint)"#, "array"),
        (#""entities":[{"id":"urn:a:1"}],\#(endpoint)"#, "type"),
        (#""entities":[{"type":"Room","id":"no uri"}],\#(endpoint)"#, "URI"),
        (#""entities":[{"type":"Room","idPattern":"["}],\#(endpoint)"#, "idPattern"),
        (#""entities":[{"type":"Room","kind":1}],\#(endpoint)"#, "kind"),
        (#"\#(rest),"watchedAttributes":[]"#, "watchedAttributes"),
        (#"\#(rest),"watchedAttributes":"temperature""#, "watchedAttributes"),
        (#"\#(rest),"watchedAttributes":[1]"#, "watchedAttributes"),
        (#"\#(rest),"notificationTrigger":["entityMoved"]"#, "entityMoved"),
        (#"\#(rest),"q":"temperature>""#, "q"),
        (#"\#(rest),"q":1"#, "q"),
        (#"\#(rest),"scopeQ":"///""#, "scope"),
        (#"\#(rest),"geoQ":{"georel":"near","geometry":"Point"}"#, "coordinates"),
        (#"\#(rest),"throttling":0"#, "throttling"),
        (#"\#(rest),"throttling":1e300"#, "throttling"),
        (#"\#(rest),"expiresAt":"tomorrow""#, "expiresAt"),
        (#"\#(rest),"isActive":"yes""#, "isActive"),
        (#"\#(rooms),"notification":1"#, "notification"),
        (#"\#(rooms),"notification":{"endpoint":{"uri":"nowhere"}}"#, "URI"),
        (#"\#(rooms),"notification":{"endpoint":{"uri":"http:x"}}"#, "host"),
        (
            #"\#(rooms),"notification":{"format":"pretty","endpoint":{"uri":"http://a.example/"}}"#, "pretty"
        ),
        (
            #"\#(rooms),"notification":{"endpoint":{"uri":"http://a.example/","accept":"text/plain"}}"#, "accept"
        ),
        (
            #"\#(rooms),"notification":{"endpoint":{"uri":"http://a.example/","receiverInfo":[{"key":"Host","value":"x"}]}}"#,
            "Host"
        ),
        (
            #"\#(rooms),"notification":{"endpoint":{"uri":"http://a.example/","receiverInfo":[{"key":"A","value":"x\r\nB: y"}]}}"#,
            "control"
        ),
        (
            #"\#(rooms),"notification":{"attributes":["a"],"pick":["b"],"endpoint":{"uri":"http://a.example/"}}"#,
            "pick"
        ),
    ]

    @Test(arguments: senseless)
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

    private static let unsupported: [String] = [
        #"\#(rooms),"timeInterval":60,\#(endpoint)"#,
        #"\#(rest),"csf":"x""#,
        #"\#(rooms),"notification":{"endpoint":{"uri":"coap://broker.example/topic"}}"#,
        #"\#(rooms),"notification":{"showChanges":true,"endpoint":{"uri":"http://a.example/"}}"#,
        #"\#(rooms),"notification":{"endpoint":{"uri":"http://a.example/","accept":"application/geo+json"}}"#,
    ]

    @Test(arguments: unsupported)
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
