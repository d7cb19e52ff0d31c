import AccessPolicies
import Synchronization
import Testing

@testable import NGSILDHTTP

/// When requests are asked who sends them.
struct RequestAuthenticatorTests {
    /// Answers at once, or keeps the reply for the test when the path begins with `/later`.
    private final class Script: RequestAuthenticator {
        let replies = Mutex<[@Sendable (Authentication) -> Void]>([])
        let asked = Mutex(0)

        func authenticate(_ request: HTTPRequest, _ reply: @escaping @Sendable (Authentication) -> Void) {
            asked.withLock { $0 += 1 }
            if request.path.hasPrefix("/later") { return replies.withLock { $0.append(reply) } }
            if request.header("Key") == "bad" { return reply(.refused(HTTPAnswer(status: 401))) }
            reply(.caller(Caller(id: "key:1", name: "one", permit: .nothing)))
        }

        func renew(_ caller: Caller) -> Caller? { caller }
    }

    private func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n"
    }

    @Test func `without an authenticator a request is the open caller's`() throws {
        let wire = try WireHarness()
        wire.send(get("/keep/1"))
        #expect(wire.handler.kept.first?.caller === Caller.open)
    }

    @Test func `a request reaches its handler with its caller`() throws {
        let wire = try WireHarness(authenticator: Script())
        wire.send(get("/keep/1"))
        #expect(wire.handler.kept.first?.caller.id == "key:1")
    }

    @Test func `a refused request reaches no handler`() throws {
        let wire = try WireHarness(authenticator: Script())
        wire.send(get("/now/1", "Key: bad\r\n") + get("/now/2"))
        #expect(wire.answers() == ["401", "GET /now/2"])
        #expect(wire.handler.seen == ["GET /now/2"])
    }

    @Test func `requests behind one whose caller is not known yet wait for it, and all are answered in order`() throws {
        let script = Script()
        let wire = try WireHarness(authenticator: script)
        wire.send(get("/later/1") + get("/now/2"))
        #expect(wire.answers() == [])
        #expect(wire.handler.seen == [])
        let reply = try #require(script.replies.withLock { $0.first })
        reply(.caller(Caller(id: "key:2", name: "two", permit: .nothing)))
        wire.loop.flushTouched()
        #expect(wire.handler.seen.first == "GET /later/1")
        if let kept = wire.handler.kept.first { wire.answer(kept, "done") }
        #expect(wire.handler.seen == ["GET /later/1", "GET /now/2"])
    }

    @Test func `a second reply does nothing`() throws {
        let script = Script()
        let wire = try WireHarness(authenticator: script)
        wire.send(get("/later/1"))
        let reply = try #require(script.replies.withLock { $0.first })
        reply(.refused(HTTPAnswer(status: 401)))
        reply(.caller(Caller(id: "key:2", name: "two", permit: .everything)))
        wire.loop.flushTouched()
        #expect(wire.answers() == ["401"])
        #expect(wire.handler.seen == [])
    }

    @Test func `a reply to a request whose connection is gone does no harm`() throws {
        let script = Script()
        let wire = try WireHarness(authenticator: script)
        wire.send(get("/later/1"))
        _ = try? wire.channel.close().wait()
        let reply = try #require(script.replies.withLock { $0.first })
        reply(.refused(HTTPAnswer(status: 401)))
        wire.loop.flushTouched()
        #expect(!wire.isOpen)
    }
}
