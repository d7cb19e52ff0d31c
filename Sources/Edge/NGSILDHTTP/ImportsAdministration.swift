public import NGSILDModel
public import NGSILDOperations

/// Where files are brought in. What is asked is worked on elsewhere, and answered when it is ready.
public struct ImportPages: Sendable {
    let answer:
        @Sendable (ImportRequest, _ tenant: String, @escaping @Sendable (Result<ImportAnswer, NGSILDError>) -> Void) ->
            Void

    /// - Parameter answer: Called on an event loop; must not block, and replies once, from any thread.
    public init(
        answer:
            @escaping @Sendable (
                ImportRequest, _ tenant: String, @escaping @Sendable (Result<ImportAnswer, NGSILDError>) -> Void
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

    private func asked() throws(HTTPFailure) -> ImportRequest {
        let parts = request.path.dropFirst(Self.path.count).split(separator: "/").map(String.init)
        let isReading = request.method == .GET || request.method == .HEAD
        switch parts.count {
        case 0:
            if isReading { return .list }
            guard request.method == .POST else { throw request.refused("GET, HEAD, POST") }
            return .create(request.bodyBytes)
        case 1:
            if isReading { return .show(parts[0]) }
            guard request.method == .DELETE else { throw request.refused("GET, HEAD, DELETE") }
            return .delete(parts[0])
        case 2:
            if let action = action(parts[1], parts[0]) {
                guard request.method == .POST else { throw request.refused("POST") }
                return action
            }
        case 3 where parts[1] == "pieces":
            guard request.method == .PUT else { throw request.refused("PUT") }
            guard let number = Int(parts[2]) else {
                throw .badRequest("\(parts[2].prefix(40)) is no number of a piece; they are 0, 1, 2, ...")
            }
            return .piece(parts[0], number: number, request.bodyBytes)
        default: break
        }
        throw .ngsild(.resourceNotFound("There is nothing at \(request.path); see docs/import-wizard.md"))
    }

    private func action(_ name: String, _ id: String) -> ImportRequest? {
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

    private static func answer(_ request: HTTPRequest, _ result: Result<ImportAnswer, NGSILDError>) {
        switch result {
        case .failure(let error): request.answer(error.answer)
        case .success(let answer):
            guard HTTPAnswer.hasBody(answer.status) else { return request.answer(HTTPAnswer(status: answer.status)) }
            request.answer(HTTPAnswer(status: answer.status, contentType: MediaType.json.text, body: answer.body))
        }
    }
}
