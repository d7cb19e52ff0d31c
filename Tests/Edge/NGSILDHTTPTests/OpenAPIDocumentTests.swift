import JSONTree
import Testing

@testable import NGSILDHTTP

/// The document against the running handler, each asked what the other says.
struct OpenAPIDocumentTests {
    private let document: JSONDocument

    init() throws { document = try JSONDocument(parsing: String(decoding: OpenAPIDocument.json, as: UTF8.self)) }

    private func member(_ path: String...) throws -> JSONNode {
        var node = document.root
        for name in path { node = try #require(document.member(node, named: name), "\(path)") }
        return node
    }

    private func names(_ node: JSONNode) -> [String] {
        document.members(node).map { document.string($0.key) ?? "" }
    }

    /// A path that the template matches.
    private static func target(_ route: Route) -> String {
        route.placeholders.reduce(route.rawValue) { path, name in
            let value = name == "attrName" || name == "type" || name == "tenant" ? "speed" : "urn:ngsi-ld:A:1"
            return path.replacing("{\(name)}", with: value)
        }
    }

    private static func broker() throws -> TestBroker {
        try TestBroker(subscriptions: RecordedSubscriptions(), keepsHistory: true)
    }

    private static let routes = Route.allCases.filter(\.isOfNGSILD)

    @Test func `it is served as JSON, to GET and HEAD only`() throws {
        let client = try TestBroker().client()
        let answer = try client.request("GET", "/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/json")
        #expect(Array(answer.body.utf8) == OpenAPIDocument.json)
        #expect(try client.request("HEAD", "/openapi.json").status == 200)
        let refused = try client.request("POST", "/openapi.json", [], "{}")
        #expect(refused.status == 405)
        #expect(refused.header("Allow") == "GET, HEAD")
    }

    @Test func `it has every route`() throws {
        #expect(names(try member("paths")) == Route.allCases.map(\.rawValue))
    }

    @Test(arguments: routes)
    func `a route leads to a resource that is its own`(route: Route) throws {
        #expect(try RequestTarget.resource(Self.target(route)).route == route)
    }

    @Test(arguments: routes)
    func `the methods of a route are those that its resource allows`(route: Route) throws {
        let answer = try Self.broker().client().request("OPTIONS", Self.target(route))
        #expect(answer.status == 204)
        let allowed = Set(
            (answer.header("Allow") ?? "").split(separator: ",").map { $0.filter { $0 != " " }.lowercased() })
        let documented = Set(names(try member("paths", route.rawValue))).subtracting(["parameters"])
        #expect(documented == allowed)
    }

    /// What a refusal says after "taken are".
    private static func taken(_ answer: WireAnswer) -> Set<String> {
        let parts = answer.detail.split(separator: "taken are ", maxSplits: 1)
        guard parts.count == 2 else { return [] }
        return Set(parts[1].split(separator: ", ").map(String.init))
    }

    @Test(arguments: routes)
    func `the parameters of an operation are those that its resource takes`(route: Route) throws {
        let client = try Self.broker().client()
        for operation in route.operations {
            let method = operation.method.rawValue
            let refused = try client.request(
                method, Self.target(route) + "?nothing=1", [], operation.body == nil ? nil : "{}")
            #expect(refused.errorType == "InvalidRequest", "\(method) \(refused.detail)")
            #expect(try Self.taken(refused) == documentedParameters(route, method), "\(method)")
        }
    }

    @Test(arguments: routes)
    func `the options of an operation are those that its resource takes`(route: Route) throws {
        let client = try Self.broker().client()
        _ = try client.post("/entities", #"{"id":"urn:ngsi-ld:A:1","type":"A"}"#)
        for operation in route.operations where operation.parameters.contains(.options) {
            let method = operation.method.rawValue
            var target = Self.target(route) + "?options=nothing"
            if operation.parameters.contains(.q) { target += "&type=A" }
            if operation.parameters.contains(.timerel) { target += "&timerel=after&timeAt=2026-01-01T00:00:00Z" }
            let query = operation.parameters.contains(.q) ? "" : #","entities":[{"type":"A"}]"#
            let body = operation.body.map { if case .many = $0 { "[]" } else { #"{"type":"Query"\#(query)}"# } }
            let refused = try client.request(method, target, [], body)
            #expect(refused.detail.contains("The option \"nothing\""), "\(method) \(refused.body)")
            #expect(Self.taken(refused) == Set(operation.options), "\(method)")
        }
    }

    /// The names of the query parameters that the document has.
    private func documentedParameters(_ route: Route, _ method: String) throws -> Set<String> {
        var names: Set<String> = []
        for node in document.elements(try member("paths", route.rawValue, method.lowercased(), "parameters")) {
            var parameter = node
            if let reference = document.member(node, named: "$ref") {
                let name = try #require(document.string(reference)?.split(separator: "/").last.map(String.init))
                parameter = try member("components", "parameters", name)
            }
            guard document.equals(try #require(document.member(parameter, named: "in")), "query") else { continue }
            names.insert(document.string(try #require(document.member(parameter, named: "name"))) ?? "")
        }
        return names
    }

    @Test func `every operation that is counted and every parameter is there, under ids of their own`() throws {
        let operations = Route.allCases.flatMap(\.operations)
        let ids = operations.map(\.id)
        #expect(Set(ids).count == ids.count)
        let missing = Operation.allCases.map(\.name).filter { !ids.contains($0) && $0 != Operation.other.name }
        #expect(missing == [])
        let unused = Parameter.allCases.filter { name in
            name != .local && !operations.contains { $0.parameters.contains(name) }
        }
        #expect(unused == [])
    }

    @Test func `every reference leads to a part of the document`() throws {
        func check(_ node: JSONNode) throws {
            switch document.kind(node) {
            case .array: for element in document.elements(node) { try check(element) }
            case .object:
                for (key, value) in document.members(node) {
                    if document.equals(key, "$ref") {
                        let parts = try #require(document.string(value)).split(separator: "/").map(String.init)
                        #expect(throws: Never.self) { try member(parts[1], parts[2], parts[3]) }
                    } else {
                        try check(value)
                    }
                }
            default: break
            }
        }
        try check(document.root)
    }
}
