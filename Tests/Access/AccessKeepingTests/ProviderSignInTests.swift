import Foundation
import InMemoryStorage
import NGSILDModel
import Synchronization
import Testing

@testable import AccessKeeping

struct ProviderSignInTests {
    private let clock = TestClock()
    private let issuer = TestIssuer()
    private static let back = "https://city.example/session/provider/back"

    /// What the token endpoint answers, and what it was asked.
    private final class Endpoint: Sendable {
        let answer = Mutex<(status: Int, body: String)>((400, #"{"error":"invalid_grant"}"#))
        let requests = Mutex<[ProviderSignIn.Request]>([])
    }

    private let endpoint = Endpoint()

    private func provider(secret: String? = nil) async throws -> ProviderSignIn {
        try await issuer.rotate(to: "one")
        let configuration = ProviderSignIn.Configuration(
            issuer: TokenIssuer(issuer: TestIssuer.name, audiences: ["somebody else"]), clientID: "parvis console",
            clientSecret: secret, name: "City login")
        return ProviderSignIn(configuration, now: { [clock] in clock.now }) { [issuer, endpoint] request in
            guard request.url == TestIssuer.name + "/token" else { return (200, try issuer.fetch(request.url)) }
            endpoint.requests.withLock { $0.append(request) }
            let answer = endpoint.answer.withLock { $0 }
            return (answer.status, Array(answer.body.utf8))
        }
    }

    /// Has the token endpoint give a token for an attempt.
    private func issue(_ attempt: ProviderAttempt, _ change: (inout IssuedClaims) -> Void = { _ in }) async throws {
        let token = try await issuer.token { claims in
            claims.aud = ["parvis console"]
            claims.nonce = attempt.nonce
            claims.roles = ["reader"]
            change(&claims)
        }
        endpoint.answer.withLock { $0 = (200, #"{"access_token":"x","id_token":"\#(token)"}"#) }
    }

    private func claims(
        _ provider: ProviderSignIn, _ attempt: ProviderAttempt, state: String? = nil, issuer: String? = nil,
        code: String = "c0de"
    ) async throws -> TokenClaims {
        try await provider.claims(
            code: code, state: state ?? attempt.state, issuer: issuer, of: attempt, redirectURL: Self.back)
    }

    private func fields(_ query: Substring) -> [String: String] {
        Dictionary(
            query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                return (String(parts[0]), parts.last?.removingPercentEncoding ?? "")
            }
        ) { $1 }
    }

    @Test func `a browser goes to the provider with what it must bring back, and none of its secret`() async throws {
        let provider = try await provider()
        let attempt = ProviderAttempt()
        let location = try await provider.location(for: attempt, redirectURL: Self.back)
        #expect(location.hasPrefix("https://issuer.example/authorize?a=b&"))
        let fields = fields(location.drop { $0 != "?" }.dropFirst())
        #expect(fields["response_type"] == "code" && fields["client_id"] == "parvis console")
        #expect(fields["redirect_uri"] == Self.back && fields["code_challenge_method"] == "S256")
        #expect(fields["state"] == attempt.state && fields["nonce"] == attempt.nonce)
        #expect(fields["code_challenge"] == attempt.challenge)
        #expect(!location.contains(attempt.secret) && !location.contains(attempt.verifier))
        #expect(Set([attempt.state, attempt.nonce, attempt.verifier, attempt.challenge]).count == 4)
        #expect(attempt.verifier.count == 43)
    }

    @Test func `a challenge follows from the secret alone`() {
        let attempt = ProviderAttempt(secret: "one")
        #expect(attempt.challenge == ProviderAttempt(secret: "one").challenge)
        #expect(attempt.challenge != ProviderAttempt(secret: "two").challenge)
    }

    @Test func `a code is redeemed with the verifier, and its token says who signed in`() async throws {
        let provider = try await provider()
        let attempt = ProviderAttempt()
        try await issue(attempt)
        let claims = try await claims(provider, attempt, issuer: TestIssuer.name)
        #expect(claims.callerID == "token:u-17@https://issuer.example")
        #expect(claims.roles == ["reader"])
        let request = try #require(endpoint.requests.withLock { $0.first })
        let sent = fields(Substring(String(decoding: try #require(request.body), as: UTF8.self)))
        #expect(sent["grant_type"] == "authorization_code" && sent["code"] == "c0de")
        #expect(sent["redirect_uri"] == Self.back && sent["code_verifier"] == attempt.verifier)
        #expect(sent["client_id"] == "parvis console")
        #expect(!request.headers.contains { $0.name == "Authorization" })
    }

    @Test func `a client with a secret shows it in the header`() async throws {
        let provider = try await provider(secret: "a b:c/+")
        let attempt = ProviderAttempt()
        try await issue(attempt)
        _ = try await claims(provider, attempt)
        let request = try #require(endpoint.requests.withLock { $0.first })
        let header = try #require(request.headers.first { $0.name == "Authorization" }).value
        let pair = try #require(Data(base64Encoded: String(header.dropFirst(6))))
        #expect(String(decoding: pair, as: UTF8.self) == "parvis%20console:a%20b%3Ac%2F%2B")
    }

    private func expectRefused(_ body: () async throws -> TokenClaims) async {
        await #expect {
            _ = try await body()
        } throws: { error in
            guard case .refused = error as? ProviderRefusal else { return false }
            return true
        }
    }

    @Test func `whoever did not begin in the same browser is refused before a code is redeemed`() async throws {
        let provider = try await provider()
        let (attempt, other) = (ProviderAttempt(), ProviderAttempt())
        try await issue(attempt)
        await expectRefused { try await claims(provider, attempt, state: other.state) }
        await expectRefused { try await claims(provider, attempt, state: "") }
        await expectRefused { try await claims(provider, attempt, issuer: "https://evil.example") }
        await expectRefused { try await claims(provider, attempt, code: "") }
        await expectRefused { try await claims(provider, attempt, code: String(repeating: "x", count: 5_000)) }
        #expect(endpoint.requests.withLock { $0.isEmpty })
    }

    @Test func `a token of another attempt, for another client, expired or without a nonce is refused`() async throws {
        let provider = try await provider()
        let attempt = ProviderAttempt()
        let changes: [(inout IssuedClaims) -> Void] = [
            { $0.nonce = ProviderAttempt().nonce }, { $0.nonce = nil }, { $0.aud = ["another"] },
            { $0.azp = "another" }, { $0.exp = 1_700_000_000 }, { $0.iss = "https://evil.example" },
        ]
        for change in changes {
            try await issue(attempt, change)
            await expectRefused { try await claims(provider, attempt) }
        }
        try await issue(attempt) { $0.azp = "parvis console" }
        #expect(try await claims(provider, attempt).subject == "u-17")
    }

    @Test(arguments: [(400, "{}"), (200, "{}"), (200, "nonsense"), (200, #"{"id_token":1}"#), (302, "")])
    func `an answer without a token signs nobody in`(status: Int, body: String) async throws {
        let provider = try await provider()
        endpoint.answer.withLock { $0 = (status, body) }
        await expectRefused { try await claims(provider, ProviderAttempt()) }
    }

    @Test(arguments: [
        #""token_endpoint":"https://issuer.example/token""#,
        #""authorization_endpoint":"http://issuer.example/a","token_endpoint":"https://issuer.example/token""#,
        #""authorization_endpoint":"javascript:alert(1)","token_endpoint":"https://issuer.example/token""#,
        #""authorization_endpoint":"https://issuer.example/a\r\nx","token_endpoint":"https://issuer.example/token""#,
        #""authorization_endpoint":"https://issuer.example/a","token_endpoint":"http://issuer.example/token""#,
    ])
    func `a provider that sends people or codes elsewhere is not used`(endpoints: String) async throws {
        let provider = try await provider()
        issuer.endpoints.withLock { $0 = endpoints }
        await #expect {
            _ = try await provider.location(for: ProviderAttempt(), redirectURL: Self.back)
        } throws: { error in
            guard case .unavailable = error as? ProviderRefusal else { return false }
            return true
        }
    }

    // MARK: Sessions

    private func signedIn(_ test: TestKeeper, roles: [String]) async throws -> String {
        let provider = try await provider()
        let attempt = ProviderAttempt()
        try await issue(attempt) { $0.roles = roles }
        return try await test.keeper.signIn(address: "192.0.2.1") { () async throws(ProviderRefusal) in
            try await provider.claims(
                code: "c", state: attempt.state, issuer: nil, of: attempt, redirectURL: Self.back)
        }
    }

    @Test func `a session that began at a provider has the roles of the newest token, and ends`() async throws {
        let storage = InMemoryStorage()
        let test = try TestKeeper(storage: storage, clock: clock)
        let session = try await signedIn(test, roles: ["reader"])
        let caller = try #require(test.keeper.caller(session: session))
        #expect(caller.id == "token:u-17@https://issuer.example" && caller.name == "u-17")
        #expect(permitsAll(caller.permit, .queryEntity) && !permitsAll(caller.permit, .createEntity))
        // Signed in again elsewhere, with other roles.
        _ = try await signedIn(test, roles: ["operator"])
        #expect(permitsAll(test.keeper.caller(session: session)?.permit, .createEntity))
        test.broker.stop()

        let again = try TestKeeper(storage: storage, clock: clock)
        #expect(again.keeper.caller(session: session)?.id == caller.id)
        clock.advance(seconds: 7 * 3_600)
        #expect(again.keeper.caller(session: session) != nil)
        clock.advance(seconds: 3_601)
        #expect(again.keeper.caller(session: session) == nil)
    }

    @Test func `a session that began at a provider ends by signing out`() async throws {
        let test = try TestKeeper(clock: clock)
        let session = try await signedIn(test, roles: ["reader"])
        await test.keeper.signOut(session)
        #expect(test.keeper.caller(session: session) == nil)
    }

    @Test func `who fails often at a provider has to wait, and nobody elsewhere`() async throws {
        let test = try TestKeeper(clock: clock)
        func fail(_ address: String) async -> SignInRefusal? {
            do throws(SignInRefusal) {
                _ = try await test.keeper.signIn(address: address) { () async throws(ProviderRefusal) in
                    throw .refused("guess")
                }
            } catch { return error }
            return nil
        }
        for _ in 0..<SignInLimiter.freeOfName { #expect(await fail("192.0.2.1") == .provider(.refused("guess"))) }
        guard case .wait = await fail("192.0.2.1") else {
            Issue.record("It should have to wait")
            return
        }
        #expect(await fail("192.0.2.2") == .provider(.refused("guess")))
    }
}
