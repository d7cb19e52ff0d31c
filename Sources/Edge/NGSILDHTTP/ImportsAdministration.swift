public import NGSILDModel

/// Where files are brought in. What is asked is worked on elsewhere, and answered when it is ready.
public struct ImportPages: Sendable {
    /// What is asked. Texts name an import; bodies are handed over as they came.
    public enum Request: Sendable, Hashable {
        case list
        case create([UInt8])
        case show(String)
        case piece(String, number: Int, [UInt8])
        /// How a table is read.
        case correct(String, [UInt8])
        case preview(String, [UInt8])
        case run(String, [UInt8])
        case pause(String)
        case resume(String)
        case cancel(String)
        case undo(String, [UInt8])
        case delete(String)
    }

    /// An HTTP status and JSON.
    public struct Answer: Sendable {
        let status: Int
        let body: [UInt8]

        /// - Parameter body: Left out with a status that has none.
        public init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }
    }

    let answer: @Sendable (Request, _ tenant: String, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void) -> Void

    /// - Parameter answer: Called on an event loop; must not block, and replies once, from any thread.
    public init(
        answer:
            @escaping @Sendable (
                Request, _ tenant: String, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void
            ) -> Void
    ) { self.answer = answer }
}

/// `/admin/imports` and below: files that come up in pieces and become entities, and changes of many entities.
struct ImportsAdministration {
    static let path = "/admin/imports"

    let request: HTTPRequest
    let pages: ImportPages

    static func has(_ path: Substring) -> Bool { path == Self.path || path.hasPrefix(Self.path + "/") }

    func run() {
        do throws(HTTPFailure) {
            let asked = try asked()
            let tenant = try TenantName.check(request.header("NGSILD-Tenant"))
            pages.answer(asked, tenant) { [request] result in
                request.onLoop { Self.answer(request, result) }
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func asked() throws(HTTPFailure) -> ImportPages.Request {
        let parts = request.path.dropFirst(Self.path.count).split(separator: "/").map(String.init)
        let isReading = request.method == .GET || request.method == .HEAD
        switch parts.count {
        case 0:
            if isReading { return .list }
            guard request.method == .POST else { throw refused("GET, HEAD, POST") }
            return .create(request.bodyBytes)
        case 1:
            if isReading { return .show(parts[0]) }
            guard request.method == .DELETE else { throw refused("GET, HEAD, DELETE") }
            return .delete(parts[0])
        case 2:
            if let action = action(parts[1], parts[0]) {
                guard request.method == .POST else { throw refused("POST") }
                return action
            }
        case 3 where parts[1] == "pieces":
            guard request.method == .PUT else { throw refused("PUT") }
            guard let number = Int(parts[2]) else {
                throw .badRequest("\(parts[2].prefix(40)) is no number of a piece; they are 0, 1, 2, ...")
            }
            return .piece(parts[0], number: number, request.bodyBytes)
        default: break
        }
        throw .ngsild(.resourceNotFound("There is nothing at \(request.path); see docs/import-wizard.md"))
    }

    private func action(_ name: String, _ id: String) -> ImportPages.Request? {
        switch name {
        case "reading": .correct(id, request.bodyBytes)
        case "preview": .preview(id, request.bodyBytes)
        case "run": .run(id, request.bodyBytes)
        case "pause": .pause(id)
        case "resume": .resume(id)
        case "cancel": .cancel(id)
        case "undo": .undo(id, request.bodyBytes)
        default: nil
        }
    }

    private static func answer(_ request: HTTPRequest, _ result: Result<ImportPages.Answer, NGSILDError>) {
        switch result {
        case .failure(let error): request.answer(error.answer)
        case .success(let answer):
            guard HTTPAnswer.hasBody(answer.status) else { return request.answer(HTTPAnswer(status: answer.status)) }
            request.answer(HTTPAnswer(status: answer.status, contentType: MediaType.json.text, body: answer.body))
        }
    }

    private func refused(_ allowed: String) -> HTTPFailure {
        var answer = HTTPAnswer.problem(
            status: 405, title: "Method Not Allowed",
            detail: "\(request.method.rawValue) is not possible here; use \(allowed)")
        answer.headers.append(("Allow", allowed))
        return .answer(answer)
    }
}
