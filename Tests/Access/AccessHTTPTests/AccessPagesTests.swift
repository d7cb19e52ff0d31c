import AccessKeeping
import AccessPolicies
import NGSILDModel
import Testing

@testable import AccessHTTP

struct AccessPagesTests {
    private let password = "correct horse battery"

    /// Signs in, and gives what a browser sends from then on.
    private func browser(_ server: AccessServer, _ name: String = "anna") async throws -> [String: String] {
        let answer = try await server.ask("POST", "/session", #"{"name":"\#(name)","password":"\#(password)"}"#)
        let cookie = try #require(answer.headers["set-cookie"])
        return ["Cookie": String(cookie.prefix { $0 != ";" })]
    }

    private func own(_ server: AccessServer, _ cookie: [String: String]) -> [String: String] {
        cookie.merging(["Origin": server.origin, "Parvis-Request": "console"]) { $1 }
    }

    @Test func `a request is its key's, or nobody's`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let (key, secret) = try await server.keeper.createKey(name: "stations", roles: ["reader"])
        #expect(try await server.ask("GET", "/x").body == "anonymous")
        #expect(try await server.ask("GET", "/x", nil, ["Authorization": "Bearer \(secret)"]).body == "key:\(key.id)")
        #expect(try await server.ask("GET", "/x", nil, ["Authorization": "bearer \(secret)"]).status == 200)
        try await server.keeper.revokeKey(key.id)
        let refused = try await server.ask("GET", "/x", nil, ["Authorization": "Bearer \(secret)"])
        #expect(refused.status == 401)
        #expect(refused.headers["www-authenticate"] == #"Bearer realm="parvis", error="invalid_token""#)
        #expect(!refused.body.contains(secret))
    }

    @Test(arguments: [
        "Basic YTpi", "Bearer", "Bearer ", "Bearer nonsense", "Bearer a.b.c", "Bearer parvis_", "parvis_x",
    ])
    func `what is no good credential is refused`(_ field: String) async throws {
        let server = try AccessServer()
        defer { server.stop() }
        #expect(try await server.ask("GET", "/x", nil, ["Authorization": field]).status == 401)
    }

