import AccessPolicies
import Testing

@testable import NGSILDHTTP

/// Operations x roles x tenants x entities: what each role gets of each, held against the model of `AccessWorld`.
struct AccessMatrixTests {
    private let world: AccessWorld
    private let client: TestClient

    init() throws {
        world = try AccessWorld()
        client = try world.broker.client()
    }

    private func get(_ path: String, _ role: AccessWorld.Role, _ tenant: String) throws -> WireAnswer {
        try client.request("GET", "/ngsi-ld/v1" + path, AccessWorld.headers(role.name, tenant))
    }

    private func expected(_ role: AccessWorld.Role, _ tenant: String) -> [String: Set<String>] {
        var expected: [String: Set<String>] = [:]
        for thing in AccessWorld.things { expected[thing.id] = AccessWorld.reach(role, tenant, thing) }
        return expected
    }

    @Test(arguments: AccessWorld.roles, AccessWorld.tenants)
    func `a role retrieves what it reaches, with the attributes it reaches`(
        role: AccessWorld.Role, tenant: String
    ) throws {
        for thing in AccessWorld.things {
            let answer = try get("/entities/\(thing.id)", role, tenant)
            guard AccessWorld.isOfTenant(role, tenant) else {
                #expect(answer.status == 403, "\(thing.id)")
                continue
            }
            guard let reach = AccessWorld.reach(role, tenant, thing) else {
                #expect(answer.status == 404, "\(thing.id)")
                let absent = try get("/entities/urn:ngsi-ld:T:none", role, tenant)
                #expect(answer.body.replacing(thing.id, with: "urn:ngsi-ld:T:none") == absent.body)
                continue
            }
            #expect(shown(answer.body) == [thing.id: reach], "\(thing.id) \(answer.body)")
        }
    }

    @Test(arguments: AccessWorld.roles, AccessWorld.tenants)
    func `a role queries what it reaches, counted and paged exactly`(role: AccessWorld.Role, tenant: String) throws {
        guard AccessWorld.isOfTenant(role, tenant) else {
            #expect(try get("/entities?local=true", role, tenant).status == 403)
            return
        }
        let expected = expected(role, tenant)
        let all = try get("/entities?local=true&limit=1000&count=true", role, tenant)
        #expect(shown(all.body) == expected)
        #expect(all.header("NGSILD-Results-Count") == "\(expected.count)")
        var paged: [String] = []
        var path: String? = "/entities?local=true&limit=5"
        while let next = path {
            let page = try get(next, role, tenant)
            paged += ids(page.body)
            path = page.link("next").flatMap { link in
                link.firstRange(of: "/entities").map { String(link[$0.lowerBound...]) }
            }
        }
        let inOrder = AccessWorld.things.map(\.id).filter { expected[$0] != nil }
        #expect(paged == inOrder)
        for type in ["A", "B", "C"] {
            let some = try get("/entities?type=\(type)&limit=1000&count=true", role, tenant)
            let of = expected.filter { id, _ in AccessWorld.things.contains { $0.id == id && $0.types.contains(type) } }
            #expect(shown(some.body) == of, "type \(type)")
            #expect(some.header("NGSILD-Results-Count") == "\(of.count)")
        }
        let posted = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/query?limit=1000", AccessWorld.headers(role.name, tenant),
            #"{"type":"Query","entities":[{"type":"A"},{"type":"B"},{"type":"C"}]}"#)
        #expect(shown(posted.body) == expected)
    }

