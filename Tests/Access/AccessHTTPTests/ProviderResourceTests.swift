import AccessKeeping
import Testing

@testable import AccessHTTP

/// The way to an OpenID Connect provider and back, as a browser sees it; scripts/access-test goes it with a real one.
struct ProviderResourceTests {
    private func provider(status: Int = 200) -> ProviderSignIn {
        let issuer = "https://id.example"
        let configuration = ProviderSignIn.Configuration(
            issuer: TokenIssuer(issuer: issuer, audiences: []), clientID: "parvis", name: "City login")
        return ProviderSignIn(configuration) { request in
            guard request.url == issuer + "/.well-known/openid-configuration" else { return (400, []) }
            let text =
                #"{"issuer":"\#(issuer)","jwks_uri":"\#(issuer)/keys","authorization_endpoint":"\#(issuer)/authorize","token_endpoint":"\#(issuer)/token"}"#
            return (status, Array(text.utf8))
        }
    }

    @Test func `without a provider there is no way to one`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        #expect(try await server.ask("GET", "/session/provider").status == 404)
        #expect(try await server.ask("GET", "/session/provider/back?code=a&state=b").status == 404)
        #expect(try await server.ask("GET", "/session").body.contains("\"provider\"") == false)
    }

    @Test func `the name of a provider is told to the page of the sign-in`() async throws {
        let server = try AccessServer(provider: provider())
        defer { server.stop() }
        #expect(try await server.ask("GET", "/session").body.contains(#""provider":"City login""#))
        #expect(try await server.ask("POST", "/session/provider", "{}").status == 405)
    }

    @Test(arguments: [
        "", "?code=a", "?code=a&state=b", "?error=access_denied", "?code=a&code=b&state=c",
        "?%ff=%ff&state=%ff&code=%ff",
    ])
    func `who comes back without what was begun here is not signed in, and told so`(query: String) async throws {
        let server = try AccessServer(provider: provider())
        defer { server.stop() }
        for cookie in [nil, "parvis_signin_\(server.port)=made-up", "parvis_signin_\(server.port)="] {
            let answer = try await server.ask(
                "GET", "/session/provider/back\(query)", nil, cookie.map { ["Cookie": $0] } ?? [:])
            #expect(answer.status == 401)
            #expect(answer.headers["set-cookie"]?.hasPrefix("parvis_signin_\(server.port)=; ") == true)
            #expect(answer.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(answer.body.contains("url=/#/sign-in/refused"))
            #expect(!answer.body.contains("access_denied"))
        }
    }

    @Test func `a provider that does not answer is no reason to wait without end`() async throws {
        let server = try AccessServer(provider: provider(status: 500))
        defer { server.stop() }
        let answer = try await server.ask("GET", "/session/provider")
        #expect(answer.status == 503)
        #expect(answer.body.contains("url=/#/sign-in/unavailable"))
    }
}
