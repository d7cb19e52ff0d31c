import JSONTree

/// Why an operation of an `NGSILDClient` failed.
public enum NGSILDClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There was no answer.
    case noAnswer(OutgoingHTTPError)
    /// The broker's ProblemDetails: `type` is the error-type URI, where it gives one.
    case refused(status: Int, type: String, detail: String)

    init(_ response: OutgoingResponse) {
        let document = try? JSONDocument(parsing: response.body)
        func text(_ name: StaticString) -> String? {
            document.flatMap { json in json.member(json.root, name).flatMap { json.string($0) } }
        }
        self = .refused(
            status: response.status, type: text("type") ?? "about:blank",
            detail: text("detail") ?? text("title") ?? "the broker answers with status \(response.status)")
    }

    public var description: String {
        switch self {
        case .noAnswer(let error): error.description
        case .refused(let status, _, let detail): "\(detail) (status \(status))"
        }
    }
}
