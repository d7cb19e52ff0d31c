import NGSILDModel
import Testing

@testable import NotificationDelivery

struct SubscriptionReaderTests {
    private static let rooms = SubscriptionMatchingTests.rooms
    private static let endpoint = SubscriptionMatchingTests.endpoint
    private static let rest = "\(rooms),\(endpoint)"

    private static func notification(_ members: String) -> String {
        #""notification":{\#(members),"endpoint":{"uri":"http://a.example/"}}"#
    }

    private static let senseless: [(String, String)] = [
        (endpoint, "selects nothing"),
        (rooms, "endpoint"),
        (#"\#(rest),"watchedAttribute":["temperature"]"#, "watchedAttributes"),
        (#"\#(rooms),"notification":{"fromat":"concise","endpoint":{"uri":"http://a.example/"}}"#, "format"),
        (#"\#(rest),"csf":"((""#, "csf"),
        (#"\#(rest),"temporalQ":{"timerel":"before","timeAt":"2026-01-01T00:00:00Z"}"#, "temporalQ"),
        (#"\#(rest),"timeInterval":0"#, "timeInterval"),
        (#"\#(rest),"timeInterval":5,"throttling":5"#, "throttling"),
        (#"\#(rest),"timeInterval":5,"watchedAttributes":["temperature"]"#, "watchedAttributes"),
        (#""entities":[{"type":"*"}],"localOnly":false,\#(endpoint)"#, "localOnly"),
        (#"\#(rest),"ngsildConformance":"new""#, "ngsildConformance"),
        (#"\#(rest),"datasetId":["no uri"]"#, "no uri"),
        (#"\#(rooms),\#(notification(#""join":"sideways""#))"#, "sideways"),
        (#"\#(rooms),\#(notification(#""join":"flat","joinLevel":0"#))"#, "joinLevel"),
        (#"\#(rooms),\#(notification(#""pick":["inRoom{temperature}"]"#))"#, "join"),
        (#"\#(rooms),\#(notification(#""join":"flat","pick":["a{b{c}}"]"#))"#, "joinLevel"),
        (#"\#(rooms),\#(notification(#""pick":["a{b"]"#))"#, "closed"),
        (#"\#(rooms),\#(notification(#""pick":["a"],"omit":["a"]"#))"#, "both"),
        (#"\#(rooms),\#(notification(#""omit":["a"],"attributes":["b"]"#))"#, "omit"),
        (#"\#(rooms),\#(notification(#""attributes":["type"]"#))"#, "pick"),
        (#"\#(rooms),\#(notification(#""showChanges":true,"format":"keyValues""#))"#, "showChanges"),
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

    @Test func `endpoints of other schemes are not supported`() throws {
        let vocabulary = try Vocabulary()
        #expect {
            try vocabulary.subscription(
                #"{\#(Self.rooms),"notification":{"endpoint":{"uri":"coap://broker.example/topic"}}}"#)
        } throws: { error in
            guard case .operationNotSupported(let detail) = error as? NGSILDError else { return false }
            return detail.contains("not supported")
        }
    }

    @Test func `a member that no version of the specification has is passed over`() throws {
        let subscription = try Vocabulary().subscription(
            #"{\#(Self.rest),"__context":"x","vendorHint":{"a":1},"timesSent":4}"#)
        #expect(subscription.stored.definition.members.map(\.name) == ["entities", "notification.endpoint"])
    }

    @Test func `what notifications look like is read whole`() throws {
        let subscription = try Vocabulary().subscription(
            #"""
            {"entities":[{"type":"Room"}],"timeInterval":0.5,"csf":"a==1","ngsildConformance":"1.6",
            "notification":{"format":"concise","showChanges":true,"join":"inline","joinLevel":2,
            "pick":["id","inRoom{temperature}"],"endpoint":{"uri":"http://a.example/","accept":"application/geo+json",
            "receiverInfo":[{"key":"Prefer","value":"body=json"}]}}}
            """#)
        #expect(subscription.timeInterval == 500_000)
        #expect(subscription.form.showsChanges)
        #expect(subscription.form.conformance == SpecificationVersion(1, 6))
        #expect(subscription.form.retrieval?.form == .inline)
        #expect(subscription.form.retrieval?.levels == 2)
        #expect(subscription.representation.form == .concise)
        #expect(subscription.representation.linked.count == 1)
        #expect(subscription.endpoint.accept == .geoJSON)
        #expect(subscription.endpoint.prefersPlainGeoJSON)
    }

    @Test(arguments: [("watched", "watched", 0), ("fromat", "format", 2), ("", "abc", 3), ("attrs", "attributes", 5)])
    func `distances between names`(one: String, two: String, distance: Int) {
        #expect(SubscriptionMembers.distance(one, two) == distance)
        #expect(SubscriptionMembers.distance(two, one) == distance)
    }
}
