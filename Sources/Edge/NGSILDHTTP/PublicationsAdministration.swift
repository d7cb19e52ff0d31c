import JSONTree
import NGSILDModel

/// `/admin/publications` and below: what everybody may see.
struct PublicationsAdministration {
    private static let path = Route.publications.rawValue

    let request: HTTPRequest
    let pages: PublicPages?

    static func has(_ path: Substring) -> Bool { path == Self.path || path.hasPrefix(Self.path + "/") }

    func run() {
        do throws(HTTPFailure) {
            guard let pages else {
                throw .ngsild(.resourceNotFound("Nothing is published here: that is off; start without --no-public"))
            }
            pages.administer(try asked()) { [request] result in
                request.onLoop {
                    switch result {
                    case .failure(let error): request.answer(error.answer)
                    case .success(let (status, body)):
                        request.answer(
                            HTTPAnswer(
                                status: status, contentType: body.isEmpty ? nil : MediaType.json.text, body: body))
                    }
                }
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func asked() throws(HTTPFailure) -> PublicPages.Administration {
        if request.path == Self.path {
            guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
            return .list
        }
        if request.path == Route.publicationPreview.rawValue, request.method == .POST {
            return .preview(request.bodyBytes)
        }
        var segment = request.path.dropFirst(Self.path.count + 1)
        guard let id = segment.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }) else {
            throw .badRequest("The path ends with the id of a publication")
        }
        switch request.method {
        case .GET, .HEAD: return .show(id)
        case .PUT: return .put(id, request.bodyBytes)
        case .DELETE: return .delete(id)
        default: throw request.refused("GET, HEAD, PUT, DELETE")
        }
    }
}
