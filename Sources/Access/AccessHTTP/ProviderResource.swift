import AccessKeeping
import Foundation
import NGSILDHTTP
import NGSILDModel

/// `/session/provider`: leads a browser to the OpenID Connect provider; `/session/provider/back`: signs in whoever it sends back.
///
/// What a browser keeps meanwhile is in a cookie that the way back brings (`SameSite=Lax`) and nothing else needs.
struct ProviderResource {
    static let path = "/session/provider"
    /// Seconds that an attempt may take.
    private static let attemptSeconds = 600

    let request: HTTPRequest
    let authenticator: AccessAuthenticator

    private var publicURL: String? { authenticator.configuration.publicURL }

    func run() throws(Refusal) {
        guard request.method == .GET else { throw .method(request, allowed: "GET") }
        guard let provider = authenticator.provider else {
            throw Refusal(
                .resourceNotFound(
                    "Nobody signs in by a provider here; oidc-client-id of the settings names Parvis at one"))
        }
        if request.path == Self.path { begin(provider) } else { try finish(provider) }
    }

    /// Where the provider sends browsers back.
    private var redirectURL: String {
        let base = publicURL ?? "http://\(request.header("Host") ?? "localhost")"
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + Self.path + "/back"
    }

    // MARK: There and back

    private func begin(_ provider: ProviderSignIn) {
        request.answerLater { [self] () async throws(Refusal) in
            let attempt = ProviderAttempt()
            do throws(ProviderRefusal) {
                let location = try await provider.location(for: attempt, redirectURL: redirectURL)
                return redirect(
                    to: location, AttemptCookie.header(attempt.secret, request, publicURL, Self.attemptSeconds))
            } catch {
                return leave(.provider(error))
            }
        }
    }

    private func finish(_ provider: ProviderSignIn) throws(Refusal) {
        let fields = QueryFields(request.query)
        guard let secret = AttemptCookie.secret(of: request) else {
            return request.answer(leave(.provider(.refused("the browser brings no attempt, or took too long"))))
        }
        if let error = fields["error"] {
            return request.answer(leave(.provider(.refused("the provider answers \(error.prefix(80))"))))
        }
        let attempt = ProviderAttempt(secret: String(secret))
        let address = request.remoteAddress ?? ""
        let keeper = authenticator.keeper
        let (code, state, issuer) = (fields["code"] ?? "", fields["state"] ?? "", fields["iss"])
        request.answerLater { [self] () async throws(Refusal) in
            do throws(SignInRefusal) {
                let token = try await keeper.signIn(address: address) { () async throws(ProviderRefusal) in
                    try await provider.claims(
                        code: code, state: state, issuer: issuer, of: attempt, redirectURL: redirectURL)
                }
                var answer = redirect(to: "/#/sign-in/done", AttemptCookie.expiry(request, publicURL))
                let seconds = Int(
                    min(keeper.configuration.providerSessionSeconds, keeper.configuration.sessionSeconds))
                answer.headers.append(
                    SessionCookie.header(token, request, publicURL: publicURL, seconds: seconds))
                return answer
            } catch {
                return leave(error)
            }
        }
    }

    // MARK: Answers

    private func redirect(to location: String, _ cookie: (name: String, value: String)) -> HTTPAnswer {
        HTTPAnswer(
            status: 303,
            headers: [
                ("Location", location), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"), cookie,
            ])
    }

    /// A page that leads back to the sign-in, with the status that tells what happened.
    private func leave(_ refusal: SignInRefusal) -> HTTPAnswer {
        let outcome: (status: Int, place: String)
        switch refusal {
        case .wait: outcome = (429, "wait")
        case .provider(.unavailable(let reason)):
            authenticator.configuration.onProviderProblem(reason)
            outcome = (503, "unavailable")
        case .provider(.refused(let reason)):
            authenticator.configuration.onProviderProblem(reason)
            outcome = (401, "refused")
        case .failed: outcome = (503, "unavailable")
        case .wrong, .linkEnded: outcome = (401, "refused")
        }
        let page =
            "<!doctype html><meta charset=\"utf-8\"><title>Parvis</title><meta http-equiv=\"refresh\" "
            + "content=\"0;url=/#/sign-in/\(outcome.place)\"><a href=\"/#/sign-in/\(outcome.place)\">Parvis</a>"
        var answer = HTTPAnswer(
            status: outcome.status, contentType: "text/html; charset=utf-8",
            headers: [
                ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
                AttemptCookie.expiry(request, publicURL),
            ], body: Array(page.utf8))
        if outcome.status == 401 { answer.headers.append(("WWW-Authenticate", "Bearer realm=\"parvis\"")) }
        if case .wait(let seconds) = refusal { answer.headers.append(("Retry-After", String(seconds))) }
        return answer
    }
}

/// The cookie that holds the secret of an attempt to sign in at a provider.
private enum AttemptCookie {
    private static let purpose = "signin"

    static func secret(of request: HTTPRequest) -> Substring? {
        let value = SessionCookie.value(of: request, purpose)
        return value?.isEmpty == false ? value : nil
    }

    static func header(
        _ secret: String, _ request: HTTPRequest, _ publicURL: String?, _ seconds: Int
    ) -> (name: String, value: String) {
        let secure = SameSite.isSecure(request, publicURL: publicURL) ? "; Secure" : ""
        // Lax, for the provider's page starts the way back.
        let rules = "Path=\(ProviderResource.path); Max-Age=\(seconds); HttpOnly; SameSite=Lax\(secure)"
        return ("Set-Cookie", "\(SessionCookie.name(request, purpose))=\(secret); \(rules)")
    }

    static func expiry(_ request: HTTPRequest, _ publicURL: String?) -> (name: String, value: String) {
        header("", request, publicURL, 0)
    }
}

/// The parameters of a query, each once; of one that comes twice, none counts.
private struct QueryFields {
    private var values: [String: String?] = [:]

    init(_ query: Substring) {
        for pair in query.split(separator: "&").prefix(32) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]).replacingOccurrences(of: "+", with: " ") : ""
            let name = String(parts[0])
            values[name] = .some(values[name] == nil ? value.removingPercentEncoding : nil)
        }
    }

    subscript(_ name: String) -> String? { values[name] ?? nil }
}
