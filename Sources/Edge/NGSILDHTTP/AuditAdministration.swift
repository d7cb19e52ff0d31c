import JSONTree
public import NGSILDModel

/// Where the audit log is read. What is asked is worked on elsewhere, and answered when it is ready.
public struct AuditPages: Sendable {
    /// Which records are wanted; what is `nil` does not matter.
    public struct Request: Sendable, Hashable {
        /// Nanoseconds are not asked for: times as in `2026-11-30T20:48:55Z`.
        public var from: String?
        public var to: String?
        public var caller: String?
        public var operation: String?
        public var kind: String?
        public var tenant: String?
        public var id: String?
        /// Only records with a smaller number.
        public var before: Int?
        public var limit: Int?
    }

    let answer: @Sendable (Request, @escaping @Sendable (Result<[UInt8], NGSILDError>) -> Void) -> Void

    /// - Parameter answer: Called on an event loop; must not block, and replies once with JSON, from any thread.
    public init(
        answer: @escaping @Sendable (Request, @escaping @Sendable (Result<[UInt8], NGSILDError>) -> Void) -> Void
    ) { self.answer = answer }
}

/// `/admin/audit`: who did what, the newest first.
struct AuditAdministration {
    static let path = "/admin/audit"
    private static let names = ["from", "to", "caller", "operation", "kind", "tenant", "id", "before", "limit"]

    let request: HTTPRequest
    let pages: AuditPages

    func run() {
        do throws(HTTPFailure) {
            guard request.method == .GET || request.method == .HEAD else { throw refused }
            pages.answer(try asked()) { [request] result in
                request.onLoop {
                    switch result {
                    case .failure(let error): request.answer(error.answer)
                    case .success(let bytes):
                        request.answer(
                            HTTPAnswer(
                                status: 200, contentType: MediaType.json.text,
                                headers: [("Cache-Control", "no-store")], body: bytes))
                    }
                }
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func asked() throws(HTTPFailure) -> AuditPages.Request {
        var asked = AuditPages.Request()
        var seen: Set<String> = []
        for part in request.query.split(separator: "&", maxSplits: Self.names.count) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var text = sides.count > 1 ? sides[1] : ""
            let name = String(sides[0])
            guard Self.names.contains(name) else {
                throw .invalidRequest(
                    "The query parameter \"\(name)\" is not taken here; taken are \(Self.names.joined(separator: ", "))"
                )
            }
            guard seen.insert(name).inserted else {
                throw .invalidRequest("The query parameter \"\(name)\" is given twice")
            }
            guard let value = text.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }) else {
                throw .invalidRequest("The query string part \"\(part)\" is not percent-encoded UTF-8")
            }
            switch name {
            case "from": asked.from = value
            case "to": asked.to = value
            case "caller": asked.caller = value
            case "operation": asked.operation = value
            case "kind": asked.kind = value
            case "tenant": asked.tenant = value
            case "id": asked.id = value
            case "before": asked.before = try number(name, value)
            default: asked.limit = try number(name, value)
            }
        }
        return asked
    }

    private func number(_ name: String, _ text: String) throws(HTTPFailure) -> Int {
        guard let value = Int(text), value > 0 else {
            throw .badRequest("The parameter \"\(name)\" is \"\(text)\"; it is a number above 0")
        }
        return value
    }

    private var refused: HTTPFailure {
        .answer(.methodNotAllowed(request.method, allowed: "GET, HEAD", why: ": the audit log is only read"))
    }
}
