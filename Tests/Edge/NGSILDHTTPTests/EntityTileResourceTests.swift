import Dispatch
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NGSILDHTTP

struct EntityTileResourceTests {
    /// Notes what is asked for and answers from a thread of its own.
    private final class Tiles: Sendable {
        let asked = Mutex<[EntityTilePages.Request]>([])
        let answer: Result<EntityTilePages.Answer, NGSILDError>

        init(_ answer: Result<EntityTilePages.Answer, NGSILDError> = .success(.init(bytes: [1, 2], omitted: 0))) {
            self.answer = answer
        }

        func pages(_ survey: any EntitySurvey) -> EntityTilePages {
            EntityTilePages(survey: survey) { request, reply in
                self.asked.withLock { $0.append(request) }
                // Not a task: the tests hold the threads that tasks run on.
                DispatchQueue.global().async { reply(self.answer) }
            }
        }
    }

    private func client(_ tiles: Tiles) throws -> TestClient {
        try TestBroker(entityTiles: TileFactory { tiles.pages($0) }).client()
    }

    private let vehicles = #"Link: <http://example.org/vehicle.jsonld>; rel="http://www.w3.org/ns/json-ld#context""#

    private func fill(_ client: TestClient) throws {
        let body =
            #"[{"id":"urn:x:1","type":"Vehicle","speed":5,"location":{"type":"Point","coordinates":[8.5,50]}},{"id":"urn:x:2","type":"Stop","location":{"type":"Point","coordinates":[9,51]}}]"#
        #expect(
            try client.request(
                "POST", "/ngsi-ld/v1/entityOperations/create", ["Content-Type: application/json", vehicles], body
            ).status == 201)
    }

    @Test func `a tile is asked for as the request says, and kept by its tag`() throws {
        let tiles = Tiles(.success(.init(bytes: [1, 2], omitted: 3)))
        let client = try client(tiles)
        try fill(client)
        let path = "/tiles/Vehicle/10/536/347.mvt?attrs=speed&q=speed%3E3&scopeQ=/a/%23&cells=20"
        let answer = try client.request("GET", path, [vehicles])
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/vnd.mapbox-vector-tile")
        #expect(answer.header("Cache-Control") == "no-cache")
        #expect(answer.header("Parvis-Omitted") == "3")
        let asked = try #require(tiles.asked.withLock { $0.first })
        #expect(asked.zoom == 10 && asked.x == 536 && asked.y == 347 && asked.cells == 20)
        #expect(asked.tags.map(\.name) == ["speed"] && asked.tags[0].attribute != .none)
        #expect(asked.query.types?.alternatives?.count == 1)
        #expect(asked.query.expression != nil && asked.query.scope != nil)
        let tag = try #require(answer.header("ETag"))
        let again = try client.request("GET", path, [vehicles, "If-None-Match: \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty)
        #expect(try client.request("GET", path, [vehicles, "If-None-Match: \"other\""]).status == 200)
        #expect(try client.request("HEAD", path, [vehicles]).status == 200)
        // Without the @context the name means another type.
        _ = try client.request("GET", path)
        let keys = tiles.asked.withLock { $0.map(\.key) }
        #expect(Set(keys).count == 2)
    }

    @Test(arguments: [
        ("/tiles/Vehicle/21/0/0.mvt", 400), ("/tiles/Vehicle/-1/0/0.mvt", 400), ("/tiles/Vehicle/x/0/0.mvt", 400),
        ("/tiles/Vehicle/3/8/0.mvt", 400), ("/tiles/Vehicle/3/0/8.mvt", 400), ("/tiles/Vehicle/3/0/-1.mvt", 400),
        ("/tiles/Vehicle/99999999999999999999/0/0.mvt", 400), ("/tiles/Vehicle/3/0/0.png", 404),
        ("/tiles/Vehicle/3/0.mvt", 404), ("/tiles/", 404), ("/tiles//0/0/0.mvt", 400),
        ("/tiles/%ZZ/0/0/0.mvt", 400), ("/tiles/Vehicle;/0/0/0.mvt", 400),
        ("/tiles/Vehicle/0/0/0.mvt?cells=65", 400), ("/tiles/Vehicle/0/0/0.mvt?cells=-1", 400),
        ("/tiles/Vehicle/0/0/0.mvt?limit=5", 400), ("/tiles/Vehicle/0/0/0.mvt?timeAt=2026-01-01T00:00:00Z", 400),
        ("/tiles/Vehicle/0/0/0.mvt?q=speed%3E", 400), ("/tiles/Vehicle/0/0/0.mvt?scopeQ=(", 400),
        ("/tiles/Vehicle/0/0/0.mvt?attrs=id", 400), ("/tiles/Vehicle/0/0/0.mvt?attrs=a,a", 400),
        ("/tiles/Vehicle/0/0/0.mvt?attrs=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,r", 400),
        ("/tiles/Vehicle.json?limit=5", 400), ("/tiles.json?q=a", 400), ("/tiles/.json", 400),
    ])
    func `what is no tile is refused with the reason`(path: String, status: Int) throws {
        let tiles = Tiles()
        let answer = try client(tiles).request("GET", path)
        #expect(answer.status == status)
        #expect(answer.body.contains("\"detail\":"))
        #expect(tiles.asked.withLock { $0.isEmpty })
    }

    @Test func `errors of the maker, wrong methods and unknown tenants are told`() throws {
        let client = try client(Tiles(.failure(.nonexistentTenant("Tenant north does not exist"))))
        #expect(try client.request("GET", "/tiles/*/0/0/0.mvt", ["NGSILD-Tenant: north"]).status == 404)
        #expect(try client.request("GET", "/tiles.json", ["NGSILD-Tenant: north"]).status == 404)
        let refused = try client.request("DELETE", "/tiles/*/0/0/0.mvt")
        #expect(refused.status == 405)
        #expect(refused.header("Allow") == "GET, HEAD, OPTIONS")
    }

    @Test func `the list names the types, how many entities they have, and where their tiles are`() throws {
        let client = try client(Tiles())
        try fill(client)
        let answer = try client.request("GET", "/tiles.json", [vehicles])
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix(#"{"count":2,"bounds":[8.5,50.0,9.0,51.0],"types":["#))
        #expect(answer.body.contains(#""type":"Vehicle","count":1,"tilejson":"http://"#))
        #expect(answer.body.contains("/tiles/Stop.json"))
        let plain = try client.request("GET", "/tiles.json")
        #expect(plain.body.contains("/tiles/http:%2F%2Fexample.org%2FVehicle.json"))
    }

    @Test func `a type is described as TileJSON, with what the request asks for`() throws {
        let client = try client(Tiles())
        try fill(client)
        let answer = try client.request("GET", "/tiles/Vehicle.json?attrs=speed&q=speed%3E3", [vehicles])
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix(#"{"tilejson":"3.0.0","name":"Vehicle","#))
        #expect(answer.body.contains("/tiles/Vehicle/{z}/{x}/{y}.mvt?attrs=speed&q=speed%3E3\""))
        #expect(answer.body.contains(#""speed":"Number, String or Boolean""#))
        #expect(answer.body.contains(#""speed_mean":"Number""#))
        #expect(answer.body.contains(#""minzoom":0,"maxzoom":16"#))
        let all = try client.request("GET", "/tiles/*.json")
        #expect(all.body.contains("/tiles/%2A/{z}/{x}/{y}.mvt\""))
    }
}
