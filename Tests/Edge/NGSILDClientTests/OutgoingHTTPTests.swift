import LocalHTTP
import NIOHTTP1
import Synchronization
import Testing

@testable import NGSILDClient

struct OutgoingHTTPTests {
    static func local() -> OutgoingHTTP {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        // All suites share two threads on a small machine, so an answer may take long.
        configuration.connectTimeout = .seconds(60)
        configuration.readTimeout = .seconds(120)
        configuration.timeout = .seconds(180)
        return OutgoingHTTP(configuration: configuration)
    }

    @Test func `a request arrives whole, and its answer comes back whole`() async throws {
        let server = try await LocalHTTPServer.start { request, _ in
            .status(201, headers: [("X-Answer", "yes")], body: request.body.reversed())
        }
        let http = Self.local()
        let response = try await http.request(
            "POST", server.url + "/a?b=c", headers: [("X-Question", "what")], body: Array("abc".utf8))
        #expect(response.status == 201)
        #expect(response.header("x-answer") == "yes")
        #expect(response.body == Array("cba".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen.uri == "/a?b=c")
        #expect(seen.method == "POST")
        #expect(seen.headers["X-Question"] == ["what"])
        #expect(seen.headers["Host"] == ["127.0.0.1:\(server.port)"])
        await http.shutdown()
        await server.stop()
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433"])
    func `a loopback destination gets nothing unless it is allowed`(host: String) async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(200) }
        let http = OutgoingHTTP()
        let url = "http://\(host):\(server.port)/"
        await #expect {
            try await http.request("GET", url)
        } throws: { error in
            guard case .refused(url, _) = error as? OutgoingHTTPError else { return false }
            return true
        }
        #expect(server.requests.isEmpty)
        await http.shutdown()
        await server.stop()
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://0.0.0.0/", "http://[fe80::1]/",
    ])
    func `allowing loopback allows nothing else`(url: String) async throws {
        let http = Self.local()
        await #expect {
            try await http.request("GET", url)
        } throws: { error in
            guard case .refused = error as? OutgoingHTTPError else { return false }
            return true
        }
        await http.shutdown()
    }

    @Test func `a network or a host can be allowed by itself`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(204) }
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowedNetworks = [try #require(NetworkRange("127.0.0.0/8"))]
        let byNetwork = OutgoingHTTP(configuration: configuration)
        #expect(try await byNetwork.request("GET", server.url).status == 204)
        configuration.allowedNetworks = []
        configuration.allowedHosts = ["127.0.0.1"]
        let byHost = OutgoingHTTP(configuration: configuration)
        #expect(try await byHost.request("GET", server.url).status == 204)
        await byNetwork.shutdown()
        await byHost.shutdown()
        await server.stop()
    }

    /// A client for whom each look-up of a name gives the next of these answers, the last one for ever.
    private func client(
        _ answers: [[String]], _ change: (inout OutgoingHTTP.Configuration) -> Void = { _ in }
    ) -> (http: OutgoingHTTP, lookUps: Counter) {
        var configuration = OutgoingHTTP.Configuration()
        configuration.connectTimeout = .seconds(60)
        configuration.readTimeout = .seconds(120)
        configuration.timeout = .seconds(180)
        change(&configuration)
        let lookUps = Counter()
        let resolver = AddressResolver(lifetime: .zero, grace: .zero) { _ in
            let number = lookUps.next()
            return answers[min(number, answers.count - 1)].compactMap { NetworkAddress($0) }
        }
        return (OutgoingHTTP(configuration: configuration, resolver: resolver), lookUps)
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func next() -> Int {
            count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }

    @Test func `a name that changes its address between check and connection leads to the one that was checked`()
        async throws
    {
        let server = try await LocalHTTPServer.start { _, _ in .status(204) }
        // The second answer is an address that nothing may be sent to.
        let (http, lookUps) = client([["127.0.0.1"], ["169.254.169.254"]]) {
            $0.allowedNetworks = [NetworkRange("127.0.0.1/32")].compactMap { $0 }
        }
        let url = "http://rebind.example:\(server.port)/"
        #expect(try await http.request("GET", url).status == 204)
        #expect(lookUps.value == 1)
        #expect(server.requests.first?.headers["Host"] == ["rebind.example:\(server.port)"])
        // What comes later is checked anew.
        await #expect {
            try await http.request("GET", url)
        } throws: { error in
            guard case .refused(url, let reason) = error as? OutgoingHTTPError else { return false }
            return reason.contains("169.254.169.254")
        }
        #expect(lookUps.value == 2)
        #expect(server.requests.count == 1)
        await http.shutdown()
        await server.stop()
    }

    @Test(arguments: [
        ["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["93.184.215.14", "::1"],
        ["93.184.215.14", "::ffff:10.0.0.1"], ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "fd00::1"],
    ])
    func `a name with one address that is not allowed gets nothing`(addresses: [String]) async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(204) }
        let (http, _) = client([addresses])
        await #expect {
            try await http.request("GET", "http://both.example:\(server.port)/")
        } throws: { error in
            guard case .refused = error as? OutgoingHTTPError else { return false }
            return true
        }
        #expect(server.requests.isEmpty)
        await http.shutdown()
        await server.stop()
    }

    @Test func `over https a second look-up that leads inside ends without a request`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(204) }
        // The check is told an address outside; the system, asked when it connects, says that localhost is this machine.
        let (http, lookUps) = client([["93.184.215.14"]])
        await #expect {
            try await http.request("GET", "https://localhost:\(server.port)/")
        } throws: { error in
            guard case .unreachable = error as? OutgoingHTTPError else { return false }
            return true
        }
        #expect(lookUps.value == 1)
        #expect(server.requests.isEmpty)
        await http.shutdown()
        await server.stop()
    }

    @Test func `a redirect is returned, not followed`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(302, headers: [("Location", "/elsewhere")]) }
        let http = Self.local()
        #expect(try await http.request("GET", server.url).status == 302)
        #expect(server.requests.count == 1)
        await http.shutdown()
        await server.stop()
    }

    @Test func `an answer without end is cut off, or not read`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .endless }
        let http = Self.local()
        let url = server.url + "/"
        await #expect(throws: OutgoingHTTPError.tooLarge(url, limit: 100_000)) {
            try await http.request("GET", url, response: .collect(limit: 100_000))
        }
        #expect(try await http.request("GET", url, response: .discard).status == 200)
        await http.shutdown()
        await server.stop()
    }

    @Test func `a server that never answers is given up in time`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .nothing }
        let http = Self.local()
        let url = server.url + "/"
        await #expect(throws: OutgoingHTTPError.timedOut(url)) {
            try await http.request("GET", url, timeout: .milliseconds(50))
        }
        await http.shutdown()
        await server.stop()
    }

    @Test func `requests without an answer leave other requests to the host their connections`() async throws {
        let server = try await LocalHTTPServer.start { request, _ in
            request.uri == "/hangs" ? .nothing : .status(204)
        }
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        configuration.connectionsPerHost = 100
        configuration.readTimeout = .seconds(600)
        configuration.timeout = .seconds(600)
        let http = OutgoingHTTP(configuration: configuration)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try? await http.request("POST", server.url + "/hangs", body: []) } }
            // All of them have a connection before the other is sent.
            while server.requests.count < 20 { await Task.yield() }
            let status = try? await http.request("POST", server.url + "/answers", body: []).status
            #expect(status == 204)
            group.cancelAll()
        }
        await http.shutdown()
        await server.stop()
    }

    @Test func `an answer that breaks off is an error, not a short answer`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .cutShort }
        let http = Self.local()
        await #expect {
            try await http.request("GET", server.url)
        } throws: { error in
            guard case .unreachable = error as? OutgoingHTTPError else { return false }
            return true
        }
        await http.shutdown()
        await server.stop()
    }

    @Test func `a port that nobody listens on cannot be reached`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(200) }
        let url = server.url
        await server.stop()
        let http = Self.local()
        await #expect {
            try await http.request("GET", url)
        } throws: { error in
            guard case .unreachable(url, _) = error as? OutgoingHTTPError else { return false }
            return true
        }
        await http.shutdown()
    }

    @Test func `after shutdown nothing is sent`() async throws {
        let http = Self.local()
        await http.shutdown()
        await http.shutdown()
        await #expect(throws: OutgoingHTTPError.closed) { try await http.request("GET", "http://127.0.0.1:1/") }
    }
}
