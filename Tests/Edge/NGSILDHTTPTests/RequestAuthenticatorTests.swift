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

    // MARK: Remembered callers

    /// Looks callers up by their credential, and has connections remember them.
    private final class Register: RequestAuthenticator {
        let lookups = Mutex<[String]>([])
        let epoch = Mutex(1)
        let seconds: Double

        init(seconds: Double = 60) { self.seconds = seconds }

        func knownCaller(_ request: HTTPRequest) -> Caller? {
            request.rememberedCaller(epoch: epoch.withLock { $0 })
        }

        func authenticate(_ request: HTTPRequest, _ reply: @escaping @Sendable (Authentication) -> Void) {
            let credential = request.authorization ?? "none"
            lookups.withLock { $0.append(credential) }
            let caller = Caller(id: credential, name: credential, permit: .nothing)
            request.remember(caller, epoch: epoch.withLock { $0 }, seconds: seconds)
            reply(.caller(caller))
        }

        func renew(_ caller: Caller) -> Caller? { caller }
    }

    /// Sends a request with each credential, one after the other, and says which callers the handler saw.
    private func callers(_ wire: WireHarness, _ credentials: [String?]) -> [String] {
        let before = wire.handler.kept.count
        for credential in credentials {
            wire.send(get("/keep/1", credential.map { "Authorization: \($0)\r\n" } ?? ""))
            if let last = wire.handler.kept.last { wire.answer(last, "done") }
        }
        return wire.handler.kept.dropFirst(before).map(\.caller.id)
    }

    @Test func `a credential that a connection brings again is not looked up again`() throws {
        let register = Register()
        let wire = try WireHarness(authenticator: register)
        #expect(callers(wire, ["a", "a", "a"]) == ["a", "a", "a"])
        #expect(register.lookups.withLock { $0 } == ["a"])
    }

    @Test func `another credential on a connection, or none, is another caller`() throws {
        let register = Register()
        let wire = try WireHarness(authenticator: register)
        #expect(callers(wire, ["a", "b", "b", nil, "a", "A"]) == ["a", "b", "b", "none", "a", "A"])
        #expect(register.lookups.withLock { $0 } == ["a", "b", "none", "a", "A"])
    }

    @Test func `what one connection remembers, another does not`() throws {
        let register = Register()
        let (one, other) = (try WireHarness(authenticator: register), try WireHarness(authenticator: register))
        #expect(callers(one, ["a"]) == ["a"])
        #expect(callers(other, ["a"]) == ["a"])
        #expect(register.lookups.withLock { $0 } == ["a", "a"])
    }

    @Test func `after a change of rights every credential is looked up again`() throws {
        let register = Register()
        let wire = try WireHarness(authenticator: register)
        #expect(callers(wire, ["a", "a"]) == ["a", "a"])
        register.epoch.withLock { $0 += 1 }
        #expect(callers(wire, ["a", "a"]) == ["a", "a"])
        #expect(register.lookups.withLock { $0 } == ["a", "a"])
    }

    @Test(arguments: [0, -1, 1e-9, -Double.infinity]) func `a caller is remembered no longer than said`(
        seconds: Double
    ) throws {
        let register = Register(seconds: seconds)
        let wire = try WireHarness(authenticator: register)
        #expect(callers(wire, ["a", "a"]) == ["a", "a"])
        #expect(register.lookups.withLock { $0 } == ["a", "a"])
    }

    @Test func `of several Authorization headers the first counts`() throws {
        let wire = try WireHarness(authenticator: Register())
        wire.send(get("/keep/1", "Authorization: a\r\nAuthorization: b\r\n"))
        #expect(wire.handler.kept.first?.caller.id == "a")
    }
}
