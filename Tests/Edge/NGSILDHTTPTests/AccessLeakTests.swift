import AccessPolicies
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NGSILDHTTP

/// Ways by which what is hidden could come out.
struct AccessLeakTests {
    private let world: AccessWorld
    private let client: TestClient

    init() throws {
        world = try AccessWorld(keepsHistory: true)
        client = try world.broker.client()
    }

    private func get(_ path: String, _ roles: String?, _ headers: [String] = []) throws -> WireAnswer {
        try client.request("GET", "/ngsi-ld/v1" + path, AccessWorld.headers(roles) + headers)
    }

    private func role(_ name: String) throws -> AccessWorld.Role {
        try #require(AccessWorld.roles.first { $0.name == name })
    }

    private func expected(_ role: AccessWorld.Role) -> [String: Set<String>] {
        var expected: [String: Set<String>] = [:]
        for thing in AccessWorld.things { expected[thing.id] = AccessWorld.reach(role, "", thing) }
        return expected
    }

    @Test(arguments: AccessWorld.roles)
    func `a table and a map of features hold what is reached`(role: AccessWorld.Role) throws {
        guard AccessWorld.isOfTenant(role, "") else { return }
        let expected = expected(role)
        let table = try get("/entities?local=true&limit=1000&options=keyValues", role.name, ["Accept: text/csv"]).body
        let features = try get("/entities?local=true&limit=1000", role.name, ["Accept: application/geo+json"]).body
        let rows = table.split(whereSeparator: \.isNewline).dropFirst()
        for thing in AccessWorld.things {
            let isReached = expected[thing.id] != nil
            #expect(rows.contains { $0.hasPrefix(thing.id + ",") } == isReached, "\(thing.id)")
            #expect(features.contains("\"\(thing.id)\"") == isReached)
            let showsSecret = expected[thing.id]?.contains("secret") == true
            #expect(features.contains("\"value\":\(1_000 - thing.number)") == showsSecret, "\(thing.id)")
            #expect(table.contains("\(1_000 - thing.number)") == showsSecret, "\(thing.id)")
        }
    }

    @Test func `a linked entity that is not reached is neither shown nor asked`() throws {
        let link =
            #"{"id":"urn:ngsi-ld:T:link","type":"A","of":[{"type":"Relationship","object":"urn:ngsi-ld:T:28"},{"type":"Relationship","object":"urn:ngsi-ld:T:2","datasetId":"urn:d:2"}]}"#
        #expect(try client.request("POST", "/ngsi-ld/v1/entities", AccessWorld.headers("*"), link).status == 201)
        // 28 is a C, 2 an A.
        for join in ["inline", "flat"] {
            let answer = try get("/entities/urn:ngsi-ld:T:link?join=\(join)", "a").body
            #expect(answer.contains("\"value\":998"), "\(answer)")
            #expect(!answer.contains("\"value\":972"), "\(answer)")
            let whole = try get("/entities/urn:ngsi-ld:T:link?join=\(join)", "*").body
            #expect(whole.contains("\"value\":972"), "\(whole)")
        }
        #expect(ids(try get("/entities?type=A&join=inline&q=of%7Bsecret%7D==972", "*").body) == ["urn:ngsi-ld:T:link"])
        #expect(ids(try get("/entities?type=A&join=inline&q=of%7Bsecret%7D==972", "a").body) == [])
        #expect(ids(try get("/entities?type=A&join=inline&q=of%7Bsecret%7D==998", "a").body) == ["urn:ngsi-ld:T:link"])
    }

