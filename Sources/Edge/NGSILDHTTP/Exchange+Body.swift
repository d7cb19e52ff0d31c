import JSONTree
import NGSILDModel

extension Exchange {
    /// Whether the body is JSON-LD.
    ///
    /// - Throws: 415 when it is neither JSON nor JSON-LD; without a body, as clause 6.3.4 has it.
    func hasLinkedDataBody() throws(HTTPFailure) -> Bool {
        guard let type = request.fields.contentType else { throw unsupportedMediaType }
        if type == "application/json" { return false }
        let parts = type.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        for part in parts.dropFirst() where part.hasPrefix("charset=") {
            guard part == "charset=utf-8" || part == "charset=\"utf-8\"" else { throw unsupportedMediaType }
        }
        switch parts.first {
        case "application/json": return false
        case "application/ld+json": return true
        case "application/merge-patch+json" where method == .PATCH: return false
        default: throw unsupportedMediaType
        }
    }

    private var unsupportedMediaType: HTTPFailure {
        let patch = method == .PATCH ? ", application/merge-patch+json" : ""
        return .answer(
            HTTPAnswer(status: 415, headers: [("Accept", "application/json, application/ld+json\(patch)")]))
    }

    /// - Throws: 411 when no Content-Length was sent, in chunks or not (clause 6.3.4); InvalidRequest when the body is
    ///   not JSON (clause 5.5.4).
    func parseBody() throws(HTTPFailure) -> JSONDocument {
        guard request.fields.contentLength != nil else {
            throw .answer(HTTPAnswer(status: 411))
        }
        guard let body = request.body, body.readableBytes > 0 else {
            throw .invalidRequest("The request has no body; a JSON body is expected")
        }
        let outcome = body.withUnsafeReadableBytes { bytes -> Result<JSONDocument, JSONParseError> in
            Result { () throws(JSONParseError) in try JSONDocument(parsing: bytes) }
        }
        do throws(JSONParseError) { return try outcome.get() } catch {
            throw .invalidRequest("The body cannot be read as JSON: \(error)")
        }
    }
}
