import ClauseTrait
import NGSILDModel
import NGSILDOperations
import Testing

@testable import BrokerCore

/// An operation on a room that has, or has not, some attributes.
struct OperationCase: Sendable, CustomStringConvertible {
    let name: String
    let stored: String?
    let operation: @Sendable (TestBroker) throws -> ProvisionOperation
    let outcome: String
    let after: String
    var description: String { name }

    init(
        _ name: String, on stored: String?, _ outcome: String, _ after: String,
        _ operation: @escaping @Sendable (TestBroker) throws -> ProvisionOperation
    ) {
        self.name = name
        self.stored = stored
        self.operation = operation
        self.outcome = outcome
        self.after = after
    }
}

struct OperationTests {
    static let none = "Resource not found"
    static let room = TestBroker.room
    static let two = #""a":[{"value":1},{"value":2,"datasetId":"urn:d:1"}]"#

    static let cases: [OperationCase] = [
        OperationCase("create", on: nil, "success", #"{"type":"Room","a":1}"#) {
            .createEntity(try $0.room(#""a":1"#))
        },
        OperationCase("create what is there", on: #""a":1"#, "Already exists", #"{"type":"Room","a":1}"#) {
            .createEntity(try $0.room(#""a":2"#))
        },
        OperationCase("create without a value", on: nil, "Bad request data", none) {
            .createEntity(try $0.room(#""a":{"unitCode":"CEL"}"#))
        },
        OperationCase("update", on: #""a":1,"b":2"#, "updated b c", #"{"type":"Room","a":1,"b":3,"c":4}"#) {
            .updateAttributes(id: room, try $0.draft(#"{"b":3,"c":4}"#))
        },
        OperationCase("update what is not there", on: nil, none, none) {
            .updateAttributes(id: room, try $0.draft(#"{"b":3}"#))
        },
        OperationCase("update adds types", on: #""a":1"#, "updated ", #"{"type":["Room","Hall"],"a":1}"#) {
            .updateAttributes(id: room, try $0.draft(#"{"type":"Hall"}"#))
        },
        OperationCase(
            "update ignores a scope where there is none", on: #""a":1"#, "updated ", #"{"type":"Room","a":1}"#
        ) {
            .updateAttributes(id: room, try $0.draft(#"{"scope":"/x"}"#))
        },
        OperationCase(
            "append", on: #""a":1,"scope":"/x""#, "updated a b", #"{"type":"Room","scope":"/y","a":2,"b":3}"#
        ) { .appendAttributes(id: room, try $0.draft(#"{"a":2,"b":3,"scope":"/y"}"#), overwrite: true) },
        OperationCase(
            "append without overwriting", on: #""a":1,"scope":"/x""#, "updated b; not a",
            #"{"type":"Room","scope":["/x","/y"],"a":1,"b":3}"#
        ) { .appendAttributes(id: room, try $0.draft(#"{"a":2,"b":3,"scope":["/x","/y"]}"#), overwrite: false) },
        OperationCase(
            "partial update", on: #""a":{"value":1,"unitCode":"CEL"}"#, "updated a",
            #"{"type":"Room","a":{"value":2,"unitCode":"CEL"}}"#
        ) { .partialAttributeUpdate(id: room, attribute: try $0.term("a"), try $0.attribute("a", #"{"value":2}"#)) },
        OperationCase("partial update of another kind", on: #""a":1"#, "Bad request data", #"{"type":"Room","a":1}"#) {
            .partialAttributeUpdate(
                id: room, attribute: try $0.term("a"),
                try $0.attribute("a", #"{"type":"Relationship","object":"urn:x:1"}"#))
        },
        OperationCase("partial update of no attribute", on: #""b":1"#, none, #"{"type":"Room","b":1}"#) {
            .partialAttributeUpdate(id: room, attribute: try $0.term("a"), try $0.attribute("a", #"{"value":2}"#))
        },
        OperationCase("partial update of no instance", on: #""a":1"#, none, #"{"type":"Room","a":1}"#) {
            .partialAttributeUpdate(
                id: room, attribute: try $0.term("a"), try $0.attribute("a", #"{"value":2,"datasetId":"urn:d:1"}"#))
        },
        OperationCase("delete an attribute", on: #""a":1,"b":2"#, "success", #"{"type":"Room","b":2}"#) {
            .deleteAttribute(id: room, attribute: try $0.term("a"), dataset: "")
        },
        OperationCase("delete an instance", on: two, "success", #"{"type":"Room","a":1}"#) {
            .deleteAttribute(id: room, attribute: try $0.term("a"), dataset: "urn:d:1")
        },
        OperationCase("delete all instances", on: two, "success", #"{"type":"Room"}"#) {
            .deleteAttribute(id: room, attribute: try $0.term("a"), dataset: nil)
        },
        OperationCase("delete no attribute", on: #""b":1"#, none, #"{"type":"Room","b":1}"#) {
            .deleteAttribute(id: room, attribute: try $0.term("a"), dataset: nil)
        },
        OperationCase("delete", on: #""a":1"#, "success", none) { _ in .deleteEntity(id: room) },
        OperationCase("delete what is not there", on: nil, none, none) { _ in .deleteEntity(id: room) },
        OperationCase(
            "merge", on: #""a":{"value":{"x":1},"unitCode":"CEL"},"b":2"#, "updated a b c",
            #"{"type":"Room","a":{"value":{"x":1,"y":2},"unitCode":"CEL"},"c":3}"#
        ) { .mergeEntity(id: room, try $0.draft(#"{"a":{"value":{"y":2}},"b":"urn:ngsi-ld:null","c":3}"#)) },
        OperationCase("replace", on: #""a":1,"b":2,"scope":"/x""#, "success", #"{"type":"Room","b":3,"c":4}"#) {
            .replaceEntity(id: room, try $0.draft(#"{"b":3,"c":4}"#))
        },
        OperationCase("replace what is not there", on: nil, none, none) {
            .replaceEntity(id: room, try $0.room(#""b":3"#))
        },
        OperationCase("replace without a value", on: #""a":1"#, "Bad request data", #"{"type":"Room","a":1}"#) {
            .replaceEntity(id: room, try $0.room(#""a":{"type":"Property"}"#))
        },
        OperationCase(
            "replace an attribute", on: #""a":{"value":1,"unitCode":"CEL"},"b":2"#, "success",
            #"{"type":"Room","a":9,"b":2}"#
        ) { .replaceAttribute(id: room, attribute: try $0.term("a"), try $0.attribute("a", "9")) },
        OperationCase("replace no attribute", on: #""b":2"#, none, #"{"type":"Room","b":2}"#) {
            .replaceAttribute(id: room, attribute: try $0.term("a"), try $0.attribute("a", "9"))
        },
        OperationCase("replace an attribute by nothing", on: #""a":1"#, "Bad request data", #"{"type":"Room","a":1}"#) {
            .replaceAttribute(id: room, attribute: try $0.term("a"), try $0.attribute("a", #""urn:ngsi-ld:null""#))
        },
    ]

    @Test(.clause("5.6.1", "5.6.2", "5.6.3", "5.6.4", "5.6.5", "5.6.6", "5.6.17", "5.6.18", "5.6.19"), arguments: cases)
    func `an operation changes the entity, answers, and is found again after a restart`(operation: OperationCase)
        async throws
    {
        let city = try TestBroker()
        if let stored = operation.stored { _ = await city.perform(.createEntity(try city.room(stored))) }
        #expect(await city.outcome(try operation.operation(city)) == operation.outcome)
        #expect(city.shown() == operation.after)
        city.broker.stop()
        #expect(try TestBroker(city.storage).shown() == operation.after)
    }

    @Test func `an entity cannot grow without end over many requests`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room("")))
        let half = EntityDecoder.attributeLimit / 2 + 1
        func some(_ prefix: String) throws -> EntityDraft {
            try city.draft(
                #"{"\#(prefix)":{"value":1,"# + (0..<half).map { #""s\#($0)":1"# }.joined(separator: ",") + "}}")
        }
        let first = try some("x")
        #expect(await city.outcome(.appendAttributes(id: Self.room, first, overwrite: true)) == "updated x")
        let second = try some("y")
        #expect(await city.outcome(.appendAttributes(id: Self.room, second, overwrite: true)) == "Bad request data")
        #expect(try city.broker.retrieveEntity(id: Self.room, tenant: "").attributes.nodes.count == half + 1)
    }
}