    @Test(arguments: AccessWorld.roles)
    func `what is hidden of an entity selects and orders nothing`(role: AccessWorld.Role) throws {
        guard AccessWorld.isOfTenant(role, "") else { return }
        let expected = expected(role, "")
        let withSecret = Set(expected.filter { $0.value.contains("secret") }.keys)
        for filter in ["q=secret%3E0", "q=secret", "attrs=secret", "q=secret%3E0%7Csecret%3C0"] {
            let answer = try get("/entities?type=A,B,C&limit=1000&count=true&\(filter)", role, "")
            #expect(Set(ids(answer.body)) == withSecret, "\(filter)")
            #expect(answer.header("NGSILD-Results-Count") == "\(withSecret.count)", "\(filter)")
        }
        let withoutSecret = try get("/entities?type=A,B,C&limit=1000&q=!secret", role, "")
        #expect(Set(ids(withoutSecret.body)) == Set(expected.keys).subtracting(withSecret))
        let near =
            "georel=within&geometry=Polygon&coordinates=%5B%5B%5B8,50%5D,%5B9,50%5D,%5B9,51%5D,%5B8,51%5D,%5B8,50%5D%5D%5D"
        let placed = try get("/entities?type=A,B,C&limit=1000&\(near)", role, "")
        let inCentre = AccessWorld.things.filter {
            $0.isInCentre == true && expected[$0.id]?.contains("location") == true
        }
        #expect(Set(ids(placed.body)) == Set(inCentre.map(\.id)))
        // Those whose secret is hidden stand together, in the order of creation, whatever it is.
        let ordered = ids(try get("/entities?type=A,B,C&limit=1000&orderBy=secret", role, "").body)
        let shownFirst = AccessWorld.things.filter { withSecret.contains($0.id) }.map(\.id)
        let hidden = AccessWorld.things.filter { expected[$0.id] != nil && !withSecret.contains($0.id) }.map(\.id)
        #expect(ordered.filter(withSecret.contains) == shownFirst.reversed())
        #expect(ordered.filter { !withSecret.contains($0) } == hidden)
    }

