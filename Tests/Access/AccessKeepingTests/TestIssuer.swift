import JWTKit
import NGSILDModel
import Synchronization
import Testing

@testable import AccessKeeping

/// An issuer in memory: signs tokens, and counts how often its keys are fetched.
final class TestIssuer: Sendable {
    static let name = "https://issuer.example"

    let keys = JWTKeyCollection()
    private let published = Mutex<[String]>([])
    private let fetches = Mutex(0)
    let isDown = Mutex(false)
    /// What it says of where people sign in.
    let endpoints = Mutex(
        #""authorization_endpoint":"\#(TestIssuer.name)/authorize?a=b","token_endpoint":"\#(TestIssuer.name)/token""#)

    var fetchCount: Int { fetches.withLock { $0 } }

    /// Makes a key, and publishes it.
    func rotate(to id: String) async throws {
        let key = ES256PrivateKey()
        let parameters = try #require(key.publicKey.parameters)
        await keys.add(ecdsa: key, kid: JWKIdentifier(string: id))
        let url = { (text: String) in
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        published.withLock {
            $0 = [
                #"{"kty":"EC","crv":"P-256","kid":"\#(id)","use":"sig","x":"\#(url(parameters.x))","y":"\#(url(parameters.y))"}"#,
                #"{"kty":"oct","kid":"shared","k":"c2VjcmV0"}"#,
            ]
        }
    }

    func fetch(_ url: String) throws -> [UInt8] {
        if isDown.withLock({ $0 }) { throw NGSILDError.internalError("down") }
        if url.hasSuffix("/.well-known/openid-configuration") {
            return Array(
                #"{"issuer":"\#(Self.name)","jwks_uri":"\#(Self.name)/keys",\#(endpoints.withLock { $0 })}"#.utf8)
        }
        fetches.withLock { $0 += 1 }
        return Array(#"{"keys":[\#(published.withLock { $0.joined(separator: ",") })]}"#.utf8)
    }

    func token(key: String = "one", _ change: (inout IssuedClaims) -> Void = { _ in }) async throws -> String {
        var claims = IssuedClaims()
        change(&claims)
        return try await keys.sign(claims, kid: JWKIdentifier(string: key))
    }
}

struct IssuedClaims: JWTPayload {
    var iss: String? = TestIssuer.name
    var sub: String? = "u-17"
    var aud: [String]? = ["parvis", "other"]
    var exp: Double? = 1_800_000_600
    var nbf: Double?
    var nonce: String?
    var azp: String?
    var roles: [String]? = ["parvis-reader", "elsewhere", "no role"]

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
