public import NGSILDModel

/// Where alert rules are listed and tried out. What is asked is worked on elsewhere, and answered when it is ready.
public struct RulePages: Sendable {
    /// What is asked, with the body as it came.
    public enum Request: Sendable, Hashable {
        case list
        /// When would this rule have fired?
        case test([UInt8])
        /// Send a test message by this channel.
        case testDelivery([UInt8])
    }

    let answer:
        @Sendable (Request, _ tenant: String, @escaping @Sendable (Result<[UInt8], NGSILDError>) -> Void) -> Void

    /// - Parameter answer: Called on an event loop; must not block, and replies once with JSON, from any thread.
    public init(
        answer:
            @escaping @Sendable (
                Request, _ tenant: String, @escaping @Sendable (Result<[UInt8], NGSILDError>) -> Void
            ) -> Void
    ) { self.answer = answer }
}

/// `/admin/rules` and below: how the alert rules are, when one would have fired, whether a channel takes what is sent.
struct RulesAdministration {
    let request: HTTPRequest
    let pages: RulePages?

    static func has(_ path: Substring) -> Bool {
        path == Route.rules.rawValue || path.hasPrefix(Route.rules.rawValue + "/")
    }

    func run() {
        do throws(HTTPFailure) {
            guard let pages else {
                throw .ngsild(.resourceNotFound("No rules are kept here: the service is off; start without --no-rules"))
            }
            let asked = try asked()
            let tenant = try TenantName.check(request.header("NGSILD-Tenant"))
            pages.answer(asked, tenant) { [request] result in
                request.onLoop { Self.answer(request, result) }
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func asked() throws(HTTPFailure) -> RulePages.Request {
        switch String(request.path) {
        case Route.rules.rawValue:
            guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
            return .list
        case Route.ruleTest.rawValue:
            guard request.method == .POST else { throw request.refused("POST") }
            return .test(request.bodyBytes)
        case Route.ruleDeliveryTest.rawValue:
            guard request.method == .POST else { throw request.refused("POST") }
            return .testDelivery(request.bodyBytes)
        default: throw .ngsild(.resourceNotFound("There is nothing at \(request.path); see /openapi.json"))
        }
    }

    private static func answer(_ request: HTTPRequest, _ result: Result<[UInt8], NGSILDError>) {
        switch result {
        case .failure(let error): request.answer(error.answer)
        case .success(let bytes):
            request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: bytes))
        }
    }
}
