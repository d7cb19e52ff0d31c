import Dispatch
import InMemoryStorage
import NGSILDModel
import Testing

@testable import AccessKeeping

struct SignInTests {
    private let password = "correct horse battery"

    @Test func `the first administrator is made by the link, once`() async throws {
        let test = try TestKeeper()
        let token = test.keeper.welcomeToken()
        let session = try await test.keeper.welcome(token: token, name: "Anna", password: password)
        let caller = try #require(test.keeper.caller(session: session))
        #expect(caller.id == "person:anna")
        #expect(caller.permit.isEverything)
        await #expect(throws: SignInRefusal.linkEnded) {
            try await test.keeper.welcome(token: token, name: "eve", password: password)
        }
    }

    @Test func `the link of the first start expires, and another one ends it`() async throws {
        let test = try TestKeeper()
        let first = test.keeper.welcomeToken()
        let second = test.keeper.welcomeToken()
        #expect(!test.keeper.isWelcome(first))
        #expect(test.keeper.isWelcome(second))
        test.clock.advance(seconds: 3_600)
        #expect(!test.keeper.isWelcome(second))
    }

    @Test func `a password that is too short leaves the link as it was`() async throws {
        let test = try TestKeeper()
        let token = test.keeper.welcomeToken()
        await #expect(throws: SignInRefusal.self) {
            try await test.keeper.welcome(token: token, name: "anna", password: "short")
        }
        #expect(test.keeper.isWelcome(token))
    }

    @Test func `name and password sign in, whatever the case of the name`() async throws {
        let test = try TestKeeper()
        try await test.keeper.addPerson("anna", roles: ["operator"], password: password)
        let session = try await test.keeper.signIn(name: "Anna", password: password, address: "192.0.2.1")
        #expect(test.keeper.caller(session: session)?.name == "anna")
    }

    @Test func `a wrong password and an unknown name are refused alike`() async throws {
        let test = try TestKeeper()
        try await test.keeper.addPerson("anna", roles: ["operator"], password: password)
        for (name, password) in [("anna", "wrong wrong wrong"), ("nobody", password), ("anna", ""), ("", "")] {
            await #expect(throws: SignInRefusal.wrong) {
                try await test.keeper.signIn(name: name, password: password, address: "192.0.2.1")
            }
        }
    }

    @Test func `who guesses has to wait, even with the right password`() async throws {
        let test = try TestKeeper()
        try await test.keeper.addPerson("anna", roles: ["operator"], password: password)
        for _ in 0..<SignInLimiter.freeOfName {
            await #expect(throws: SignInRefusal.wrong) {
                try await test.keeper.signIn(name: "anna", password: "wrong wrong wrong", address: "192.0.2.1")
            }
        }
        await #expect(throws: SignInRefusal.wait(seconds: 1)) {
            try await test.keeper.signIn(name: "anna", password: password, address: "192.0.2.1")
        }
        // Elsewhere she signs in all the same.
        _ = try await test.keeper.signIn(name: "anna", password: password, address: "192.0.2.2")
        test.clock.advance(seconds: 1)
        _ = try await test.keeper.signIn(name: "anna", password: password, address: "192.0.2.1")
    }

    @Test func `the wait doubles up to a quarter of an hour, for an address too`() {
        let limiter = SignInLimiter()
        let now = Timestamp(microseconds: 0)
        var waits: [Int] = []
        for index in 0..<40 {
            limiter.failed(name: "name\(index)", address: "192.0.2.1", now: now)
            waits.append(limiter.wait(name: "another", address: "192.0.2.1", now: now) ?? 0)
        }
        #expect(Array(waits[18...22]) == [0, 1, 2, 4, 8])
        #expect(waits.last == 900)
    }

    @Test func `a session goes idle, and ends in any case after some days`() async throws {
        let test = try TestKeeper {
            $0.sessionIdleSeconds = 100
            $0.sessionSeconds = 250
        }
        try await test.keeper.addPerson("anna", roles: ["operator"], password: password)
        let session = try await test.keeper.signIn(name: "anna", password: password, address: "")
        test.clock.advance(seconds: 99)
        #expect(test.keeper.caller(session: session) != nil)
        test.clock.advance(seconds: 99)
        #expect(test.keeper.caller(session: session) != nil)
        test.clock.advance(seconds: 99)
        #expect(test.keeper.caller(session: session) == nil)
        let other = try await test.keeper.signIn(name: "anna", password: password, address: "")
        test.clock.advance(seconds: 100)
        #expect(test.keeper.caller(session: other) == nil)
    }

    @Test func `an open stream keeps no session from going idle`() async throws {
        let test = try TestKeeper { $0.sessionIdleSeconds = 100 }
        try await test.keeper.addPerson("anna", roles: ["operator"], password: password)
        let session = try await test.keeper.signIn(name: "anna", password: password, address: "")
        let digest = SecretDigest(session)
        test.clock.advance(seconds: 60)
        #expect(test.keeper.renewed(digest) != nil)
        test.clock.advance(seconds: 60)
        #expect(test.keeper.renewed(digest) == nil)
    }

    @Test func `sessions outlive a restart until they are signed out`() async throws {
        let storage = InMemoryStorage()
        let first = try TestKeeper(storage: storage)
        try await first.keeper.addPerson("anna", roles: ["operator"], password: password)
        let session = try await first.keeper.signIn(name: "anna", password: password, address: "")
        first.broker.stop()
        let second = try TestKeeper(storage: storage)
        #expect(second.keeper.caller(session: session)?.name == "anna")
        await second.keeper.signOut(session)
        #expect(second.keeper.caller(session: session) == nil)
        #expect(try second.broker.documents(kind: AccessKeeper.sessionKind).isEmpty)
    }

    @Test func `a new password and a removal end what is open`() async throws {
        let test = try TestKeeper()
        try await test.keeper.addPerson("anna", roles: ["administrator"], password: password)
        try await test.keeper.addPerson("ben", roles: ["operator"], password: password)
        let first = try await test.keeper.signIn(name: "ben", password: password, address: "")
        try await test.keeper.changePerson("ben", roles: nil, password: "another one that is long")
        #expect(test.keeper.caller(session: first) == nil)
        let second = try await test.keeper.signIn(name: "ben", password: "another one that is long", address: "")
        try await test.keeper.removePerson("ben")
        #expect(test.keeper.caller(session: second) == nil)
        #expect(test.keeper.caller(id: "person:ben") == nil)
    }

    @Test func `the last administrator stays one`() async throws {
        let test = try TestKeeper()
        try await test.keeper.addPerson("anna", roles: ["administrator"], password: password)
        await #expect(throws: NGSILDError.self) { try await test.keeper.removePerson("anna") }
        await #expect(throws: NGSILDError.self) {
            try await test.keeper.changePerson("anna", roles: ["reader"], password: nil)
        }
        try await test.keeper.addPerson("ben", roles: ["administrator"], password: password)
        try await test.keeper.removePerson("anna")
    }

    @Test func `no more passwords wait than are taken`() {
        let work = PasswordWork(width: 1, limit: 2)
        let gate = DispatchSemaphore(value: 0)
        let done = DispatchGroup()
        let taken = (0..<5).map { _ in
            done.enter()
            let isTaken = work.start {
                gate.wait()
                done.leave()
            }
            if !isTaken { done.leave() }
            return isTaken
        }
        #expect(taken == [true, true, true, false, false])
        for _ in 0..<3 { gate.signal() }
        done.wait()
        #expect(work.start {})
    }

    @Test func `a hash is argon2id with a salt of its own`() throws {
        let cost = PasswordHash.Cost(kibibytes: 64, passes: 1)
        let one = try #require(PasswordHash("secret", cost: cost))
        let other = try #require(PasswordHash("secret", cost: cost))
        #expect(one.encoded.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(one != other)
        #expect(one.matches("secret") && !one.matches("Secret"))
        #expect(!PasswordHash(encoded: "nonsense").matches("secret"))
    }
}
