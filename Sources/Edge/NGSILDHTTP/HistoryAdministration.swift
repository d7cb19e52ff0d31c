import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/admin/history` and `/admin/history/{name}`: the policies of the history, for which the specification has no words.
struct HistoryAdministration {
    static let path = "/admin/history"
    private static let nameLimit = 100

    let request: HTTPRequest
    let policies: any HistoryPolicyService
    /// Expands the names of types and attributes that are not IRIs.
    let context: TermContext

    func run() {
        do throws(HTTPFailure) {
            let rest = request.path.dropFirst(Self.path.count)
            if rest.isEmpty || rest == "/" { return try list() }
            var segment = rest.dropFirst()
            let name = segment.withUTF8 { PercentCoding.decode($0, plusIsSpace: false) }
            guard let name, !name.isEmpty, name.utf8.count <= Self.nameLimit, !name.contains("/"),
                name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
            else {
                throw .badRequest(
                    "The path ends with the name of a policy: up to \(Self.nameLimit) bytes without spaces and slashes")
            }
            switch request.method {
            case .GET, .HEAD: try show(name)
            case .PUT: try put(name)
            case .DELETE: delete(name)
            default: throw request.refused("GET, HEAD, PUT, DELETE")
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func list() throws(HTTPFailure) {
        guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
        var writer = ByteWriter(capacity: 1_024)
        AnswerWriter.array(policies.policies, to: &writer) { PolicyJSON.append($0, to: &$1) }
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    private func show(_ name: String) throws(HTTPFailure) {
        guard let policy = policies.policies.first(where: { $0.name == name }) else {
            throw .ngsild(.resourceNotFound("There is no history policy \(name)"))
        }
        var writer = ByteWriter(capacity: 256)
        PolicyJSON.append(policy, to: &writer)
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    private func put(_ name: String) throws(HTTPFailure) {
        let policy: HistoryPolicy
        do throws(NGSILDError) { policy = try PolicyJSON(context: context).read(request.bodyBytes, name: name) } catch {
            throw .ngsild(error)
        }
        policies.putPolicy(policy, on: request.loop) { [request] result in
            switch result {
            case .success(let isNew): request.answer(HTTPAnswer(status: isNew ? 201 : 204))
            case .failure(let error): request.answer(error.answer)
            }
        }
    }

    private func delete(_ name: String) {
        policies.deletePolicy(named: name, on: request.loop) { [request] result in
            switch result {
            case .success: request.answer(HTTPAnswer(status: 204))
            case .failure(let error): request.answer(error.answer)
            }
        }
    }
}
