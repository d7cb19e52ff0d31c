import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// `/entities` and what is below it, with a whole broker.
struct EntityBindingTests {
    static let room =
        #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":21.5,"unitCode":"CEL"},"inBuilding":{"type":"Relationship","object":"urn:ngsi-ld:Building:1"}}"#
    static let core =
        #"<https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#

    @Test(.clause("5.6.1", "5.6.6", "5.6.17", "5.6.18", "5.7.1"))
    func `an entity is created, found, replaced, merged and deleted`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let created = try client.post("/entities", Self.room)
        #expect(created.status == 201)
        #expect(created.header("Location") == "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1")
        #expect(created.body == "")
        #expect(created.header("Link") == nil)

        let found = try client.get("/entities/urn:ngsi-ld:Room:1")
        #expect(found.status == 200)
        #expect(found.header("Content-Type") == "application/json")
        #expect(found.header("Link") == Self.core)
        #expect(canonical(found.body) == canonical(Self.room))

        let merged = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1", ["Content-Type: application/merge-patch+json"],
            #"{"temperature":{"value":22},"inBuilding":"urn:ngsi-ld:null"}"#)
        #expect(merged.status == 204)
        #expect(merged.header("Content-Length") == nil)
        #expect(
            canonical(try client.get("/entities/urn:ngsi-ld:Room:1").body)
                == canonical(
                    #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":22,"unitCode":"CEL"}}"#
                ))

        let replaced = try client.request(
            "PUT", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1", [],
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","seats":{"type":"Property","value":4}}"#)
        #expect(replaced.status == 204)
        #expect(
            canonical(try client.get("/entities/urn:ngsi-ld:Room:1?options=keyValues").body)
                == canonical(#"{"id":"urn:ngsi-ld:Room:1","type":"Room","seats":4}"#))

        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1").status == 204)
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1").status == 404)
    }

    @Test(.clause("5.2.18", "5.2.19", "5.6.2", "5.6.3", "5.6.4", "5.6.5", "5.6.19"))
    func `attributes are appended, updated, partly updated, replaced and deleted`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        let path = "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1/attrs"
        #expect(try client.request("POST", path, [], #"{"seats":{"type":"Property","value":4}}"#).status == 204)
        let kept = try client.request(
            "POST", path + "?options=noOverwrite", [],
            #"{"seats":{"type":"Property","value":9},"floor":{"type":"Property","value":1}}"#)
        #expect(kept.status == 207)
        #expect(kept.header("Content-Type") == "application/json")
        #expect(kept.body.contains(#""updated":["https://uri.etsi.org/ngsi-ld/default-context/floor"]"#))
        #expect(kept.body.contains(#""attributeName":"https://uri.etsi.org/ngsi-ld/default-context/seats""#))
        #expect(try client.request("PATCH", path, [], #"{"seats":{"type":"Property","value":5}}"#).status == 204)
        #expect(try client.request("PATCH", path + "/temperature", [], #"{"value":19}"#).status == 204)
        #expect(try client.request("PUT", path + "/floor", [], #"{"type":"Property","value":2}"#).status == 204)
        #expect(try client.request("DELETE", path + "/inBuilding").status == 204)
        #expect(
            canonical(try client.get("/entities/urn:ngsi-ld:Room:1?format=simplified").body)
                == canonical(#"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":19,"seats":5,"floor":2}"#))
        #expect(try client.request("DELETE", path + "/inBuilding").status == 404)
        #expect(try client.request("PATCH", path + "/nothing", [], #"{"value":1}"#).status == 404)
    }

    @Test(.clause("5.6.21")) func `a selection of entities is purged, whole or in part`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        for number in 0..<4 {
            let type = number < 3 ? "Bus" : "Tram"
            _ = try client.post(
                "/entities", #"{"id":"urn:b:\#(number)","type":"\#(type)","speed":\#(number),"line":"A"}"#)
        }
        let path = "/ngsi-ld/v1/entities"
        #expect(try client.request("DELETE", path + "?type=Bus&q=speed%3E1").status == 204)
        #expect(try client.get("/entities/urn:b:2").status == 404)
        #expect(try client.request("DELETE", path + "?type=Bus&id=urn:b:0&drop=line").status == 204)
        #expect(try client.request("DELETE", path + "?type=Bus&id=urn:b:1&keep=line").status == 204)
        #expect(
            canonical(try client.get("/entities?local=true&options=keyValues").body)
                == canonical(
                    #"[{"id":"urn:b:0","type":"Bus","speed":0},{"id":"urn:b:1","type":"Bus","line":"A"},{"id":"urn:b:3","type":"Tram","speed":3,"line":"A"}]"#
                ))
        #expect(try client.request("DELETE", path + "?local=true").status == 204)
        #expect(try client.get("/entities?local=true").body == "[]")
        #expect(try client.request("DELETE", path + "?local=true", ["NGSILD-Tenant: none"]).status == 404)
    }

    @Test(.clause("5.6.17")) func `a merge gives all attributes a time and texts a language`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post(
            "/entities",
            #"{"id":"urn:a:1","type":"T","name":{"languageMap":{"en":"gate"}},"n":{"value":1,"observedAt":"2026-01-01T00:00:00Z"}}"#
        )
        let merged = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:a:1?options=keyValues&lang=de&observedAt=2026-02-01T00:00:00Z", [],
            #"{"name":"Tor","n":2}"#)
        #expect(merged.status == 204)
        #expect(
            canonical(try client.get("/entities/urn:a:1?options=concise").body)
                == canonical(
                    #"{"id":"urn:a:1","type":"T","name":{"languageMap":{"en":"gate","de":"Tor"}},"n":{"value":2,"observedAt":"2026-02-01T00:00:00Z"}}"#
                ))
    }

    @Test func `an update of a scope that is not there says that it was left out`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        let answer = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1/attrs", [], #"{"scope":"/Town","seats":4}"#)
        #expect(answer.status == 207)
        #expect(answer.body.contains(#""attributeName":"https://uri.etsi.org/ngsi-ld/scope""#))
        #expect(answer.body.contains(#""updated":["https://uri.etsi.org/ngsi-ld/default-context/seats"]"#))
    }

    @Test(.clause("4.5.5")) func `instances are addressed by datasetId`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post(
            "/entities",
            #"{"id":"urn:a:1","type":"T","speed":[{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d:2"}]}"#
        )
        let default_ = try client.get("/entities/urn:a:1?datasetId=@none&options=keyValues")
        #expect(
            canonical(default_.body).contains(#""dataset":{"@none":1}"#)
                || canonical(default_.body).contains(#""speed":1"#))
        #expect(try client.get("/entities/urn:a:1?datasetId=urn:d:2").body.contains(#""value":2"#))
        #expect(
            try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/speed?datasetId=urn:d:2").status == 204)
        #expect(
            try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/speed?datasetId=urn:d:2").status == 404)
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/speed?deleteAll=true").status == 204)
        #expect(canonical(try client.get("/entities/urn:a:1").body) == #"{"id":"urn:a:1","type":"T"}"#)
    }

    @Test(.clause("4.18")) func `the scope is deleted like an attribute`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", #"{"id":"urn:a:1","type":"T","scope":"/Town"}"#)
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/scope").status == 204)
        #expect(canonical(try client.get("/entities/urn:a:1").body) == #"{"id":"urn:a:1","type":"T"}"#)
    }

    @Test func `picked attributes choose the entities that have them`() throws {
        let client = try TestBroker().client()
        _ = try client.post(
            "/entityOperations/create",
            #"[{"id":"urn:a:1","type":"T","v":{"type":"Property","value":1}},{"id":"urn:a:2","type":"T"}]"#)
        let answer = try client.get("/entities?type=T&pick=v&options=keyValues&count=true")
        #expect(answer.body == #"[{"v":1}]"#)
        #expect(answer.header("NGSILD-Results-Count") == "1")
        #expect(try client.get("/entities?type=T&pick=id,v&options=keyValues").body.contains("urn:a:2"))
    }

    @Test(.clause("4.3.6")) func `the version that is spoken can be preferred`() throws {
        let client = try TestBroker().client()
        #expect(try client.get("/entities?type=T", "Prefer: ngsi-ld=1.9").header("Preference-Applied") == "ngsi-ld=1.9")
        #expect(try client.get("/entities?type=T", "Prefer: ngsi-ld=1.6").header("Preference-Applied") == "ngsi-ld=1.6")
    }

    @Test func `a write to a type that the entity does not have is refused`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1?type=House").status == 404)
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1?type=House").status == 404)
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1?type=Room").status == 204)
    }

    @Test func `HEAD answers as GET without the body`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        let get = try client.get("/entities/urn:ngsi-ld:Room:1")
        let head = try client.request("HEAD", "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:1")
        #expect(head.status == 200)
        #expect(head.header("Content-Length") == get.header("Content-Length"))
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1").status == 200)
    }

    @Test func `percent-encoded ids are the same ids`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let created = try client.post("/entities", #"{"id":"http://a.example/x?y=1","type":"T"}"#)
        #expect(created.header("Location") == "/ngsi-ld/v1/entities/http:%2F%2Fa.example%2Fx%3Fy%3D1")
        #expect(try client.get("/entities/http:%2F%2Fa.example%2Fx%3Fy%3D1").status == 200)
        #expect(try client.get("/entities/urn%3Angsi-ld%3ARoom%3A1").status == 404)
        #expect(try client.get("/entities/urn:%zz").status == 400)
        #expect(try client.get("/entities/urn:%ff").status == 400)
    }

    // MARK: Queries

    private func city() throws -> TestClient {
        let broker = try TestBroker()
        let client = try broker.client()
        let entities = (1...30).map { index in
            #"{"id":"urn:ngsi-ld:Bus:\#(index)","type":"Bus","speed":{"type":"Property","value":\#(index)},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\#(Double(index) / 100),50]}},"scope":"/Town/Line\#(index % 3)"}"#
        }
        #expect(try client.post("/entityOperations/create", "[" + entities.joined(separator: ",") + "]").status == 201)
        return client
    }

    private func ids(_ answer: WireAnswer) -> [Int] {
        answer.body.split(separator: "\"id\":\"urn:ngsi-ld:Bus:").dropFirst().compactMap {
            Int($0.prefix { $0.isNumber })
        }
    }

    @Test(
        .clause("5.7.2"),
        arguments: [
            ("type=Bus&q=speed>28", [29, 30]),
            ("type=Bus&q=speed%3E28", [29, 30]),
            ("q=speed==5", [5]),
            ("type=Bus&id=urn:ngsi-ld:Bus:3,urn:ngsi-ld:Bus:4", [3, 4]),
            ("type=Bus&idPattern=Bus:2.%24", [20, 21, 22, 23, 24, 25, 26, 27, 28, 29]),
            ("type=Bus&scopeQ=/Town/Line1&limit=3", [1, 4, 7]),
            ("type=Bus&scopeQ=/+/Line1&limit=3", [1, 4, 7]),
            ("georel=near;maxDistance==1000&geometry=Point&coordinates=[0.05,50]", [4, 5, 6]),
            ("georel=near%3BmaxDistance%3D%3D1000&geometry=Point&coordinates=%5B0.05%2C+50%5D", [4, 5, 6]),
            ("local=true&limit=2", [1, 2]),
            ("attrs=speed&limit=2&offset=4", [5, 6]),
            ("type=*&limit=1", [1]),
            ("type=House", []),
        ] as [(String, [Int])])
    func `a query selects by its parameters`(query: String, expected: [Int]) throws {
        let client = try city()
        let answer = try client.get("/entities?" + query)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(ids(answer) == expected)
    }

    @Test(.clause("4.12", "4.13", "5.5.9")) func `a page names the pages before and after it, and the count if asked`()
        throws
    {
        let client = try city()
        let first = try client.get("/entities?type=Bus&limit=10&count=true")
        #expect(ids(first) == Array(1...10))
        #expect(first.header("NGSILD-Results-Count") == "30")
        #expect(
            first.headers(named: "Link").contains {
                $0.hasPrefix("</ngsi-ld/v1/entities?type=Bus&count=true&limit=10&offset=10&pageAfter=")
                    && $0.hasSuffix(#">; rel="next"; type="application/json""#)
            })
        #expect(!first.headers(named: "Link").contains { $0.contains("prev") })
        let last = try client.get("/entities?type=Bus&limit=10&offset=20", "Accept: application/ld+json")
        #expect(ids(last) == Array(21...30))
        let links = last.headers(named: "Link")
        #expect(links.count == 1)
        #expect(links[0].hasPrefix("</ngsi-ld/v1/entities?type=Bus&limit=10&offset=10&pageBefore="))
        #expect(links[0].hasSuffix(#">; rel="prev"; type="application/ld+json""#))
        #expect(last.header("NGSILD-Results-Count") == nil)
        let none = try client.get("/entities?type=Bus&limit=0&count=true")
        #expect(none.body == "[]")
        #expect(none.header("NGSILD-Results-Count") == "30")
    }

    @Test(.clause("5.2.23", "5.7.2")) func `a query by POST selects like a query by GET`() throws {
        let client = try city()
        let answer = try client.post(
            "/entityOperations/query?limit=2&count=true&options=keyValues",
            #"{"type":"Query","entities":[{"type":"Bus","idPattern":"Bus:1.$"},{"type":"Bus","id":"urn:ngsi-ld:Bus:3"}],"q":"speed<13","attrs":["speed"]}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
        #expect(ids(answer) == [3, 10])
        #expect(answer.header("NGSILD-Results-Count") == "4")
        #expect(
            canonical(answer.body).contains(
                #"{"id":"urn:ngsi-ld:Bus:10","scope":"/Town/Line1","speed":10,"type":"Bus"}"#))
        #expect(answer.headers(named: "Link").contains { $0.contains("offset=2") })
        let geo = try client.post(
            "/entityOperations/query",
            #"{"type":"Query","geoQ":{"georel":"near;maxDistance==1000","geometry":"Point","coordinates":[0.05,50]}}"#)
        #expect(ids(geo) == [4, 5, 6])
    }

    // MARK: Representations

    @Test(
        .clause("4.5.4", "4.21"),
        arguments: [
            (
                "options=keyValues",
                #"{"id":"urn:ngsi-ld:Room:1","inBuilding":"urn:ngsi-ld:Building:1","temperature":21.5,"type":"Room"}"#
            ),
            (
                "format=keyValues&options=concise",
                #"{"id":"urn:ngsi-ld:Room:1","inBuilding":"urn:ngsi-ld:Building:1","temperature":21.5,"type":"Room"}"#
            ),
            (
                "options=concise",
                #"{"id":"urn:ngsi-ld:Room:1","inBuilding":{"object":"urn:ngsi-ld:Building:1"},"temperature":{"unitCode":"CEL","value":21.5},"type":"Room"}"#
            ),
            ("attrs=temperature&options=keyValues", #"{"id":"urn:ngsi-ld:Room:1","temperature":21.5,"type":"Room"}"#),
            ("pick=id,temperature&options=keyValues", #"{"id":"urn:ngsi-ld:Room:1","temperature":21.5}"#),
            ("pick=id|temperature&options=keyValues", #"{"id":"urn:ngsi-ld:Room:1","temperature":21.5}"#),
            ("omit=inBuilding,type&options=keyValues", #"{"id":"urn:ngsi-ld:Room:1","temperature":21.5}"#),
        ])
    func `an entity is shown as asked`(query: String, expected: String) throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        let answer = try client.get("/entities/urn:ngsi-ld:Room:1?" + query)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(canonical(answer.body) == expected)
    }

    @Test(.clause("4.8")) func `system attributes are shown when asked for`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", Self.room)
        #expect(!(try client.get("/entities/urn:ngsi-ld:Room:1").body.contains("createdAt")))
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1?options=sysAttrs").body.contains("\"createdAt\":\"20"))
    }

    @Test(.clause("4.5.16", "4.5.17", "5.2.29", "5.2.30", "5.2.31")) func `entities become GeoJSON features`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post(
            "/entities",
            #"{"id":"urn:a:1","type":"T","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}},"spot":{"type":"GeoProperty","value":{"type":"Point","coordinates":[3,4]}}}"#
        )
        let one = try client.get(
            "/entities/urn:a:1?options=keyValues&pick=id,type,spot", "Accept: application/geo+json", "Prefer: body=json"
        )
        #expect(one.header("Content-Type") == "application/geo+json")
        #expect(one.header("Link") == Self.core)
        #expect(
            canonical(one.body)
                == #"{"geometry":{"coordinates":[1,2],"type":"Point"},"id":"urn:a:1","properties":{"spot":{"coordinates":[3,4],"type":"Point"},"type":"T"},"type":"Feature"}"#
        )
        let other = try client.get("/entities/urn:a:1?geometryProperty=spot", "Accept: application/geo+json")
        #expect(other.body.contains(#""geometry":{"type":"Point","coordinates":[3,4]}"#))
        #expect(other.body.contains(#""@context":"#))
        #expect(other.header("Link") == nil)
        let all = try client.get("/entities?type=T", "Accept: application/geo+json")
        #expect(all.body.hasPrefix(#"{"type":"FeatureCollection","features":[{"#))
        let none = try client.get("/entities/urn:a:1?geometryProperty=missing", "Accept: application/geo+json")
        #expect(none.body.contains(#""geometry":null"#))
    }

    // MARK: Tenants

    @Test(.clause("4.14", "5.5.10")) func `tenants are apart, and named in answers`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let created = try client.post("/entities", Self.room, "NGSILD-Tenant: district-1")
        #expect(created.status == 201)
        #expect(created.header("NGSILD-Tenant") == "district-1")
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1").status == 404)
        let found = try client.get("/entities/urn:ngsi-ld:Room:1", "NGSILD-Tenant: district-1")
        #expect(found.status == 200)
        #expect(found.header("NGSILD-Tenant") == "district-1")
        let missing = try client.get("/entities/urn:ngsi-ld:Room:1", "NGSILD-Tenant: nowhere")
        #expect(missing.status == 404)
        #expect(missing.errorType == "NonexistentTenant")
        #expect(missing.header("NGSILD-Tenant") == "nowhere")
        #expect(try client.get("/types", "NGSILD-Tenant: a b").errorType == "BadRequestData")
    }
}