    @Test(arguments: AccessWorld.roles)
    func `histories are those of what is reached`(role: AccessWorld.Role) throws {
        guard AccessWorld.isOfTenant(role, "") else {
            #expect(
                try get("/temporal/entities?local=true&timerel=before&timeAt=2099-01-01T00:00:00Z", role.name).status
                    == 403)
            return
        }
        let expected = expected(role)
        let times = "timerel=before&timeAt=2099-01-01T00:00:00Z&timeproperty=modifiedAt"
        let list = try get("/temporal/entities?type=A,B,C&\(times)&limit=100&count=true", role.name)
        #expect(shown(list.body) == expected.filter { !$0.value.isEmpty }, "\(list.body.prefix(300))")
        #expect(list.header("NGSILD-Results-Count") == "\(expected.count)")
        for thing in AccessWorld.things {
            let answer = try get("/temporal/entities/\(thing.id)", role.name)
            guard let reach = expected[thing.id] else {
                #expect(answer.status == 404, "\(thing.id)")
                continue
            }
            #expect(shown(answer.body) == [thing.id: reach], "\(answer.body)")
        }
        let bySecret = try get("/temporal/entities?type=A,B,C&\(times)&limit=100&q=secret%3E0", role.name)
        #expect(
            Set(ids(bySecret.body)) == Set(expected.filter { $0.value.contains("secret") }.keys),
            "\(bySecret.body.prefix(300))")
        let written = try client.request(
            "DELETE", "/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:T:28/attrs/secret?deleteAll=true",
            AccessWorld.headers(role.name))
        #expect(written.status == 403)
    }

    @Test func `the history of what was deleted is reached by its last types and scopes`() throws {
        // An A without scope, an A in the centre's scope and place.
        for id in ["urn:ngsi-ld:T:1", "urn:ngsi-ld:T:5"] {
            #expect(
                try client.request("DELETE", "/ngsi-ld/v1/entities/\(id)", AccessWorld.headers("*")).status == 204)
        }
        #expect(try get("/temporal/entities/urn:ngsi-ld:T:1", "a").status == 200)
        #expect(try get("/temporal/entities/urn:ngsi-ld:T:1", "scoped").status == 404)
        #expect(try get("/temporal/entities/urn:ngsi-ld:T:5", "scoped").status == 200)
        #expect(try get("/temporal/entities/urn:ngsi-ld:T:5", "placed").status == 404)
        let some = try get("/temporal/entities/urn:ngsi-ld:T:1", "some")
        #expect(shown(some.body) == ["urn:ngsi-ld:T:1": ["pm25"]])
    }

    @Test func `an entity map shows and pages what is reached, also one that another made`() throws {
        let policies = [
            AccessPolicy(id: "maps", roles: ["maps"], operations: ["federationOps"], types: ["A"]),
            AccessPolicy(id: "plain", roles: ["plain"], operations: ["queryEntity"], types: ["A"]),
        ]
        world.authenticator.use(policies, registry: world.broker.broker.registry)
        let made = try get("/entities?type=A,B,C&entityMap=true&limit=1000", "*")
        let map = try #require(made.header("NGSILD-EntityMap"))
        let ofA = Set(AccessWorld.things.filter { $0.types.contains("A") }.map(\.id))
        let used = try get("/entities?type=A,B,C&limit=1000&count=true", "maps", ["NGSILD-EntityMap: \(map)"])
        #expect(Set(ids(used.body)) == ofA)
        #expect(used.header("NGSILD-Results-Count") == "\(ofA.count)")
        let seen = try client.request("GET", map, AccessWorld.headers("maps"))
        for thing in AccessWorld.things { #expect(seen.body.contains("\"\(thing.id)\"") == ofA.contains(thing.id)) }
        // What one does not reach stays for others.
        let again = try get("/entities?type=A,B,C&limit=1000", "*", ["NGSILD-EntityMap: \(map)"])
        #expect(ids(again.body).count == AccessWorld.things.count)
        #expect(try get("/entities?type=A&entityMap=true", "plain").status == 403)
    }

    @Test func `a write of a hidden attribute does not tell whether the value is there already`() throws {
        let right = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:T:1", AccessWorld.headers("some"),
            #"{"secret":{"type":"Property","value":999}}"#)
        let wrong = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:T:1", AccessWorld.headers("some"),
            #"{"secret":{"type":"Property","value":1}}"#)
        #expect(right.status == 403)
        #expect(right.body == wrong.body)
    }

    @Test func `a purge takes what is reached and no more`() throws {
        let purged = try client.request(
            "DELETE", "/ngsi-ld/v1/entities?type=A,B,C", AccessWorld.headers("scoped"))
        #expect(purged.status == 204)
        let left = Set(ids(try get("/entities?local=true&limit=1000", "*").body))
        #expect(left == Set(AccessWorld.things.filter { $0.scope?.hasPrefix("/centre/") != true }.map(\.id)))
        #expect(
            try client.request("DELETE", "/ngsi-ld/v1/entities?type=A", AccessWorld.headers("some")).status == 403)
    }

    @Test func `a stream tells what is reached, and what comes into reach and leaves it`() throws {
        let stream = try world.broker.client()
        try stream.send("GET /console/stream HTTP/1.1\r\nHost: a\r\nRoles: scoped\r\n\r\n")
        _ = try stream.text(through: "event: hello\n")
        _ = try stream.text(through: "\n\n")
        func write(_ id: Int, _ body: String) throws {
            let answer = try client.request(
                "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:T:\(id)", AccessWorld.headers("*"), body)
            #expect(answer.status == 204, "\(answer.body)")
        }
        // 1 has no scope; 4 is in the centre.
        try write(1, #"{"secret":{"type":"Property","value":11111}}"#)
        try write(4, #"{"pm25":{"type":"Property","value":44444}}"#)
        let first = try stream.text(through: "\n\n")
        #expect(first.contains("44444"), "\(first)")
        #expect(!first.contains("11111"))
        try write(1, #"{"scope":"/centre/south"}"#)
        let second = try stream.text(through: "\n\n")
        #expect(second.contains(#""op":"create","id":"urn:ngsi-ld:T:1""#), "\(second)")
        try write(1, #"{"scope":"/suburb"}"#)
        let third = try stream.text(through: "\n\n")
        #expect(third.contains(#"{"op":"delete","id":"urn:ngsi-ld:T:1"}"#), "\(third)")
    }

    @Test func `a stream hides attributes, and changes of them alone`() throws {
        let stream = try world.broker.client()
        try stream.send("GET /console/stream HTTP/1.1\r\nHost: a\r\nRoles: some\r\n\r\n")
        _ = try stream.text(through: "event: hello\n")
        _ = try stream.text(through: "\n\n")
        for body in [#"{"secret":{"type":"Property","value":11111}}"#, #"{"pm25":{"type":"Property","value":22222}}"#] {
            let answer = try client.request(
                "PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:T:1", AccessWorld.headers("*"), body)
            #expect(answer.status == 204)
        }
        let told = try stream.text(through: "\n\n")
        #expect(told.contains("22222"), "\(told)")
        #expect(!told.contains("secret"), "\(told)")
    }

    @Test func `a stream ends when its caller is revoked`() throws {
        let stream = try world.broker.client()
        try stream.send("GET /console/stream HTTP/1.1\r\nHost: a\r\nRoles: all\r\n\r\n")
        _ = try stream.text(through: "event: hello\n")
        _ = try stream.text(through: "\n\n")
        world.authenticator.revoke("roles:all")
        #expect(try stream.text(through: "\n\n").contains("event: end"))
        #expect(try stream.isClosed())
    }

    @Test func `a stream takes an operation of its own`() throws {
        for (roles, status) in [("nothing", 403), ("all", 200)] {
            let stream = try world.broker.client()
            try stream.send("GET /console/stream HTTP/1.1\r\nHost: a\r\nRoles: \(roles)\r\n\r\n")
            #expect(try stream.text(through: "\r\n").contains("\(status)"))
        }
    }

    @Test func `tiles are asked for with what the caller reaches, and are kept apart`() throws {
        let asked = Mutex<[EntityTilePages.Request]>([])
        let tiles = TileFactory { survey in
            EntityTilePages(survey: survey) { request, reply in
                asked.withLock { $0.append(request) }
                reply(.success(.init(bytes: [1], omitted: 0)))
            }
        }
        let world = try AccessWorld(entityTiles: tiles)
        let client = try world.broker.client()
        let path = "/tiles/*/3/4/2.mvt"
        #expect(try client.request("GET", path, AccessWorld.headers("nothing")).status == 403)
        for roles in ["*", "scoped", "a"] {
            #expect(try client.request("GET", path, AccessWorld.headers(roles)).status == 200)
        }
        let requests = asked.withLock { $0 }
        #expect(requests.map { $0.query.access == nil } == [true, false, false])
        #expect(Set(requests.map(\.key)).count == 3)
        for role in AccessWorld.roles where AccessWorld.isOfTenant(role, "") {
            let list = try client.request("GET", "/tiles.json", AccessWorld.headers(role.name))
            let count = AccessWorld.things.count { AccessWorld.reach(role, "", $0) != nil }
            #expect(list.body.hasPrefix("{\"count\":\(count)"), "\(role.name) \(list.body)")
            let seesPlaces = AccessWorld.things.contains {
                AccessWorld.reach(role, "", $0)?.contains("location") == true
            }
            #expect(list.body.contains("\"bounds\"") == seesPlaces, "\(role.name) \(list.body)")
        }
    }

    @Test func `a snapshot shows each reader what they reach`() throws {
        let body =
            #"{"type":"Snapshot","id":"urn:ngsi-ld:Snapshot:1","snapshotQueries":[{"type":"Query","entities":[{"type":"A"},{"type":"B"},{"type":"C"}]}]}"#
        #expect(try client.request("POST", "/ngsi-ld/v1/snapshots", AccessWorld.headers("*"), body).status == 201)
        let used = ["NGSILD-Snapshot: urn:ngsi-ld:Snapshot:1"]
        var whole = try get("/entities?local=true&limit=1000", "*", used)
        // Filled in the background.
        for _ in 0..<1_000 where whole.status == 409 { whole = try get("/entities?local=true&limit=1000", "*", used) }
        #expect(ids(whole.body).count == AccessWorld.things.count, "\(whole.body)")
        for role in AccessWorld.roles where AccessWorld.isOfTenant(role, "") {
            let answer = try get("/entities?local=true&limit=1000", role.name, used)
            #expect(shown(answer.body) == expected(role), "\(role.name)")
        }
        #expect(try get("/entities?local=true", "nothing", used).status == 403)
    }

    @Test func `whoever may create entities learns that an id is taken, and nothing else of what has it`() throws {
        // 28 is a C, which "a" does not reach; 2 is an A.
        let (hidden, own, free) = ("urn:ngsi-ld:T:28", "urn:ngsi-ld:T:2", "urn:ngsi-ld:T:free")
        let before = try get("/entities/\(hidden)?options=sysAttrs", "*").body
        func send(_ method: String, _ path: String, _ id: String, type: String = "A") throws -> WireAnswer {
            let entity = #"{"id":"\#(id)","type":"\#(type)","pm25":{"type":"Property","value":1}}"#
            let body = path.hasPrefix("/entityOperations") ? "[\(entity)]" : entity
            return try client.request(method, "/ngsi-ld/v1" + path, AccessWorld.headers("a"), body)
        }
        // A creation tells of a hidden entity what it tells of one that is seen: that the id is taken.
        let (ofHidden, ofOwn) = (try send("POST", "/entities", hidden), try send("POST", "/entities", own))
        #expect(ofHidden.status == 409 && ofHidden.errorType == "AlreadyExists")
        #expect(ofHidden.body == ofOwn.body.replacing(own, with: hidden))
        // Who may not create such an entity is not told.
        let (taken, untaken) = (
            try send("POST", "/entities", hidden, type: "B"), try send("POST", "/entities", free, type: "B")
        )
        #expect(taken.status == 403)
        #expect(taken.body == untaken.body.replacing(free, with: hidden))
        // For everything else it is as if it were not there.
        for (method, path) in [("GET", ""), ("DELETE", ""), ("PATCH", ""), ("PUT", ""), ("POST", "/attrs")] {
            func ask(_ id: String) throws -> WireAnswer {
                let body = method == "GET" || method == "DELETE" ? nil : #"{"pm25":{"type":"Property","value":1}}"#
                return try client.request(
                    method, "/ngsi-ld/v1/entities/\(id)\(path)", AccessWorld.headers("a"), body)
            }
            let (ofHidden, ofFree) = (try ask(hidden), try ask(free))
            #expect(ofHidden.status == 404, "\(method) \(path)")
            #expect(ofHidden.body == ofFree.body.replacing(free, with: hidden), "\(method) \(path)")
        }
        for operation in ["create", "upsert", "merge", "update"] {
            let answer = try send("POST", "/entityOperations/\(operation)", hidden)
            #expect(answer.status >= 207 && !answer.body.contains("value"), "\(operation) \(answer.body)")
        }
        #expect(try get("/entities/\(hidden)?options=sysAttrs", "*").body == before)
    }
}
