/// Someone whose tokens are believed: an OpenID Connect provider.
public struct TokenIssuer: Hashable, Sendable {
    /// What tokens say in `iss`, exactly; a URL.
    public var issuer: String
    /// What tokens must say in `aud`: one of these.
    public var audiences: Set<String>
    /// The URL of its keys; `nil`: as its `/.well-known/openid-configuration` says.
    public var keysURL: String?
    /// The claim with the roles, a text or an array of texts; dots lead into objects, as in `realm_access.roles`.
    public var rolesClaim = "roles"
    /// Only roles that begin with it count, and lose it. With it, an issuer's roles for others are none here.
    public var rolePrefix = ""

    public init(issuer: String, audiences: Set<String>) {
        self.issuer = issuer
        self.audiences = audiences
    }
}

/// Why a token is not believed.
public enum TokenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no signed JWT, or lacks what is needed.
    case malformed(String)
    case algorithm(String)
    case issuer(String)
    case key(String)
    case signature
    case audience
    case expired
    case notYetValid
    /// The keys of the issuer cannot be had at this moment.
    case unavailable(String)

    /// What is wrong and what to do; names nothing that the bearer does not know.
    public var description: String {
        switch self {
        case .malformed(let reason): "The token cannot be used: \(reason)"
        case .algorithm(let name):
            "The token is signed with \"\(name.prefix(20))\"; taken are \(TokenVerifier.algorithms.sorted().joined(separator: ", "))"
        case .issuer(let name):
            "No tokens of \"\(name.prefix(200))\" are taken here; get one from an issuer that the settings name"
        case .key(let id): "The issuer has no key \"\(id.prefix(80))\" for this token; get a new one"
        case .signature: "The signature of the token is not its issuer's; get a new one"
        case .audience: "The token is for someone else; ask for one whose audience is this Parvis"
        case .expired: "The token has expired; get a new one"
        case .notYetValid: "The token does not hold yet; are the clocks right?"
        case .unavailable(let issuer): "The keys of \(issuer) cannot be had at this moment; try again in a minute"
        }
    }
}
