import AccessHTTP
import AccessKeeping
import Foundation
import JSONTree
import Logging
import NGSILDClient

extension CityServer {
    static func accessConfiguration(_ settings: Settings) -> AccessKeeper.Configuration {
        var configuration = AccessKeeper.Configuration()
        configuration.sessionIdleSeconds = Double(settings.sessionIdleMinutes) * 60
        configuration.sessionSeconds = Double(settings.sessionDays) * 86_400
        // Without a provider, nobody's session at one goes on.
        if settings.providerClientID == nil { configuration.providerSessionSeconds = 0 }
        return configuration
    }

    static func authenticatorConfiguration(
        _ settings: Settings, _ logger: Logger
    ) -> AccessAuthenticator.Configuration {
        var configuration = AccessAuthenticator.Configuration()
        configuration.onProviderProblem = { reason in
            logger.notice("Nobody was signed in by the provider", metadata: ["reason": "\(reason)"])
        }
        configuration.publicURL = settings.publicURL
        configuration.isOpen = settings.isOpen
        return configuration
    }

    /// Issuers are the operator's choice, so they may be at any address; what they send stays small.
    static func identityConfiguration() -> OutgoingHTTP.Configuration {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        configuration.allowsPrivateAddresses = true
        configuration.timeout = .seconds(10)
        return configuration
    }

    /// `nil` where tokens of no issuer are taken.
    static func tokenVerifier(_ settings: Settings, _ http: OutgoingHTTP) -> TokenVerifier? {
        guard !settings.tokenIssuers.isEmpty, !settings.tokenAudiences.isEmpty else { return nil }
        return TokenVerifier(settings.tokenIssuers.map { issuer($0, settings) }) { url in
            let answer = try await http.request(
                "GET", url, headers: [(name: "Accept", value: "application/json")], response: .collect(limit: 1 << 20))
            guard answer.status == 200 else {
                throw OutgoingHTTPError.unreachable(url, reason: "status \(answer.status)")
            }
            return answer.body
        }
    }

    /// `nil` where people sign in by password alone.
    static func providerSignIn(_ settings: Settings, _ http: OutgoingHTTP) -> ProviderSignIn? {
        guard let name = settings.tokenIssuers.first, let client = settings.providerClientID else { return nil }
        let configuration = ProviderSignIn.Configuration(
            issuer: issuer(name, settings), clientID: client, clientSecret: settings.providerClientSecret,
            name: settings.providerName ?? URL(string: name)?.host ?? name)
        return ProviderSignIn(configuration) { request in
            let answer = try await http.request(
                request.body == nil ? "GET" : "POST", request.url, headers: request.headers, body: request.body,
                response: .collect(limit: 1 << 20))
            return (answer.status, answer.body)
        }
    }

    private static func issuer(_ name: String, _ settings: Settings) -> TokenIssuer {
        var issuer = TokenIssuer(issuer: name, audiences: Set(settings.tokenAudiences))
        issuer.keysURL = settings.tokenKeysURL
        issuer.rolesClaim = settings.tokenRolesClaim
        issuer.rolePrefix = settings.tokenRolePrefix
        return issuer
    }

    /// Tells the operator how to get in: loudly when everyone can, by a link when nobody can as yet.
    func tellAboutAccess() {
        if settings.isOpen {
            logger.warning(
                "OPEN: nobody is asked who they are; whoever reaches \(url) may read, change and delete everything. Leave --open out to close it"
            )
        } else if access.hasNoPerson {
            logger.notice(
                "Nobody can sign in yet. Open this link to become the administrator; it holds once, for an hour, and a restart prints another",
                metadata: ["link": "\(welcomeLink())"])
        }
    }

    /// The link of the first start.
    func welcomeLink() -> String { "\(url)/#/welcome/\(access.welcomeToken())" }

    /// A link that signs in as the administrator of a trial, and a key of it. For servers whose data goes with them.
    ///
    /// - Parameter name: the person, made when missing, who has no password.
    func trialAccess(as name: String) async throws -> (link: String, key: String) {
        if access.person(name) == nil {
            try await access.addPerson(name, roles: [BuiltInRole.administrator.rawValue], password: nil)
        }
        for old in access.keys where old.name == "trial" { try await access.deleteKey(old.id) }
        let key = try await access.createKey(name: "trial", roles: [BuiltInRole.administrator.rawValue]).secret
        return ("\(url)/#/enter/\(access.signInToken(for: name, isSingleUse: false))", key)
    }
}
