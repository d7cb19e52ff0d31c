import Crypto
import Foundation

/// One attempt to sign in at an OpenID Connect provider: what the browser keeps meanwhile, and what the provider gets of it.
///
/// All of it follows from one secret, which the browser keeps in a cookie, so the server has nothing to remember that could
/// be filled up. Whoever comes back must have begun in the same browser.
public struct ProviderAttempt: Sendable {
    /// 256 random bits, in base64url.
    public let secret: String

    /// - Parameter secret: as the browser has it; another attempt by default.
    public init(secret: String = Secret.token()) { self.secret = secret }

    /// What the provider sends back (RFC 6749 section 10.12).
    public var state: String { derived("state") }
    /// What the provider puts into its token (OpenID Connect Core 1.0 section 15.5.2).
    var nonce: String { derived("nonce") }
    /// What shows that whoever redeems the code began the attempt (RFC 7636 section 4.1).
    var verifier: String { derived("verifier") }
    /// The same as the provider gets it first (RFC 7636 section 4.2).
    var challenge: String { Base64URL.encode(SHA256.hash(data: Data(verifier.utf8))) }

    private func derived(_ purpose: String) -> String {
        Base64URL.encode(
            HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: SymmetricKey(data: Data(secret.utf8))))
    }
}
