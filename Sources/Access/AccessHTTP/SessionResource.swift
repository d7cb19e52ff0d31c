import AccessKeeping
import AccessPolicies
import JSONTree
import NGSILDHTTP
import NGSILDModel

/// `/session`: who asks, signing in and out; `/session/password`: one's own password; below `/session/provider`: signing in
/// elsewhere.
struct SessionResource {
    static let path = "/session"

    let request: HTTPRequest
    let authenticator: AccessAuthenticator

    private var keeper: AccessKeeper { authenticator.keeper }
    private var publicURL: String? { authenticator.configuration.publicURL }

    func run() {
        do throws(Refusal) {
            switch (request.method, request.path.dropFirst(Self.path.count)) {
            case (.GET, ""), (.HEAD, ""): request.answer(answer(request.caller))
            case (.POST, ""): try signIn()
            case (.DELETE, ""): signOut()
            case (_, ""): throw .method(request, allowed: "GET, HEAD, POST, DELETE")
            case (.PUT, "/password"): try changePassword()
            case (_, "/password"): throw .method(request, allowed: "PUT")
            case (_, "/provider"), (_, "/provider/back"):
                try ProviderResource(request: request, authenticator: authenticator).run()
            default: throw .notFound(request)
            }
        } catch { request.answer(error.answer) }
    }

    // MARK: Who asks

    private func answer(_ caller: Caller) -> HTTPAnswer {
        var writer = ByteWriter(capacity: 256)
        var members = MemberWriter(&writer)
        members.text("id", caller.id, &writer)
        members.text("name", caller.name, &writer)
        members.text("kind", kind(caller), &writer)
        members.texts("roles", keeper.roles(of: caller.id), &writer)
        members.flag("isAdministrator", caller.permit.isEverything, &writer)
        members.flag("hasNoPerson", keeper.hasNoPerson, &writer)
        if let provider = authenticator.provider { members.text("provider", provider.configuration.name, &writer) }
        writer.append("}")
        return HTTPAnswer(
            status: 200, contentType: "application/json", headers: [("Cache-Control", "no-store")], body: writer.array()
        )
    }

    private func kind(_ caller: Caller) -> String {
        if caller.isAnonymous { return "anonymous" }
        return String(caller.id.prefix { $0 != ":" })
    }

    // MARK: Signing in

    /// By name and password, by a link, or by the link of the first start.
    private func signIn() throws(Refusal) {
        if let origin = request.header("Origin"), !SameSite.isOwn(origin, request, publicURL: publicURL) {
            throw Refusal(
                .problem(
                    status: 403, title: "Forbidden",
                    detail: "Pages of \(origin.prefix(200)) may not sign in here; behind a proxy, set public-url"))
        }
        let body = try AccessBody(request, known: ["name", "password", "link", "welcome"])
        let welcome = try body.optionalText("welcome")
        let link = try body.optionalText("link")
        let name = link == nil ? try body.text("name") : ""
        let password = link == nil ? try body.text("password") : ""
        let address = request.remoteAddress ?? ""
        request.answerLater { [self, keeper] () async throws(Refusal) in
            let token: String
            do throws(SignInRefusal) {
                if let welcome {
                    token = try await keeper.welcome(token: welcome, name: name, password: password)
                } else if let link {
                    token = try await keeper.signIn(link: link)
                } else {
                    token = try await keeper.signIn(name: name, password: password, address: address)
                }
            } catch { throw Refusal(Self.answer(error)) }
            guard let caller = keeper.caller(session: token) else { throw Refusal(Self.answer(.linkEnded)) }
            var answer = answer(caller)
            answer.headers.append(
                SessionCookie.header(
                    token, request, publicURL: publicURL, seconds: Int(keeper.configuration.sessionSeconds)))
            return answer
        }
    }

    private static func answer(_ refusal: SignInRefusal) -> HTTPAnswer {
        switch refusal {
        case .wrong: return Unauthorized.answer("The name is unknown, or the password is not its own")
        case .linkEnded:
            return Unauthorized.answer(
                "The link was used, has expired, or is none; where nobody is an administrator yet, a restart prints a new one"
            )
        case .wait(let seconds):
            var answer = HTTPAnswer.problem(
                status: 429, title: "Too Many Requests",
                detail: "Too many attempts failed; the next is looked at in \(seconds) seconds")
            answer.headers.append(("Retry-After", String(seconds)))
            return answer
        case .provider:
            return .problem(
                status: 503, title: "Service Unavailable", detail: "The provider cannot be asked; try again in a minute"
            )
        case .failed(let error): return error.answer
        }
    }

    private func signOut() {
        let token = SessionCookie.token(of: request).map(String.init)
        request.answerLater { [self, keeper] () async throws(Refusal) in
            if let token { await keeper.signOut(token) }
            return HTTPAnswer(status: 204, headers: [SessionCookie.expiry(request, publicURL: publicURL)])
        }
    }

    // MARK: The password

    private func changePassword() throws(Refusal) {
        guard request.caller.id.hasPrefix("person:") else {
            throw Refusal(
                request.caller.isAnonymous
                    ? Unauthorized.answer("Sign in first")
                    : .problem(status: 403, title: "Forbidden", detail: "Only people have a password"))
        }
        let name = request.caller.name
        let body = try AccessBody(request, known: ["current", "new"])
        let current = try body.text("current")
        let new = try body.text("new")
        let address = request.remoteAddress ?? ""
        request.answerLater { [self, keeper] () async throws(Refusal) in
            let token: String
            do throws(SignInRefusal) {
                // A session begins, for the change ends those that are open, this one too.
                try await keeper.check(name: name, password: current, address: address)
                do throws(NGSILDError) { try await keeper.changePerson(name, roles: nil, password: new) } catch {
                    throw .failed(error)
                }
                token = try await keeper.signIn(name: name, password: new, address: address)
            } catch { throw Refusal(Self.answer(error)) }
            return HTTPAnswer(
                status: 204,
                headers: [
                    SessionCookie.header(
                        token, request, publicURL: publicURL, seconds: Int(keeper.configuration.sessionSeconds))
                ])
        }
    }
}
