import Dispatch
import NGSILDModel
import Synchronization
import Testing

@testable import NGSILDHTTP

struct AirMapResourceTests {
    /// Notes what is asked for and answers from a thread of its own.
    private final class Maps: Sendable {
        let asked = Mutex<[AirMapPages.Request]>([])
        let answer: Result<AirMapPages.Answer, NGSILDError>

        init(_ answer: Result<AirMapPages.Answer, NGSILDError> = .success(.init(bytes: [1, 2], cacheSeconds: 30))) {
            self.answer = answer
        }

        var pages: AirMapPages {
            AirMapPages { request, reply in
                self.asked.withLock { $0.append(request) }
                // Not a task: the tests hold the threads that tasks run on.
                DispatchQueue.global().async { reply(self.answer) }
            }
        }
    }

    private func client(_ maps: Maps?) throws -> TestClient { try TestBroker(airMaps: maps?.pages).client() }

    @Test func `a map is asked for as the request says, and kept by its tag`() throws {
        let maps = Maps()
        let client = try client(maps)
        let answer = try client.request(
            "GET", "/air/map?pollutant=PM2.5&at=2015-03-01T08:00:00Z&quantity=uncertainty&bbox=116,39,117,41",
            ["NGSILD-Tenant: north"])
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "application/geo+json")
        #expect(answer.header("Cache-Control") == "max-age=30")
        #expect(answer.header("NGSILD-Tenant") == "north")
        let asked = try #require(maps.asked.withLock { $0.first })
        #expect(asked.tenant == "north")
        #expect(asked.pollutant == "PM2.5")
        #expect(asked.at?.text == "2015-03-01T08:00:00Z")
        #expect(asked.isUncertainty)
        #expect(asked.part == .area(.init(west: 116, south: 39, east: 117, north: 41)))
        let tag = try #require(answer.header("ETag"))
        #expect(try client.request("GET", "/air/map?pollutant=O3", ["If-None-Match: \(tag)"]).status == 304)
    }

    @Test func `a tile is a PNG at its address`() throws {
        let maps = Maps()
        let answer = try client(maps).request("GET", "/air/tiles/PM2%2E5/10/843/387.png?quantity=value")
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "image/png")
        let asked = try #require(maps.asked.withLock { $0.first })
        #expect(asked.pollutant == "PM2.5")
        #expect(asked.at == nil)
        #expect(asked.part == .tile(zoom: 10, x: 843, y: 387))
    }

    @Test(arguments: [
        ("/air/map", "needs a pollutant"),
        ("/air/map?pollutant=", "needs a pollutant"),
        ("/air/map?pollutant=O3&at=yesterday", "2026-03-01T08:00:00Z"),
        ("/air/map?pollutant=O3&quantity=both", "value or uncertainty"),
        ("/air/map?pollutant=O3&index=EAQI", "ask for a pollutant"),
        ("/air/map?pollutant=O3&bbox=1,2,3", "west,south,east,north"),
        ("/air/map?pollutant=O3&bbox=1,2,3,4,5", "west,south,east,north"),
        ("/air/map?pollutant=O3&bbox=1,2,nan,4", "west,south,east,north"),
        ("/air/map?pollutant=O3&bbox=1,2,190,4", "west,south,east,north"),
        ("/air/map?pollutant=O3&bbox=3,2,1,4", "reversed"),
        ("/air/map?pollutant=O3&bbox=1,4,3,2", "reversed"),
        ("/air/map?pollutant=O3&colour=red", "taken are"),
        ("/air/tiles/O3/21/0/0.png", "0 to 20"),
        ("/air/tiles/O3/-1/0/0.png", "0 to 20"),
        ("/air/tiles/O3/99999999999999999999/0/0.png", "0 to 20"),
        ("/air/tiles/O3/2/4/0.png", "0 to 3"),
        ("/air/tiles/O3/2/0/-1.png", "0 to 3"),
        ("/air/tiles/O3/2/0/x.png", "0 to 3"),
        ("/air/tiles//2/0/0.png", "names a pollutant"),
        ("/air/tiles/%ff/2/0/0.png", "names a pollutant"),
    ])
    func `what cannot be mapped is refused with the remedy`(target: String, remedy: String) throws {
        let maps = Maps()
        let answer = try client(maps).request("GET", target)
        #expect(answer.status == 400)
        #expect(answer.detail.contains(remedy), "\(answer.detail)")
        #expect(maps.asked.withLock { $0.isEmpty })
    }

    @Test(arguments: [
        "/air/tiles/O3/2/0/0", "/air/tiles/O3/2/0/0.jpg", "/air/tiles/O3/2/0", "/air/tiles/O3/2/0/0/0.png",
    ])
    func `other paths below the tiles are not there`(target: String) throws {
        #expect(try client(Maps()).request("GET", target).status == 404)
    }

    @Test func `other methods, a service that is off and one that has too much to do say so`() throws {
        let refused = try client(Maps()).request("POST", "/air/map?pollutant=O3", [], "{}")
        #expect(refused.status == 405)
        #expect(refused.header("Allow") == "GET, HEAD")
        #expect(try client(nil).request("GET", "/air/map?pollutant=O3").status == 404)
        let full = try client(Maps(.failure(.overloaded("Too many")))).request("GET", "/air/map?pollutant=O3")
        #expect(full.status == 503)
        #expect(full.header("Retry-After") == "1")
    }

    @Test func `HEAD answers without the map`() throws {
        let answer = try client(Maps()).request("HEAD", "/air/map?pollutant=O3")
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
    }
}
