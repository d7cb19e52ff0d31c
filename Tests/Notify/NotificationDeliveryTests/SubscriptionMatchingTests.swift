import NGSILDModel
import NGSILDOperations
import Testing

@testable import NotificationDelivery

struct SubscriptionMatchingTests {
    static let room = """
        {"id":"urn:ngsi-ld:Room:1","type":"Room","scope":"/Prague/East","temperature":{"type":"Property","value":21},
        "humidity":{"type":"Property","value":40},
        "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[14.42,50.08]}}}
        """
    static let endpoint = #""notification":{"endpoint":{"uri":"http://receiver.example/"}}"#

    struct Case: Sendable, CustomTestStringConvertible {
        let members: String
        let kind: EntityChange.Kind
        let attributes: [String: AttributeChange.Kind]
        let matches: Bool
        var testDescription: String { "\(members) on \(kind) \(attributes): \(matches)" }

        init(
            _ members: String, _ matches: Bool, kind: EntityChange.Kind = .updated,
            _ attributes: [String: AttributeChange.Kind] = ["temperature": .modified]
        ) {
            self.members = members
            self.kind = kind
            self.attributes = attributes
            self.matches = matches
        }
    }

    static let rooms = #""entities":[{"type":"Room"}]"#

    static let cases: [Case] = [
        // Which entities
        Case(rooms, true),
        Case(#""entities":[{"type":"House"}]"#, false),
        Case(#""entities":[{"type":"House"},{"type":"Room"}]"#, true),
        Case(#""entities":[{"type":"House|Room"}]"#, true),
        Case(#""entities":[{"type":"*"}]"#, true),
        Case(#""entities":[{"type":"Room","id":"urn:ngsi-ld:Room:1"}]"#, true),
        Case(#""entities":[{"type":"Room","id":"urn:ngsi-ld:Room:2"}]"#, false),
        Case(#""entities":[{"type":"House","id":"urn:ngsi-ld:Room:1"}]"#, false),
        Case(#""entities":[{"type":"Room","idPattern":"Room:[0-9]$"}]"#, true),
        Case(#""entities":[{"type":"Room","idPattern":"^Room"}]"#, false),
        Case(#""entities":[{"type":"Room","id":"urn:ngsi-ld:Room:2","idPattern":".*"}]"#, false),
        // Which attributes
        Case(#""watchedAttributes":["temperature"]"#, true),
        Case(#""watchedAttributes":["humidity"]"#, false),
        Case(#"\#(rooms),"watchedAttributes":["humidity","temperature"]"#, true),
        Case(#"\#(rooms),"watchedAttributes":["humidity"]"#, false),
        Case(#""entities":[{"type":"House"}],"watchedAttributes":["temperature"]"#, false),
        // Filters
        Case(#"\#(rooms),"q":"temperature>20""#, true),
        Case(#"\#(rooms),"q":"temperature>22""#, false),
        Case(#"\#(rooms),"q":"temperature==21;humidity<50""#, true),
        Case(#"\#(rooms),"q":"temperature==22""#, false),
        Case(#"\#(rooms),"timeInterval":5"#, false),
        Case(#"\#(rooms),"scopeQ":"/Prague/#""#, true),
        Case(#"\#(rooms),"scopeQ":"/Brno/#""#, false),
        Case(
            #"\#(rooms),"geoQ":{"georel":"near;maxDistance==2000","geometry":"Point","coordinates":[14.42,50.09]}"#,
            true
        ),
        Case(
            #"\#(rooms),"geoQ":{"georel":"near;maxDistance==500","geometry":"Point","coordinates":[14.42,50.09]}"#,
            false
        ),
        // Triggers: by default an attribute that is created or updated
        Case(rooms, true, kind: .created, ["temperature": .created]),
        Case(rooms, false, ["temperature": .deleted]),
        Case(rooms, false, kind: .deleted, ["temperature": .deleted]),
        Case(rooms, false, [:]),
        Case(#"\#(rooms),"notificationTrigger":["entityCreated"]"#, true, kind: .created, ["temperature": .created]),
        Case(#"\#(rooms),"notificationTrigger":["entityCreated"]"#, false, ["temperature": .created]),
        Case(#"\#(rooms),"notificationTrigger":["entityCreated"]"#, true, kind: .created, [:]),
        Case(#"\#(rooms),"notificationTrigger":["entityUpdated"]"#, true, ["temperature": .deleted]),
        Case(#"\#(rooms),"notificationTrigger":["entityUpdated"]"#, true, ["temperature": .modified]),
        Case(#"\#(rooms),"notificationTrigger":["attributeCreated"]"#, true, ["temperature": .created]),
        Case(#"\#(rooms),"notificationTrigger":["attributeCreated"]"#, false, ["temperature": .modified]),
        Case(#"\#(rooms),"notificationTrigger":["attributeUpdated"]"#, false, ["temperature": .created]),
        Case(#"\#(rooms),"notificationTrigger":["attributeDeleted"]"#, true, ["temperature": .deleted]),
        Case(
            #"\#(rooms),"notificationTrigger":["attributeDeleted"]"#, true, kind: .deleted, ["temperature": .deleted]),
        Case(
            #"\#(rooms),"notificationTrigger":["attributeDeleted"],"watchedAttributes":["humidity"]"#, false,
            kind: .deleted, ["temperature": .deleted]),
        Case(#"\#(rooms),"notificationTrigger":["entityDeleted"]"#, true, kind: .deleted, ["temperature": .deleted]),
        Case(#"\#(rooms),"notificationTrigger":["entityDeleted"]"#, false, ["temperature": .deleted]),
        Case(
            #"\#(rooms),"notificationTrigger":["attributeDeleted"],"watchedAttributes":["humidity"]"#, false,
            ["temperature": .deleted, "humidity": .modified]),
    ]

    @Test(arguments: cases)
    func `a change makes a notification when all that the subscription asks for holds`(_ given: Case) throws {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription("{\(given.members),\(Self.endpoint)}")
        let change = try vocabulary.change(given.kind, try vocabulary.entity(Self.room), given.attributes)
        #expect(subscription.matches(change) == given.matches)
        // The index leads to it exactly when it matches.
        var index = SubscriptionIndex()
        index.insert(subscription)
        #expect(index.matches(change).count == (given.matches ? 1 : 0))
        index.remove(subscription)
        #expect(index.matches(change).isEmpty)
    }

    @Test func `a change that several keys lead to finds each subscription once`() throws {
        let vocabulary = try Vocabulary()
        var index = SubscriptionIndex()
        for number in 0..<100 {
            index.insert(
                try vocabulary.subscription(
                    #"{"entities":[{"type":"Room"},{"type":"*"}],"watchedAttributes":["temperature","humidity"],\#(Self.endpoint)}"#,
                    id: "urn:s:\(number)"))
            index.insert(
                try vocabulary.subscription(
                    #"{"entities":[{"type":"Room"}],"watchedAttributes":["temperature","humidity"],\#(Self.endpoint)}"#,
                    id: "urn:t:\(number)"))
        }
        let change = try vocabulary.change(
            .updated, try vocabulary.entity(Self.room), ["temperature": .modified, "humidity": .modified])
        let found = index.matches(change).map(\.id)
        #expect(found.count == 200)
        #expect(Set(found).count == 200)
    }

    @Test func `an attribute that is written as it was makes no notification`() throws {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription("{\(Self.rooms),\(Self.endpoint)}")
        let room = try vocabulary.entity(Self.room)
        let change = EntityChange(
            sequence: 1, at: Timestamp(microseconds: 2_000_000), tenant: "", kind: .updated, before: room, after: room,
            attributes: [AttributeChange(name: try vocabulary.context.term("temperature"), kind: .modified)])
        #expect(!subscription.matches(change))
    }

    static let rewritten: [(before: String, after: String, isChange: Bool)] = [
        (#""value":10"#, #""value":10.0"#, false),
        (#""value":10"#, #""value":11"#, true),
        (#""value":"a""#, #""value":"\u0061""#, false),
        (#""value":{"a":1,"b":[2]}"#, #""value":{"b":[2],"a":1}"#, false),
        (#""value":{"a":1,"b":[2]}"#, #""value":{"b":[3],"a":1}"#, true),
        (
            #""value":1,"unitCode":"KMH","observedAt":"2026-01-01T00:00:00.500Z""#,
            #""observedAt":"2026-01-01T00:00:00.5Z","value":1,"unitCode":"KMH""#, false
        ),
        (#""value":1,"observedAt":"2026-01-01T00:00:00Z""#, #""value":1,"observedAt":"2026-01-01T00:00:01Z""#, true),
        (#""value":1,"observedAt":"2026-01-01T00:00:00Z""#, #""value":1"#, true),
        (#""value":1,"unitCode":"KMH""#, #""value":1,"unitCode":"MTS""#, true),
        (#""value":1,"unitCode":"KMH""#, #""value":1"#, true),
        (#""value":1,"valueType":"xsd:int""#, #""value":1,"unitCode":"KMH""#, true),
        (
            #""value":1,"a":{"type":"Property","value":1},"b":{"type":"Property","value":{"c":2}}"#,
            #""value":1,"b":{"type":"Property","value":{"c":2.0}},"a":{"type":"Property","value":1}"#, false
        ),
        (
            #""value":1,"a":{"type":"Property","value":1},"b":{"type":"Property","value":{"c":2}}"#,
            #""value":1,"b":{"type":"Property","value":{"c":3}},"a":{"type":"Property","value":1}"#, true
        ),
        (#""value":1,"a":{"type":"Property","value":1}"#, #""value":1,"b":{"type":"Property","value":1}"#, true),
        (#""value":1,"a":{"type":"Property","value":1}"#, #""value":1"#, true),
        (
            #""value":1,"a":{"type":"Property","value":1,"c":{"type":"Property","value":1}}"#,
            #""value":1,"a":{"type":"Property","value":1},"c":{"type":"Property","value":1}"#, true
        ),
        (#""value":[8,50]"#, #""value":[50,8]"#, true),
    ]

    @Test(arguments: rewritten)
    func `an attribute that says the same in another writing makes no notification`(
        before: String, after: String, isChange: Bool
    ) throws {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription("{\(Self.rooms),\(Self.endpoint)}")
        func room(_ members: String) throws -> EntityRecord {
            try vocabulary.entity(
                #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property",\#(members)}}"#)
        }
        let name = try vocabulary.context.term("temperature")
        for (old, new) in [(before, after), (after, before)] {
            let change = EntityChange(
                sequence: 1, at: Timestamp(microseconds: 2_000_000), tenant: "", kind: .updated, before: try room(old),
                after: try room(new), attributes: [AttributeChange(name: name, kind: .modified)])
            #expect(subscription.matches(change) == isChange)
        }
    }

    @Test(arguments: [
        (#"["attributeDeleted"]"#, true), (#"["attributeUpdated"]"#, true), (#"["attributeCreated"]"#, false),
    ])
    func `an instance that goes is a deletion and an update of its attribute`(triggers: String, matches: Bool) throws {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription(
            #"{\#(Self.rooms),"notificationTrigger":\#(triggers),\#(Self.endpoint)}"#)
        let before = try vocabulary.entity(
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","name":[{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d:2"}]}"#
        )
        let name = try vocabulary.context.term("name")
        let after = try #require(before.attributes.removing(name, dataset: "urn:d:2"))
        let change = EntityChange(
            sequence: 1, at: Timestamp(microseconds: 2_000_000), tenant: "", kind: .updated, before: before,
            after: vocabulary.record(before, after.forest), attributes: after.changes)
        #expect(subscription.matches(change) == matches)
    }
}
