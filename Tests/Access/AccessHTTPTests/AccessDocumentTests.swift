import AccessKeeping
import JSONTree
import Testing

@testable import NGSILDHTTP

/// What `/openapi.json` says of people, keys, policies and sessions, against the running handler.
struct AccessDocumentTests {
    /// Those of a provider are another server's to try.
    private static let routes = Route.allCases.filter { $0.isOfAccess && !$0.isOfProvider }

    /// A path that the template matches, of things that are there.
    private func target(_ route: Route, key: String) -> String {
        route.rawValue.replacing("{personName}", with: "anna").replacing("{keyId}", with: key)
            .replacing("{policyId}", with: "air")
    }

    /// A server with a person, a key and a policy, and what its administrator sends.
    private func server() async throws -> (server: AccessServer, key: String, admin: [String: String]) {
        let server = try AccessServer()
        let (key, secret) = try await server.keeper.createKey(name: "root", roles: ["administrator"])
        try await server.keeper.addPerson("anna", roles: ["reader"], password: "correct horse battery")
        try await server.keeper.putPolicy(.init(id: "air", roles: ["citizen"], operations: ["retrieveOps"]))
        return (server, key.id, ["Authorization": "Bearer \(secret)"])
    }

    @Test(arguments: routes)
    func `the methods of a route are those that are allowed`(route: Route) async throws {
        let (server, key, admin) = try await server()
        defer { server.stop() }
        let documented = Set(route.operations.map(\.method))
        let others: [RequestMethod] = [.PATCH, .PUT, .POST, .DELETE, .GET]
        let other = try #require(others.first { !documented.contains($0) })
        let answer = try await server.ask(
            other.rawValue, target(route, key: key), other == .GET ? nil : "{}", admin)
        #expect(answer.status == 405)
        let allowed = Set((answer.headers["allow"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
        let names = documented.map(\.rawValue) + (documented.contains(.GET) ? ["HEAD"] : [])
        #expect(allowed == Set(names))
    }

    @Test(arguments: routes)
    func `the members of a body are those that are taken`(route: Route) async throws {
        let (server, key, admin) = try await server()
        defer { server.stop() }
        let document = try JSONDocument(parsing: String(decoding: OpenAPIDocument.json, as: UTF8.self))
        for operation in route.operations {
            guard case .one(let schema)? = operation.body, schema != .accessPolicy else { continue }
            var headers = admin
            if route == .sessionPassword {
                let answer = try await server.ask(
                    "POST", "/session", #"{"name":"anna","password":"correct horse battery"}"#)
                let cookie = try #require(answer.headers["set-cookie"])
                headers = [
                    "Cookie": String(cookie.prefix { $0 != ";" }), "Origin": server.origin, "Parvis-Request": "test",
                ]
            }
            let answer = try await server.ask(
                operation.method.rawValue, target(route, key: key), #"{"nothing":1}"#, headers)
            #expect(answer.status == 400)
            let known = answer.body.components(after: "known are ").prefix { $0 != "\"" }
            let properties = try #require(
                ["components", "schemas", schema.rawValue, "properties"].reduce(Optional(document.root)) { node, name in
                    node.flatMap { document.member($0, named: name) }
                })
            let names = document.members(properties).map { document.string($0.key) ?? "" }
            #expect(known.split(separator: ", ").map(String.init) == names.sorted(), "\(operation.id)")
        }
    }

    @Test(arguments: routes)
    func `what is answered is among the statuses of the document`(route: Route) async throws {
        let (server, key, admin) = try await server()
        defer { server.stop() }
        let document = try JSONDocument(parsing: String(decoding: OpenAPIDocument.json, as: UTF8.self))
        for operation in route.operations {
            for headers in [[:], admin] {
                let method = operation.method.rawValue
                let answer = try await server.ask(
                    method, target(route, key: key), operation.body == nil ? nil : "{}", headers)
                let responses = ["paths", route.rawValue, method.lowercased(), "responses", "\(answer.status)"]
                #expect(
                    responses.reduce(Optional(document.root)) { node, name in
                        node.flatMap { document.member($0, named: name) }
                    } != nil, "\(operation.id) \(answer.status)")
            }
        }
    }
}

extension String {
    fileprivate func components(after mark: String) -> Substring {
        firstRange(of: mark).map { self[$0.upperBound...] } ?? ""
    }
}
