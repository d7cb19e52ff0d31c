public import NIOCore
public import NIOHTTP1
import JSONTree

/// Answers requests. Called on the connection's event loop; must not block.
public protocol HTTPRequestHandler: Sendable {
    func handle(_ request: HTTPRequest)
}

/// A request whose body is complete, and the way to answer it.
///
/// Use and answer it on its event loop only.
public struct HTTPRequest: Sendable {
    public let head: HTTPRequestHead
    public let body: ByteBuffer?
    let connection: HTTPConnection
    let slot: Int

    public var method: HTTPMethod { head.method }
    /// Path and query as sent.
    public var target: String { head.uri }

    // Targets are cut at ASCII bytes, on their UTF-8 view: finding characters would cost more than the whole answer.

    /// The path, without the query, still percent-encoded.
    public var path: Substring { head.uri[..<(questionMark ?? head.uri.endIndex)] }

    /// The query, without the question mark, still percent-encoded; empty if there is none.
    public var query: Substring {
        guard let questionMark else { return "" }
        return head.uri[head.uri.utf8.index(after: questionMark)...]
    }

    private var questionMark: String.Index? { head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) }

    /// The first header with this name, in any case.
    public func header(_ name: String) -> String? { head.headers.first(name: name) }

    public var bodyBytes: [UInt8] { body.map { Array($0.readableBytesView) } ?? [] }

    /// Answers the request. The first answer counts; call it on the event loop.
    public func answer(_ answer: HTTPAnswer) {
        if method == .HEAD {
            connection.answer(slot, answer.withoutBody())
        } else {
            connection.answer(slot, answer)
        }
    }

    var loop: LoopState { connection.loop }

    /// Runs on the request's event loop, from any thread.
    func onLoop(_ body: @escaping @Sendable () -> Void) { loop.deliver([body]) }
}

/// An answer: status, headers and body.
public struct HTTPAnswer: Sendable {
    public var status: Int
    public var contentType: String?
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8]
    /// Set for answers to HEAD, whose body is left out.
    var contentLength: Int?

    public init(
        status: Int, contentType: String? = nil, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    func withoutBody() -> HTTPAnswer {
        var answer = self
        answer.contentLength = body.count
        answer.body = []
        return answer
    }

    /// An error answer that is not one of the specification's: ProblemDetails with type `about:blank` (RFC 9457).
    static func problem(status: Int, title: String, detail: String) -> HTTPAnswer {
        problem(type: "about:blank", status: status, title: title, detail: detail)
    }

    static func problem(type: String, status: Int, title: String, detail: String) -> HTTPAnswer {
        var writer = ByteWriter(capacity: 256)
        writer.append("{\"type\":")
        writer.append(jsonString: type)
        writer.append(",\"title\":")
        writer.append(jsonString: title)
        writer.append(",\"status\":")
        writer.append(integer: status)
        writer.append(",\"detail\":")
        writer.append(jsonString: detail)
        writer.append("}")
        return HTTPAnswer(status: status, contentType: "application/json", body: writer.array())
    }

    /// `200 OK` and the like.
    static func statusLine(_ status: Int) -> String {
        switch status {
        case 200: "200 OK"
        case 201: "201 Created"
        case 204: "204 No Content"
        case 206: "206 Partial Content"
        case 207: "207 Multi-Status"
        case 304: "304 Not Modified"
        case 400: "400 Bad Request"
        case 403: "403 Forbidden"
        case 404: "404 Not Found"
        case 405: "405 Method Not Allowed"
        case 406: "406 Not Acceptable"
        case 408: "408 Request Timeout"
        case 409: "409 Conflict"
        case 411: "411 Length Required"
        case 413: "413 Content Too Large"
        case 414: "414 URI Too Long"
        case 415: "415 Unsupported Media Type"
        case 422: "422 Unprocessable Content"
        case 431: "431 Request Header Fields Too Large"
        case 500: "500 Internal Server Error"
        case 501: "501 Not Implemented"
        case 503: "503 Service Unavailable"
        case 507: "507 Insufficient Storage"
        default: "\(status) Status"
        }
    }
}
