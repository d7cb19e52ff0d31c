import JSONLD
import LocalHTTP
import Testing

@testable import NGSILDClient

struct ContextHTTPLoaderTests {
    private func load(_ url: String, limit: Int = 1 << 20) async -> Result<LoadedContext, ContextError> {
        let http = OutgoingHTTPTests.local()
        let loader = ContextHTTPLoader(http: http, limit: limit)
        let result = await withCheckedContinuation { continuation in
            loader.load(url) { continuation.resume(returning: $0) }
        }
        await http.shutdown()
        return result
    }

    @Test func `a context is asked for as JSON-LD, and redirects are followed`() async throws {
        let document = Array(#"{"@context":{}}"#.utf8)
        let server = try await LocalHTTPServer.start { request, _ in
            switch request.uri {
            case "/a/old": .status(301, headers: [("Location", "new")])
            case "/a/new": .status(200, body: document)
            default: .status(404)
            }
        }
        #expect(await load(server.url + "/a/old") == .success(LoadedContext(document)))
        #expect(server.requests.allSatisfy { $0.headers["Accept"].first?.hasPrefix("application/ld+json") == true })
        await server.stop()
    }

    @Test func `each failure says what is wrong`() async throws {
        let server = try await LocalHTTPServer.start { request, _ in
            switch request.uri {
            case "/loop": .status(302, headers: [("Location", "/loop")])
            case "/metadata": .status(302, headers: [("Location", "http://169.254.169.254/")])
            case "/large": .status(200, body: [UInt8](repeating: 32, count: 2_000))
            default: .status(404)
            }
        }
        let base = server.url
        #expect(await load(base + "/none") == .failure(.status(url: base + "/none", code: 404)))
        #expect(await load(base + "/large", limit: 1_000) == .failure(.tooLarge(url: base + "/large", limit: 1_000)))
        #expect(
            await load(base + "/loop")
                == .failure(.refused(url: base + "/loop", reason: "it redirects more than 3 times")))
        guard case .failure(.refused(_, let reason)) = await load(base + "/metadata") else {
            Issue.record("a redirect to a link-local address is followed")
            return
        }
        #expect(reason.contains("link-local"))
        #expect(server.requests.count == 7)
        await server.stop()
    }
}
