import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import NotificationDelivery

/// What stands in a notification.
///
/// CIM 009 clauses 5.2.14.1, 5.3.1, 5.8.6.
struct NotificationContentTests {

    struct Content: Sendable, CustomTestStringConvertible {
        let subscription: String
        let before: String
        let after: String
        let data: String
        var testDescription: String { "\(subscription): \(data)" }
    }

    private static func update(_ subscription: String, _ before: String, _ after: String, _ data: String) -> Content {
        func entity(_ members: String) -> String {
            #"{"id":"urn:e:1","type":"T"\#(members.isEmpty ? "" : ",")\#(members)}"#
        }
        return Content(
            subscription: subscription, before: entity(before), after: entity(after),
            data: #"[{"id":"urn:e:1","type":"T",\#(data)}]"#)
    }

    private static let one = #""a":{"type":"Property","value":1}"#
    private static let two = #""a":{"type":"Property","value":2,"unitCode":"C"}"#
    private static let other = #""b":{"type":"Property","value":5}"#
    private static let both =
        #""a":[{"type":"Property","value":1},{"type":"Property","value":3,"datasetId":"urn:d:3"}]"#
    private static let shows = #""showChanges":true"#

    static let contents: [Content] = [
        // Changes shown
        update(
            shows, "\(one),\(other)", "\(two),\(other)",
            #""a":{"type":"Property","value":2,"unitCode":"C","previousValue":1},\#(other)"#),
        update(
            #"\#(shows),"format":"concise""#, one, two, #""a":{"value":2,"unitCode":"C","previousValue":1}"#),
        update(shows, "", one, one),
        update(
            shows, #""a":{"type":"Relationship","object":"urn:x:1"}"#,
            #""a":{"type":"Relationship","object":"urn:x:2"}"#,
            #""a":{"type":"Relationship","object":"urn:x:2","previousObject":"urn:x:1"}"#),
        update(
            shows, #""a":{"type":"LanguageProperty","languageMap":{"en":"x"}}"#,
            #""a":{"type":"LanguageProperty","languageMap":{"en":"y"}}"#,
            #""a":{"type":"LanguageProperty","languageMap":{"en":"y"},"previousLanguageMap":{"en":"x"}}"#),
        update(
            shows, #""a":{"type":"VocabProperty","vocab":"x"}"#, #""a":{"type":"VocabProperty","vocab":"y"}"#,
            #""a":{"type":"VocabProperty","vocab":"y","previousVocab":"x"}"#),
        update(
            shows, #""a":{"type":"JsonProperty","json":{"x":1}}"#, #""a":{"type":"JsonProperty","json":{"x":2}}"#,
            #""a":{"type":"JsonProperty","json":{"x":2},"previousJson":{"x":1}}"#),
        update(
            shows, #""a":{"type":"ListProperty","valueList":[1]}"#, #""a":{"type":"ListProperty","valueList":[2]}"#,
            #""a":{"type":"ListProperty","valueList":[2],"previousValueList":[1]}"#),
        update(
            shows, one, "",
            #""a":{"type":"Property","value":"urn:ngsi-ld:null","previousValue":1}"#),
        // Deletions
        update(
            #""format":"normalized""#, "\(one),\(other)", other,
            #"\#(other),"a":{"type":"Property","value":"urn:ngsi-ld:null"}"#),
        update(#""format":"concise""#, one, "", #""a":"urn:ngsi-ld:null""#),
        update(#""format":"simplified""#, one, "", #""a":"urn:ngsi-ld:null""#),
        update(
            #""format":"simplified""#, #""a":{"type":"LanguageProperty","languageMap":{"en":"x"}}"#, "",
            #""a":"urn:ngsi-ld:null""#),
        update(
            #""format":"normalized""#, #""a":{"type":"LanguageProperty","languageMap":{"en":"x"}}"#, "",
            #""a":{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}"#),
        update(
            #""format":"normalized""#, both, one,
            #""a":[{"type":"Property","value":1},{"type":"Property","value":"urn:ngsi-ld:null","datasetId":"urn:d:3"}]"#
        ),
        update(
            #""format":"simplified""#, both, one,
            #""a":{"dataset":{"@none":1,"urn:d:3":"urn:ngsi-ld:null"}}"#),
        update(#""format":"normalized""#, both, "", #""a":{"type":"Property","value":"urn:ngsi-ld:null"}"#),
        update(
            #""sysAttrs":true"#, one, "",
            #""createdAt":"1970-01-01T00:00:01Z","modifiedAt":"1970-01-01T00:00:01Z","a":{"type":"Property","value":"urn:ngsi-ld:null","deletedAt":"1970-01-01T00:00:02Z","createdAt":"1970-01-01T00:00:01Z","modifiedAt":"1970-01-01T00:00:01Z"}"#
        ),
        update(#""attributes":["b"]"#, "\(one),\(other)", other, other),
    ]

    private func data(
        _ vocabulary: Vocabulary, _ subscription: Subscription, _ change: EntityChange
    ) throws -> String? {
        let writer = NotificationWriter(subscription, context: vocabulary.context, registry: vocabulary.registry)
        let body = writer.body(
            PendingNotification(subscription, change, notifiedAt: Timestamp(microseconds: 3_000_000)))
        return try JSONDocument(parsing: body).at("data")
    }

    private func subscription(
        _ vocabulary: Vocabulary, _ notification: String, _ more: String = "", accept: String = "application/json",
        consumption: (any EntityConsumption)? = nil
    ) throws -> Subscription {
        try vocabulary.subscription(
            #"{"entities":[{"type":"*"}],"notification":{\#(notification),"endpoint":{"uri":"http://a.example/","accept":"\#(accept)"}}\#(more)}"#,
            consumption: consumption)
    }

    @Test(arguments: contents)
    func `an update is written as the subscription asks`(_ given: Content) throws {
        let vocabulary = try Vocabulary()
        let (before, after) = (try vocabulary.entity(given.before), try vocabulary.entity(given.after))
        let changes = Set(before.attributes.names + after.attributes.names).map { name in
            AttributeChange(
                name: name,
                kind: !before.attributes.contains(name)
                    ? .created : after.attributes.contains(name) ? .modified : .deleted)
        }
        let change = EntityChange(
            sequence: 1, at: Timestamp(microseconds: 2_000_000), tenant: "", kind: .updated, before: before,
            after: after, attributes: changes)
        let subscription = try subscription(vocabulary, given.subscription)
        #expect(try data(vocabulary, subscription, change) == given.data)
    }

    @Test(
        arguments: [
            (#""format":"concise""#, #","notificationTrigger":["entityDeleted"]"#, ""),
            (
                #""format":"concise""#, #","notificationTrigger":["attributeDeleted"],"watchedAttributes":["b"]"#,
                #","b":"urn:ngsi-ld:null""#
            ),
            (
                #""format":"normalized""#, #","notificationTrigger":["attributeDeleted"],"watchedAttributes":["b"]"#,
                #","b":{"type":"Property","value":"urn:ngsi-ld:null"}"#
            ),
            (
                #""showChanges":true"#, #","notificationTrigger":["entityDeleted"]"#,
                #","a":{"type":"Property","value":"urn:ngsi-ld:null","previousValue":1},"b":{"type":"Property","value":"urn:ngsi-ld:null","previousValue":5}"#
            ),
            (
                #""showChanges":true,"pick":["id","type","b"]"#, #","notificationTrigger":["entityDeleted"]"#,
                #","b":{"type":"Property","value":"urn:ngsi-ld:null","previousValue":5}"#
            ),
        ])
    func `of a deleted entity the end is told, and attributes where they are asked for`(
        notification: String, more: String, attributes: String
    ) throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(#"{"id":"urn:e:1","type":"T","scope":"/a",\#(Self.one),\#(Self.other)}"#)
        let change = try vocabulary.change(.deleted, entity, ["a": .deleted, "b": .deleted])
        let subscription = try subscription(vocabulary, notification, more)
        #expect(subscription.matches(change))
        #expect(
            try data(vocabulary, subscription, change)
                == #"[{"id":"urn:e:1","type":"T","deletedAt":"1970-01-01T00:00:02Z"\#(attributes)}]"#)
    }

    @Test(arguments: [
        (
            "inline",
            #"[{"id":"urn:e:1","type":"T","in":{"type":"Relationship","object":"urn:b:1","entity":{"id":"urn:b:1","type":"B","c":{"type":"Property","value":1},"d":{"type":"Property","value":2}}}}]"#
        ),
        (
            "flat",
            #"[{"id":"urn:e:1","type":"T","in":{"type":"Relationship","object":"urn:b:1"}},{"id":"urn:b:1","type":"B","c":{"type":"Property","value":1},"d":{"type":"Property","value":2}}]"#
        ),
        ("@none", #"[{"id":"urn:e:1","type":"T","in":{"type":"Relationship","object":"urn:b:1"}}]"#),
    ])
    func `linked entities come along`(join: String, expected: String) throws {
        let vocabulary = try Vocabulary()
        let building = try vocabulary.entity(
            #"{"id":"urn:b:1","type":"B","c":{"type":"Property","value":1},"d":{"type":"Property","value":2}}"#)
        let room = try vocabulary.entity(
            #"{"id":"urn:e:1","type":"T","in":{"type":"Relationship","object":"urn:b:1"}}"#)
        let subscription = try subscription(
            vocabulary, #""join":"\#(join)""#, consumption: FixedEntities([building]))
        let change = try vocabulary.change(.created, room, ["in": .created])
        #expect(try data(vocabulary, subscription, change) == expected)
    }

    @Test func `pick reaches into linked entities`() throws {
        let vocabulary = try Vocabulary()
        let building = try vocabulary.entity(
            #"{"id":"urn:b:1","type":"B","c":{"type":"Property","value":1},"d":{"type":"Property","value":2}}"#)
        let room = try vocabulary.entity(
            #"{"id":"urn:e:1","type":"T","n":{"type":"Property","value":0},"in":{"type":"Relationship","object":"urn:b:1"}}"#
        )
        let subscription = try subscription(
            vocabulary, #""format":"simplified","join":"inline","pick":["id","in{d}"]"#,
            consumption: FixedEntities([building]))
        let change = try vocabulary.change(.created, room, ["in": .created])
        #expect(try data(vocabulary, subscription, change) == #"[{"id":"urn:e:1","in":{"d":2}}]"#)
    }

    @Test func `GeoJSON is a FeatureCollection with its context inside, or in a Link header`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(
            #"{"id":"urn:e:1","type":"T","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}}"#
        )
        let change = try vocabulary.change(.created, entity, ["location": .created])
        let subscription = try subscription(
            vocabulary, #""format":"simplified""#, accept: "application/geo+json")
        let writer = NotificationWriter(subscription, context: vocabulary.context, registry: vocabulary.registry)
        let feature =
            #"{"type":"FeatureCollection","features":[{"id":"urn:e:1","type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"type":"T","location":{"type":"Point","coordinates":[1,2]}}}]"#
        let written = try #require(try data(vocabulary, subscription, change))
        #expect(written.hasPrefix(feature + #","@context":"#))
        #expect(writer.headers().map(\.name) == ["Content-Type"])
        let plain = try vocabulary.subscription(
            #"{"entities":[{"type":"*"}],"notification":{"format":"simplified","endpoint":{"uri":"http://a.example/","accept":"application/geo+json","receiverInfo":[{"key":"Prefer","value":"body=json"}]}}}"#
        )
        #expect(try data(vocabulary, plain, change) == feature + "}")
        let headers = NotificationWriter(plain, context: vocabulary.context, registry: vocabulary.registry).headers()
        #expect(headers.map(\.name) == ["Content-Type", "Link", "Prefer"])
        #expect(headers.first?.value == "application/geo+json")
    }

    @Test func `a deleted location leaves a feature without geometry`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(
            #"{"id":"urn:e:1","type":"T","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}}"#
        )
        let change = try vocabulary.change(.updated, entity, ["location": .deleted])
        let subscription = try subscription(vocabulary, #""sysAttrs":false"#, accept: "application/geo+json")
        let written = try #require(try data(vocabulary, subscription, change))
        #expect(
            written.contains(
                #""geometry":null,"properties":{"type":"T","location":{"type":"GeoProperty","value":"urn:ngsi-ld:null"}}"#
            ))
    }

    @Test func `entities are put as the version that the subscription names`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(#"{"id":"urn:e:1","type":"T","v":{"type":"VocabProperty","vocab":"x"}}"#)
        let change = try vocabulary.change(.created, entity, ["v": .created])
        let subscription = try subscription(vocabulary, #""sysAttrs":false"#, #","ngsildConformance":"1.5""#)
        #expect(
            try data(vocabulary, subscription, change)
                == #"[{"id":"urn:e:1","type":"T","v":{"type":"Property","value":"x"}}]"#)
    }

    @Test func `q looks at linked entities`() throws {
        let vocabulary = try Vocabulary()
        let (low, full) = (
            try vocabulary.entity(#"{"id":"urn:d:low","type":"D","level":{"type":"Property","value":0.3}}"#),
            try vocabulary.entity(#"{"id":"urn:d:full","type":"D","level":{"type":"Property","value":0.9}}"#)
        )
        let subscription = try vocabulary.subscription(
            #"{"entities":[{"type":"T"}],"q":"on{level}<0.5",\#(SubscriptionMatchingTests.endpoint)}"#,
            consumption: FixedEntities([low, full]))
        for (id, isMatch) in [("urn:d:low", true), ("urn:d:full", false), ("urn:d:none", false)] {
            let entity = try vocabulary.entity(
                #"{"id":"urn:e:1","type":"T","on":{"type":"Relationship","object":"\#(id)"}}"#)
            #expect(subscription.matches(try vocabulary.change(.created, entity, ["on": .created])) == isMatch)
        }
    }
}

/// Answers with the same entities whatever is asked.
struct FixedEntities: EntityConsumption {
    private let entities: [String: EntityRecord]

    init(_ entities: [EntityRecord]) {
        self.entities = Dictionary(entities.map { ($0.id, $0) }) { $1 }
    }

    func retrieveEntity(id: String, tenant: String) throws(NGSILDError) -> EntityRecord {
        guard let entity = entities[id] else { throw .resourceNotFound(id) }
        return entity
    }
    func linkedEntity(id: String, tenant: String) -> EntityRecord? { entities[id] }
    func queryEntities(_ query: EntityQuery, tenant: String) throws(NGSILDError) -> EntityPage {
        let found = entities.values.filter { query.matches($0) }.sorted { $0.id < $1.id }
        return EntityPage(entities: Array(found.prefix(query.limit)), total: nil, hasMore: false)
    }
    func entityTypes(tenant: String) throws(NGSILDError) -> [EntityTypeDescription] { [] }
    func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription] { [] }
}
