import JWTKit
import NGSILDModel
import Synchronization
import Testing

@testable import AccessKeeping

struct TokenVerifierTests {
    private let clock = TestClock()
    private let issuer = TestIssuer()

    private func verifier() async throws -> TokenVerifier {
        try await issuer.rotate(to: "one")
        var trusted = TokenIssuer(issuer: TestIssuer.name, audiences: ["parvis"])
        trusted.rolePrefix = "parvis-"
        return TokenVerifier([trusted], fetch: { [issuer] in try issuer.fetch($0) }, now: { [clock] in clock.now })
    }

    @Test func `a token of a trusted issuer says who its bearer is`() async throws {
        let verifier = try await verifier()
        let token = try await issuer.token()
        let claims = try await verifier.verify(token)
        #expect(claims.callerID == "token:u-17@https://issuer.example")
        #expect(claims.roles == ["reader"])
        #expect(verifier.known(token) == claims)
        #expect(verifier.known(token + "x") == nil)
    }

    @Test func `a token that was checked is checked again after a while, and ends when it expires`() async throws {
        let verifier = try await verifier()
        let token = try await issuer.token()
        _ = try await verifier.verify(token)
        clock.advance(seconds: 301)
        #expect(verifier.known(token) == nil)
        #expect(verifier.stillHolds(SecretDigest(token)) != nil)
        clock.advance(seconds: 600)
        #expect(verifier.stillHolds(SecretDigest(token)) == nil)
    }

    @Test func `times, audience and issuer are looked at`() async throws {
        let verifier = try await verifier()
        let cases: [(TokenError, (inout IssuedClaims) -> Void)] = [
            (.expired, { $0.exp = 1_799_999_940 }), (.notYetValid, { $0.nbf = 1_800_000_061 }),
            (.audience, { $0.aud = ["other"] }), (.audience, { $0.aud = nil }),
            (.issuer("https://evil.example"), { $0.iss = "https://evil.example" }), (.issuer(""), { $0.iss = nil }),
            (.malformed("it has no exp, so it would hold for ever"), { $0.exp = nil }),
            (.malformed("it has no sub of 1 to 255 bytes"), { $0.sub = nil }),
        ]
        for (expected, change) in cases {
            let token = try await issuer.token(change)
            await #expect(throws: expected) { try await verifier.verify(token) }
        }
        // Clocks may differ by a minute.
        _ = try await verifier.verify(try await issuer.token { $0.exp = 1_799_999_941 })
    }

    @Test func `no signature, a shared secret and a key that the token brings are refused`() async throws {
        let verifier = try await verifier()
        let good = try await issuer.token().split(separator: ".").map(String.init)
        func header(_ json: String) -> String { Base64URL.encode(Array(json.utf8)) }
        for algorithm in ["none", "None", "HS256", "HS512", ""] {
            let token = "\(header(#"{"alg":"\#(algorithm)","kid":"one"}"#)).\(good[1])."
            await #expect(throws: TokenError.algorithm(algorithm)) { try await verifier.verify(token) }
            await #expect(throws: TokenError.algorithm(algorithm)) { try await verifier.verify(token + good[2]) }
        }
        // The algorithm of another kind of key.
        await #expect(throws: TokenError.key("one")) {
            try await verifier.verify("\(header(#"{"alg":"RS256","kid":"one"}"#)).\(good[1]).\(good[2])")
        }
        // Another header than was signed, with a key of its own.
        let own = header(#"{"alg":"ES256","kid":"one","jwk":{"kty":"EC"}}"#)
        await #expect(throws: TokenError.signature) { try await verifier.verify("\(own).\(good[1]).\(good[2])") }
        let critical = header(#"{"alg":"ES256","kid":"one","crit":["exp"]}"#)
        await #expect(throws: TokenError.self) { try await verifier.verify("\(critical).\(good[1]).\(good[2])") }
    }

    @Test(arguments: ["", "a", "a.b", "a.b.c", "....", "e30.e30.e30", String(repeating: "a", count: 20_000)])
    func `what is no token is refused`(_ text: String) async throws {
        let verifier = try await verifier()
        await #expect(throws: TokenError.self) { try await verifier.verify(text) }
    }

    @Test func `another key of the issuer is fetched when a token names it, but not for every token`() async throws {
        let verifier = try await verifier()
        _ = try await verifier.verify(try await issuer.token())
        #expect(issuer.fetchCount == 1)
        clock.advance(seconds: 11)
        try await issuer.rotate(to: "two")
        _ = try await verifier.verify(try await issuer.token(key: "two"))
        #expect(issuer.fetchCount == 2)
        // The key before it is no longer published.
        let old = try await issuer.token { $0.sub = "someone else" }
        for _ in 0..<10 {
            await #expect(throws: TokenError.key("one")) { try await verifier.verify(old) }
        }
        #expect(issuer.fetchCount == 2)
    }

    @Test func `a key that was changed under its id is fetched when a signature does not fit`() async throws {
        let verifier = try await verifier()
        _ = try await verifier.verify(try await issuer.token())
        clock.advance(seconds: 11)
        try await issuer.rotate(to: "one")
        _ = try await verifier.verify(try await issuer.token { $0.sub = "someone else" })
        #expect(issuer.fetchCount == 2)
    }

    @Test func `keys that were fetched hold while their issuer is down, for a day`() async throws {
        let verifier = try await verifier()
        _ = try await verifier.verify(try await issuer.token())
        issuer.isDown.withLock { $0 = true }
        clock.advance(seconds: 7_200)
        _ = try await verifier.verify(try await issuer.token { $0.exp = 1_900_000_000 })
        clock.advance(seconds: 86_400)
        let token = try await issuer.token { $0.exp = 1_900_000_001 }
        await #expect(throws: TokenError.unavailable(TestIssuer.name)) { try await verifier.verify(token) }
    }

    @Test func `roles lie where the settings say`() throws {
        var trusted = TokenIssuer(issuer: "i", audiences: ["parvis"])
        trusted.rolesClaim = "realm_access.roles"
        let payload = try #require(
            TokenObject(
                Array(
                    #"{"sub":"s","aud":"parvis","exp":1800000600,"realm_access":{"roles":["operator","reader"]}}"#.utf8)
            ))
        #expect(try TokenVerifier.claims(payload, trusted, clock.now).roles == ["operator", "reader"])
        trusted.rolesClaim = "sub.roles"
        #expect(try TokenVerifier.claims(payload, trusted, clock.now).roles == [])
    }
}