    @Test func `signing in gives a cookie that scripts and other sites do not get`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        try await server.keeper.addPerson("anna", roles: ["operator"], password: password)
        let body = #"{"name":"anna","password":"\#(password)"}"#
        let answer = try await server.ask("POST", "/session", body)
        let cookie = try #require(answer.headers["set-cookie"])
        #expect(answer.status == 200)
        #expect(cookie.hasPrefix("parvis_session_\(server.port)="))
        #expect(cookie.hasSuffix("; HttpOnly; SameSite=Strict"))
        #expect(answer.body.contains(#""id":"person:anna""#) && answer.body.contains(#""roles":["operator"]"#))
        let secure = try await server.ask(
            "POST", "/session", body, ["Origin": "https://127.0.0.1:\(server.port)"])
        #expect(secure.headers["set-cookie"]?.hasSuffix("SameSite=Strict; Secure") == true)
        #expect(try await server.ask("POST", "/session", body, ["Origin": "https://evil.example"]).status == 403)
    }

    @Test func `a session changes things for pages of this server only`() async throws {
        let server = try AccessServer(publicURL: "https://city.example")
        defer { server.stop() }
        try await server.keeper.addPerson("anna", roles: ["operator"], password: password)
        let cookie = try await browser(server)
        #expect(try await server.ask("GET", "/x", nil, cookie).body == "person:anna")
        let cases: [(Int, [String: String])] = [
            (200, ["Origin": server.origin, "Parvis-Request": "console"]),
            (200, ["Origin": "https://city.example", "Parvis-Request": "console"]),
            (200, ["Sec-Fetch-Site": "same-origin", "Parvis-Request": "console"]),
            (403, [:]), (403, ["Parvis-Request": "console"]), (403, ["Origin": server.origin]),
            (403, ["Origin": "https://evil.example", "Parvis-Request": "console"]),
            (403, ["Origin": "null", "Parvis-Request": "console"]),
            (403, ["Origin": "http://127.0.0.1", "Parvis-Request": "console"]),
            (403, ["Sec-Fetch-Site": "same-site", "Parvis-Request": "console"]),
        ]
        for (status, headers) in cases {
            #expect(
                try await server.ask("POST", "/x", "{}", cookie.merging(headers) { $1 }).status == status, "\(headers)")
        }
    }

    @Test func `signing out ends the session`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        try await server.keeper.addPerson("anna", roles: ["operator"], password: password)
        let cookie = try await browser(server)
        let out = try await server.ask("DELETE", "/session", nil, own(server, cookie))
        #expect(out.status == 204)
        #expect(out.headers["set-cookie"]?.contains("Max-Age=0") == true)
        #expect(try await server.ask("GET", "/x", nil, cookie).body == "anonymous")
    }

    @Test func `who guesses is told how long to wait`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        var last = try await server.ask("GET", "/session")
        for _ in 0..<6 { last = try await server.ask("POST", "/session", #"{"name":"anna","password":"wrong"}"#) }
        #expect(last.status == 429)
        #expect(last.headers["retry-after"] != nil)
    }

    @Test func `people, keys and policies are for administrators`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        for (role, status) in [("reader", 403), ("operator", 403), ("administrator", 200)] {
            let (_, secret) = try await server.keeper.createKey(name: role, roles: [role])
            for kind in ["people", "keys", "policies", "roles"] {
                let answer = try await server.ask(
                    "GET", "/admin/access/\(kind)", nil, ["Authorization": "Bearer \(secret)"])
                #expect(answer.status == status)
            }
        }
        #expect(try await server.ask("GET", "/admin/access/keys").status == 401)
        #expect(
            try await server.ask("POST", "/admin/access/keys", #"{"name":"x","roles":["administrator"]}"#).status == 401
        )
    }

    @Test func `an administrator makes, changes and ends a key`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let (_, secret) = try await server.keeper.createKey(name: "root", roles: ["administrator"])
        let admin = ["Authorization": "Bearer \(secret)"]
        let made = try await server.ask("POST", "/admin/access/keys", #"{"name":"a","roles":["reader"]}"#, admin)
        #expect(made.status == 201)
        #expect(made.body.contains(#""key":"parvis_"#))
        let place = try #require(made.headers["location"])
        #expect(try await server.ask("GET", place, nil, admin).body.contains("parvis_") == false)
        #expect(
            try await server.ask("PUT", place, #"{"name":"b","roles":["operator"]}"#, admin).status == 204)
        #expect(try await server.ask("DELETE", place, nil, admin).status == 204)
        #expect(try await server.ask("GET", place, nil, admin).body.contains("revokedAt"))
        #expect(try await server.ask("PUT", place, #"{"name":"b","roles":["operator"]}"#, admin).status == 409)
    }

    @Test(arguments: [
        ("POST", "keys", "{}"), ("POST", "keys", #"{"name":"x","roles":"reader"}"#), ("POST", "keys", "[1]"),
        ("POST", "keys", #"{"name":"x","roles":["reader"],"expiresAt":"soon"}"#),
        ("POST", "keys", #"{"name":"x","roles":["reader"],"extra":1}"#),
        ("POST", "people", #"{"name":"a b","roles":[],"password":"long enough it is"}"#),
        ("POST", "people", #"{"name":"anna","roles":[],"password":"short"}"#),
        ("POST", "policies", #"{"id":"x","roles":["r"],"operations":["fly"]}"#),
        ("PUT", "policies/y", #"{"id":"x","roles":["r"],"operations":["retrieveOps"]}"#),
        ("GET", "keys?limit=many", ""),
    ])
    func `bad input is refused with the remedy`(_ method: String, _ path: String, _ body: String) async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let (_, secret) = try await server.keeper.createKey(name: "root", roles: ["administrator"])
        let answer = try await server.ask(
            method, "/admin/access/\(path)", body.isEmpty ? nil : body, ["Authorization": "Bearer \(secret)"])
        #expect(answer.status == 400)
        #expect(answer.body.contains("\"detail\""))
    }

    @Test func `an open server takes everyone, but not the pages of other sites`() async throws {
        let server = try AccessServer(isOpen: true)
        defer { server.stop() }
        #expect(try await server.ask("POST", "/x", "{}").body == "open")
        #expect(try await server.ask("POST", "/x", "{}", ["Origin": server.origin]).body == "open")
        #expect(try await server.ask("POST", "/x", "{}", ["Origin": "https://evil.example"]).status == 403)
    }
}
