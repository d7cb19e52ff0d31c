import AccessKeeping
import Foundation
import NGSILDHTTP
import NGSILDModel
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Keys on connections that stay open: who was let in a moment ago must not be for longer than they may.
struct AccessAuthenticatorTests {
    private func status(_ server: AccessServer, _ secret: String, by client: URLSession) async throws -> Int {
        try await server.ask("GET", "/who", nil, ["Authorization": "Bearer \(secret)"], by: client).status
    }

    enum Ending: CaseIterable { case revoked, deleted }

    @Test(arguments: Ending.allCases)
    func `a key that ends is refused with the next request of a connection`(by ending: Ending) async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let client = AccessServer.oneConnection()
        defer { client.finishTasksAndInvalidate() }
        let (key, secret) = try await server.keeper.createKey(name: "one", roles: ["reader"])
        for _ in 0..<2 { #expect(try await status(server, secret, by: client) == 200) }
        switch ending {
        case .revoked: try await server.keeper.revokeKey(key.id)
        case .deleted: try await server.keeper.deleteKey(key.id)
        }
        #expect(try await status(server, secret, by: client) == 401)
    }

    @Test func `a key that expires is refused from then on`() async throws {
        let time = Mutex(Timestamp.now())
        let server = try AccessServer(now: { time.withLock { $0 } })
        defer { server.stop() }
        let client = AccessServer.oneConnection()
        defer { client.finishTasksAndInvalidate() }
        let end = time.withLock { $0.adding(seconds: 0.05) }
        let (_, secret) = try await server.keeper.createKey(name: "one", roles: ["reader"], expiresAt: end)
        #expect(try await status(server, secret, by: client) == 200)
        // The city's clock stood still so far; what connections remember goes by another one.
        try await Task.sleep(for: .milliseconds(60))
        time.withLock { $0 = end }
        #expect(try await status(server, secret, by: client) == 401)
    }

    @Test func `one connection may bring several keys in turn`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let client = AccessServer.oneConnection()
        defer { client.finishTasksAndInvalidate() }
        let (first, one) = try await server.keeper.createKey(name: "one", roles: ["reader"])
        let (second, two) = try await server.keeper.createKey(name: "two", roles: ["reader"])
        for _ in 0..<2 {
            for (key, secret) in [(first, one), (second, two)] {
                let answer = try await server.ask(
                    "GET", "/who", nil, ["Authorization": "Bearer \(secret)"], by: client)
                #expect(answer.body == "key:\(key.id)")
            }
            #expect(try await server.ask("GET", "/who", by: client).body == "anonymous")
        }
    }

    @Test func `a key's use is noted although its connection remembers it`() async throws {
        let server = try AccessServer()
        defer { server.stop() }
        let client = AccessServer.oneConnection()
        defer { client.finishTasksAndInvalidate() }
        let (key, secret) = try await server.keeper.createKey(name: "one", roles: ["reader"])
        #expect(try await status(server, secret, by: client) == 200)
        let first = try #require(server.keeper.key(key.id)).lastUsedAt
        try await Task.sleep(for: .milliseconds(1_100))
        #expect(try await status(server, secret, by: client) == 200)
        #expect(try #require(server.keeper.key(key.id)).lastUsedAt > first)
    }
}