    @Test(arguments: AccessWorld.roles, AccessWorld.tenants)
    func `types and attributes are those of what a role reaches`(role: AccessWorld.Role, tenant: String) throws {
        guard AccessWorld.isOfTenant(role, tenant) else {
            for path in ["/types", "/types/A", "/attributes", "/attributes/pm25", "/types?details=true"] {
                #expect(try get(path, role, tenant).status == 403)
            }
            return
        }
        let reached = AccessWorld.things.compactMap { thing in
            AccessWorld.reach(role, tenant, thing).map { (thing, $0) }
        }
        let types = Set(reached.flatMap(\.0.types))
        let list = try get("/types", role, tenant).body
        for type in ["A", "B", "C"] {
            #expect(list.contains("\"\(type)\"") == types.contains(type), "\(list)")
            let info = try get("/types/\(type)", role, tenant)
            #expect(info.status == (types.contains(type) ? 200 : 404))
            guard types.contains(type) else { continue }
            let count = reached.count { $0.0.types.contains(type) }
            #expect(info.body.contains("\"entityCount\":\(count),"), "\(info.body)")
            let names = Set(reached.filter { $0.0.types.contains(type) }.flatMap(\.1))
            for name in ["pm25", "secret", "location"] {
                #expect(info.body.contains("\"\(name)\"") == names.contains(name), "\(info.body)")
            }
        }
        for name in ["pm25", "secret", "location"] {
            let count = reached.count { $0.1.contains(name) }
            let info = try get("/attributes/\(name)", role, tenant)
            #expect(info.status == (count > 0 ? 200 : 404), "\(name)")
            if count > 0 { #expect(info.body.contains("\"attributeCount\":\(count),"), "\(info.body)") }
        }
    }

    @Test(arguments: AccessWorld.roles, AccessWorld.tenants)
    func `a role writes what it reaches, one entity at a time and in batches`(
        role: AccessWorld.Role, tenant: String
    ) throws {
        let headers = AccessWorld.headers(role.name, tenant)
        let isOfTenant = AccessWorld.isOfTenant(role, tenant)
        for thing in AccessWorld.things {
            let reach = AccessWorld.reach(role, tenant, thing)
            for name in ["pm25", "secret"] {
                let answer = try client.request(
                    "PATCH", "/ngsi-ld/v1/entities/\(thing.id)/attrs/\(name)", headers,
                    #"{"type":"Property","value":\#(thing.number + 5_000)}"#)
                let status = !isOfTenant ? 403 : reach == nil ? 404 : reach?.contains(name) == true ? 204 : 403
                #expect(answer.status == status, "\(thing.id) \(name) \(answer.body)")
            }
            let stolen = try client.request(
                "POST", "/ngsi-ld/v1/entities/\(thing.id)/attrs", headers, #"{"type":"Other"}"#)
            let mayAnything = role.grants.contains { $0.types == nil && AccessWorld.covers($0, tenant, thing) }
            let status = !isOfTenant ? 403 : reach == nil ? 404 : mayAnything ? 204 : 403
            #expect(stolen.status == status, "\(thing.id) \(stolen.body)")
        }
        guard isOfTenant else { return }
        let members = AccessWorld.things.map {
            #"{"id":"\#($0.id)","type":"\#($0.types[0])","secret":{"type":"Property","value":7}}"#
        }
        let batch = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/update", headers, "[\(members.joined(separator: ","))]")
        let written = AccessWorld.things.filter { AccessWorld.reach(role, tenant, $0)?.contains("secret") == true }
        #expect(batch.status == (written.count == AccessWorld.things.count ? 204 : 207))
        for thing in AccessWorld.things {
            let answer = try client.request(
                "GET", "/ngsi-ld/v1/entities/\(thing.id)?options=keyValues", AccessWorld.headers("*", tenant))
            #expect(
                answer.body.contains("\"secret\":7") == written.contains { $0.id == thing.id }, "\(answer.body)")
        }
        let deleting = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/delete", headers,
            "[\(AccessWorld.things.map { "\"\($0.id)\"" }.joined(separator: ","))]")
        #expect([204, 207].contains(deleting.status))
        for thing in AccessWorld.things {
            let isGone =
                try client.request(
                    "GET", "/ngsi-ld/v1/entities/\(thing.id)", AccessWorld.headers("*", tenant)
                ).status == 404
            // A deletion takes all attributes with it.
            #expect(isGone == (AccessWorld.reach(role, tenant, thing) == thing.attributes), "\(thing.id)")
        }
    }

    @Test(arguments: AccessWorld.roles)
    func `a role creates what it may then write, and no other types, scopes and places`(
        role: AccessWorld.Role
    ) throws {
        for thing in AccessWorld.things {
            let new = AccessWorld.Thing(
                id: thing.id + "-new", types: thing.types, scope: thing.scope, isInCentre: thing.isInCentre,
                number: thing.number)
            let answer = try client.request(
                "POST", "/ngsi-ld/v1/entities", AccessWorld.headers(role.name), new.json)
            let mayCreate = AccessWorld.mayCreate(role, "", thing)
            #expect(answer.status == (mayCreate ? 201 : 403), "\(thing.json) \(answer.body)")
        }
    }

    /// `both` reaches `pm25` of every A, and `secret` of what is in the centre.
    @Test(arguments: [(id: "urn:ngsi-ld:T:1", to: "/centre/south"), (id: "urn:ngsi-ld:T:4", to: "/suburb")])
    func `what a member of a batch does to an entity decides on the next one`(id: String, to scope: String) throws {
        let members = [#""scope":"\#(scope)""#, #""secret":{"type":"Property","value":8}"#]
            .map { #"{"id":"\#(id)","type":"A",\#($0)}"# }
        let batch = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/merge", AccessWorld.headers("both"),
            "[\(members.joined(separator: ","))]")
        let isInside = scope.hasPrefix("/centre/")
        #expect(batch.status == (isInside ? 204 : 207), "\(batch.body)")
        let answer = try client.request(
            "GET", "/ngsi-ld/v1/entities/\(id)?options=keyValues", AccessWorld.headers("*"))
        #expect(answer.body.contains("\"\(scope)\""), "\(answer.body)")
        #expect(answer.body.contains("\"secret\":8") == isInside, "\(answer.body)")
    }
}
