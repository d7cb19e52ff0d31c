import JSONTree

/// An answer: status, headers and body.
public struct HTTPAnswer: Sendable {
    /// One of the usual ones; an unknown number is sent as 500.
    public var status: Int
    public var contentType: String?
    /// Further headers. `Date`, `Content-Length` and `Connection` are the server's.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(
        status: Int, contentType: String? = nil, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// An error answer that is not one of the specification's: ProblemDetails with type `about:blank` (RFC 9457).
    public static func problem(status: Int, title: String, detail: String) -> HTTPAnswer {
        problem(type: "about:blank", status: status, title: title, detail: detail)
    }

    /// The answer to a method that a resource does not have.
    ///
    /// - Parameters:
    ///   - allowed: those that it has, separated by commas.
    ///   - why: goes behind "is not possible here".
    static func methodNotAllowed(_ method: RequestMethod, allowed: String, why: String = "") -> HTTPAnswer {
        var answer = problem(
            status: 405, title: "Method Not Allowed",
            detail: "\(method.rawValue) is not possible here\(why); use \(allowed)")
        answer.headers.append(("Allow", allowed))
        return answer
    }

    static func problem(type: String, status: Int, title: String, detail: String) -> HTTPAnswer {
        var writer = ByteWriter(capacity: 256)
        writer.append(problemOfType: type, status: status, title: title, detail: detail)
        return HTTPAnswer(status: status, contentType: "application/json", body: writer.array())
    }

    /// Whether an answer of this status has a body, be it of no bytes.
    static func hasBody(_ status: Int) -> Bool { status != 204 && status != 304 }
}

extension ByteWriter {
    /// Appends ProblemDetails.
    ///
    /// - Source: CIM 009 clause 5.5.3, RFC 9457.
    mutating func append(problemOfType type: String, status: Int, title: String, detail: String) {
        append("{\"type\":")
        append(jsonString: type)
        append(",\"title\":")
        append(jsonString: title)
        append(",\"status\":")
        append(integer: status)
        append(",\"detail\":")
        append(jsonString: detail)
        append("}")
    }
}
