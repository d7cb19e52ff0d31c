import AccessPolicies
import InMemoryStorage
import NGSILDModel
import Testing

@testable import AccessKeeping

struct AccessKeyTests {
    @Test func `a key that was made lets in whom its roles let in`() async throws {
        let test = try TestKeeper()
        let (key, secret) = try await test.keeper.createKey(name: "stations", roles: ["reader"])
        let caller = try #require(test.keeper.caller(key: secret))
        #expect(secret.hasPrefix("parvis_") && secret.count == 50)
        #expect(caller.id == "key:\(key.id)")
        #expect(permitsAll(caller.permit, .queryEntity))
        #expect(!permitsAll(caller.permit, .createEntity))
    }

    @Test func `a key is kept as a digest and known after a restart`() async throws {
        let storage = InMemoryStorage()
        let first = try TestKeeper(storage: storage)
        let (_, secret) = try await first.keeper.createKey(name: "stations", roles: ["operator"])
        let stored = try first.broker.documents(kind: AccessKeeper.keyKind)
        #expect(!String(decoding: try #require(stored.first).body, as: UTF8.self).contains(secret.dropFirst(7)))
        first.broker.stop()
        let second = try TestKeeper(storage: storage)
        #expect(second.keeper.caller(key: secret)?.name == "stations")
    }

    @Test func `a key that is not known lets nobody in`() throws {
        let test = try TestKeeper()
        #expect(test.keeper.caller(key: "parvis_" + Secret.token()) == nil)
        #expect(test.keeper.caller(key: "") == nil)
    }

    @Test func `a revoked key ends at once, for requests and for streams`() async throws {
        let test = try TestKeeper()
        let (key, secret) = try await test.keeper.createKey(name: "stations", roles: ["reader"])
        let caller = try #require(test.keeper.caller(key: secret))
        let credential = try #require(caller.credential as? SecretDigest)
        #expect(test.keeper.renewed(credential) != nil)
        try await test.keeper.revokeKey(key.id)
        #expect(test.keeper.caller(key: secret) == nil)
        #expect(test.keeper.renewed(credential) == nil)
        #expect(test.keeper.caller(id: caller.id) == nil)
        #expect(test.keeper.key(key.id)?.revokedAt == test.clock.now)
    }

    @Test func `a key ends when it was said to`() async throws {
        let test = try TestKeeper()
        let end = test.clock.now.adding(seconds: 60)
        let (_, secret) = try await test.keeper.createKey(name: "import", roles: ["operator"], expiresAt: end)
        #expect(test.keeper.caller(key: secret) != nil)
        test.clock.advance(seconds: 60)
        #expect(test.keeper.caller(key: secret) == nil)
    }

    @Test func `the last use is kept now and then`() async throws {
        let storage = InMemoryStorage()
        let test = try TestKeeper(storage: storage)
        let (key, secret) = try await test.keeper.createKey(name: "stations", roles: ["reader"])
        test.clock.advance(seconds: 5)
        _ = test.keeper.caller(key: secret)
        await test.keeper.keepUses()
        test.broker.stop()
        let second = try TestKeeper(storage: storage)
        #expect(second.keeper.key(key.id)?.lastUsedAt == test.clock.now)
    }

    @Test(arguments: [[], ["no spaces"], [String](repeating: "r", count: 1) + [""]])
    func `a key without a role, or with what is none, is refused`(_ roles: [String]) async throws {
        let test = try TestKeeper()
        await #expect(throws: NGSILDError.self) { try await test.keeper.createKey(name: "x", roles: roles) }
    }

    @Test func `no more keys are made than are kept`() async throws {
        let test = try TestKeeper { $0.keyLimit = 1 }
        _ = try await test.keeper.createKey(name: "one", roles: ["reader"])
        await #expect(throws: NGSILDError.self) { try await test.keeper.createKey(name: "two", roles: ["reader"]) }
    }

    @Test func `other roles hold for the next request`() async throws {
        let test = try TestKeeper()
        let (key, secret) = try await test.keeper.createKey(name: "stations", roles: ["reader"])
        #expect(!permitsAll(test.keeper.caller(key: secret)?.permit, .createEntity))
        try await test.keeper.replaceKey(key.id, name: "stations", roles: ["operator"], expiresAt: .none)
        #expect(permitsAll(test.keeper.caller(key: secret)?.permit, .createEntity))
    }

    @Test func `a changed policy holds for the next request`() async throws {
        let test = try TestKeeper()
        let (_, secret) = try await test.keeper.createKey(name: "kiosk", roles: ["kiosk"])
        #expect(!permitsAll(test.keeper.caller(key: secret)?.permit, .queryEntity))
        let policy = AccessPolicy(id: "kiosk", roles: ["kiosk"], operations: ["retrieveOps"])
        #expect(try await test.keeper.putPolicy(policy))
        #expect(permitsAll(test.keeper.caller(key: secret)?.permit, .queryEntity))
        try await test.keeper.removePolicy("kiosk")
        #expect(!permitsAll(test.keeper.caller(key: secret)?.permit, .queryEntity))
    }

    @Test func `whoever brings nothing may do what policies give anyone`() async throws {
        let test = try TestKeeper()
        #expect(!permitsAll(test.keeper.anonymous().permit, .queryEntity))
        try await test.keeper.putPolicy(AccessPolicy(id: "open data", roles: ["anyone"], operations: ["retrieveOps"]))
        #expect(permitsAll(test.keeper.anonymous().permit, .queryEntity))
        #expect(test.keeper.anonymous().isAnonymous)
    }
}

struct SecretTests {
    @Test func `a digest is read as it was written`() {
        for _ in 0..<100 {
            let digest = SecretDigest(Secret.token())
            #expect(digest.hexadecimal.count == 64)
            #expect(SecretDigest(hexadecimal: digest.hexadecimal) == digest)
        }
        #expect(
            SecretDigest("abc").hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: [[], [0], [255, 254], [1, 2, 3], [0, 16, 131, 16, 81, 135, 32]] as [[UInt8]])
    func `base64url is read as it was written`(_ bytes: [UInt8]) {
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }

    @Test func `base64url follows RFC 4648`() {
        #expect(Base64URL.encode(Array("foob".utf8)) == "Zm9vYg")
        #expect(Base64URL.encode([251, 255]) == "-_8")
        #expect(Base64URL.decode("a+b") == nil)
        #expect(Base64URL.decode("Zg==") == nil)
    }
}
