public import AccessPolicies

/// How the question who asks ended.
public enum Authentication: Sendable {
    /// The request goes on as this caller's; `Caller.anonymousID` for one without a credential.
    case caller(Caller)
    /// The request is answered with this and goes no further; 401 with WWW-Authenticate for a credential that is not
    /// good.
    case refused(HTTPAnswer)
}

/// Says who sends a request. Asked once for each request, before anything is looked up for it.
public protocol RequestAuthenticator: Sendable {
    /// Called on the request's event loop; must not block.
    ///
    /// - Parameter reply: called once, at once or later, from any thread. Requests behind this one on its connection
    ///   wait until then; a second call does nothing.
    func authenticate(_ request: HTTPRequest, _ reply: @escaping @Sendable (Authentication) -> Void)

    /// Who sends the request, where that is known without a look-up; `nil`: `authenticate` is asked.
    ///
    /// Called on the request's event loop; must not block.
    func knownCaller(_ request: HTTPRequest) -> Caller?

    /// Whether a caller who opened a stream may go on, and as whom; `nil` ends the stream. Asked about once a second.
    ///
    /// Called on the event loop; must not block.
    func renew(_ caller: Caller) -> Caller?
}

extension RequestAuthenticator {
    public func knownCaller(_ request: HTTPRequest) -> Caller? { nil }
}

extension HTTPConnection {
    /// Finds out who asks, then has the request handled.
    func authenticate(_ request: HTTPRequest) {
        guard let authenticator = state.authenticator else {
            request.isAuthenticated = true
            return state.handler.handle(request)
        }
        if let caller = authenticator.knownCaller(request) { return request.goOn(.caller(caller)) }
        authenticator.authenticate(request) { outcome in
            // Only its own loop may touch a request.
            if request.loop.eventLoop.inEventLoop {
                request.goOn(outcome)
            } else {
                request.onLoop { request.goOn(outcome) }
            }
        }
    }
}

extension HTTPRequest {
    fileprivate func goOn(_ outcome: Authentication) {
        guard !isAuthenticated else { return }
        isAuthenticated = true
        switch outcome {
        case .caller(let caller):
            self.caller = caller
            loop.state.handler.handle(self)
        case .refused(let answer): self.answer(answer)
        }
    }
}
