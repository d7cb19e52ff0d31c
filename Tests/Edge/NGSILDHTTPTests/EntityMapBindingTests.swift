import ClauseTrait
import JSONTree
import Testing

@testable import NGSILDHTTP

/// `/entityMaps`, and entity maps in queries.
struct EntityMapBindingTests {
    private func city() throws -> TestClient {
        let client = try TestBroker(keepsHistory: true).client()
        for number in 1...5 {
            let body = #"{"id":"urn:v:\#(number)","type":"Vehicle","speed":{"type":"Property","value":\#(number)}}"#
            #expect(try client.post("/entities", body).status == 201)
        }
        return client
    }

    private func ids(_ answer: WireAnswer) throws -> [String] {
        let json = try JSONDocument(parsing: answer.body)
        return json.elements(json.root).compactMap { json.member($0, "id").flatMap { json.string($0) } }
    }

    @Test(.clause("4.5.25", "5.2.39", "5.14.1", "5.14.2", "5.14.3", "5.14.4"), arguments: ["GET", "POST"])
    func `a map is made, shown, changed and deleted`(method: String) throws {
        let client = try city()
        let made =
            method == "GET"
            ? try client.get("/entityMaps?type=Vehicle&q=speed>3")
            : try client.post(
                "/entityMaps", #"{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>3"}"#)
        #expect(made.status == 201, "\(made.body)")
        let path = try #require(made.header("NGSILD-EntityMap"))
        #expect(path.hasPrefix("/ngsi-ld/v1/entityMaps/urn:ngsi-ld:EntityMap:"))
        let json = try JSONDocument(parsing: made.body)
        #expect(json.member(json.root, "type").map { json.text($0) } == #""EntityMap""#)
        #expect(
            json.member(json.root, "entityMap").map { json.text($0) } == #"{"urn:v:4":["@none"],"urn:v:5":["@none"]}"#)
        #expect(try client.request("GET", path).body == made.body)
        let linked = try client.request("GET", path, ["Accept: application/ld+json"])
        #expect(linked.body.contains("@context"))
        let change = #"{"type":"EntityMap","expiresAt":"2099-01-01T00:00:00Z","entityMap":{"urn:v:9":["@none"]}}"#
        #expect(try client.request("PATCH", path, [], change).status == 204)
        let changed = try client.request("GET", path).body
        #expect(!changed.contains("urn:v:9") && !changed.contains("2099") && changed != made.body)
        #expect(try client.request("GET", path, ["NGSILD-Tenant: t"]).status == 404)
        #expect(try client.request("PUT", path, [], change).status == 405)
        #expect(try client.request("DELETE", path).status == 204)
        #expect(try client.request("GET", path).errorType == "ResourceNotFound")
        #expect(try client.request("DELETE", path).status == 404)
    }

    @Test(arguments: [
        ("GET", "/entityMaps?id=urn:v:1", "", "BadRequestData"),
        ("GET", "/entityMaps?type=Vehicle&entityMapLifetime=1hour", "", "BadRequestData"),
        ("GET", "/entityMaps/no%20uri", "", "BadRequestData"), ("DELETE", "/entityMaps/no%20uri", "", "BadRequestData"),
        ("PATCH", "/entityMaps/urn:x:1", #"{"expiresAt":"tomorrow"}"#, "BadRequestData"),
        ("PATCH", "/entityMaps/urn:x:1", #"{"expires":"2099-01-01T00:00:00Z"}"#, "BadRequestData"),
        ("PATCH", "/entityMaps/urn:x:1", "[]", "BadRequestData"),
        ("PATCH", "/entityMaps/urn:x:1", #"{"expiresAt":"2099-01-01T00:00:00Z"}"#, "ResourceNotFound"),
        ("GET", "/temporal/entityMaps?type=Vehicle", "", "BadRequestData"),
        ("GET", "/entities?type=Vehicle&entityMap=perhaps", "", "BadRequestData"),
    ])
    func `what is wrong is said`(method: String, path: String, body: String, error: String) throws {
        let answer = try city().request(method, "/ngsi-ld/v1" + path, [], body.isEmpty ? nil : body)
        #expect(answer.errorType == error, "\(answer.status) \(answer.body)")
    }

    @Test func `a query makes a map on request, and its pages come from it`() throws {
        let client = try city()
        let first = try client.get("/entities?type=Vehicle&entityMap=true&limit=2")
        #expect(first.status == 201)
        #expect(try ids(first) == ["urn:v:1", "urn:v:2"])
        let map = try #require(first.header("NGSILD-EntityMap"))
        #expect(try client.post("/entities", #"{"id":"urn:v:6","type":"Vehicle"}"#).status == 201)
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:v:3").status == 204)
        let second = try client.get("/entities?type=Vehicle&limit=2&offset=2&count=true", "NGSILD-EntityMap: \(map)")
        #expect(second.status == 200)
        #expect(try ids(second) == ["urn:v:4", "urn:v:5"])
        #expect(second.header("NGSILD-EntityMap") == map)
        #expect(second.header("NGSILD-Results-Count") == "4")
        #expect(second.headers(named: "Link").contains { $0.contains("rel=\"prev\"") })
        #expect(!second.headers(named: "Link").contains { $0.contains("rel=\"next\"") })
        #expect(try !client.request("GET", map).body.contains("urn:v:3"))
        let posted = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/query", ["NGSILD-EntityMap: \(map)"],
            #"{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>4"}"#)
        #expect(try ids(posted) == ["urn:v:5"])
        #expect(posted.header("NGSILD-EntityMap") == map)
    }

    @Test func `a map that is gone is replaced by a new one`() throws {
        let client = try city()
        for path in ["/entities?type=Vehicle", "/entities/urn:v:1"] {
            let answer = try client.get(path, "NGSILD-EntityMap: /ngsi-ld/v1/entityMaps/urn:x:gone")
            #expect(answer.status == (path.contains("?") ? 201 : 200))
            let map = try #require(answer.header("NGSILD-EntityMap"))
            #expect(!map.contains("gone"))
            #expect(try client.request("GET", map).body.contains(#""urn:v:1":["@none"]"#))
            #expect(try client.get(path, "NGSILD-EntityMap: \(map)").header("NGSILD-EntityMap") == map)
        }
    }

    @Test(.clause("5.14.5")) func `temporal queries have maps of their own`() throws {
        let client = try city()
        let range = "type=Vehicle&timerel=before&timeAt=2999-01-01T00:00:00Z&timeproperty=createdAt"
        let made = try client.get("/temporal/entityMaps?\(range)")
        #expect(made.status == 201, "\(made.body)")
        let map = try #require(made.header("NGSILD-EntityMap"))
        #expect(made.body.contains("urn:v:1") && made.body.contains("urn:v:5"))
        #expect(
            try client.post("/entities", #"{"id":"urn:v:6","type":"Vehicle","speed":{"type":"Property","value":1}}"#)
                .status == 201)
        let page = try client.get("/temporal/entities?\(range)&limit=3&offset=3", "NGSILD-EntityMap: \(map)")
        #expect(page.status == 200)
        #expect(try ids(page) == ["urn:v:4", "urn:v:5"])
        #expect(page.header("NGSILD-EntityMap") == map)
        // A map of the other kind is no map here.
        let other = try client.get("/entities?type=Vehicle", "NGSILD-EntityMap: \(map)")
        #expect(other.status == 201 && other.header("NGSILD-EntityMap") != map)
        #expect(try client.get("/temporal/entities?\(range)&entityMap=true").status == 201)
    }
}
