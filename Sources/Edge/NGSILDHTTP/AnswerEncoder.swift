import JSONTree
import NGSILDModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the head of an answer says beyond its status.
struct AnswerHead {
    var status = 200
    var contentType: MediaType?
    /// The context that a `Link` header names.
    var link: BoundContext?
    /// The tenant to name; empty: none.
    var tenant = ""
    var headers: [(name: String, value: String)] = []

    init(status: Int) { self.status = status }
    init(_ contentType: MediaType, link: BoundContext? = nil) {
        self.contentType = contentType
        self.link = link
    }
}

/// How the connection goes on after an answer.
enum Persistence {
    /// HTTP/1.1 goes on without a word.
    case implicit
    /// HTTP/1.0 needs it said.
    case keepAlive
    case close
}

/// Writes the heads of answers, one at a time, into memory that is used again.
///
/// Touched on one event loop only.
final class AnswerEncoder {
    var bytes = ByteWriter(capacity: 1_024)
    private var dateSecond: Int64 = -1
    /// `Date: Tue, 24 Nov 2026 19:10:52 GMT` and a line end, then what else every head has.
    private var dateLine = ByteWriter(capacity: 64)
    /// All of a frequent head up to the length: 200, JSON, and the context that was used last.
    private var frequent = ByteWriter(capacity: 512)
    private var frequentLink: BoundContext?
    private let strictTransportSeconds: Int

    /// - Parameter strictTransportSeconds: how long browsers are to ask for https only (RFC 6797); 0: nothing is said.
    init(strictTransportSeconds: Int = 0) { self.strictTransportSeconds = strictTransportSeconds }

    /// - Parameter length: of the body; `nil` for answers that have none, such as 204.
    func encode(_ head: AnswerHead, length: Int?, _ persistence: Persistence) {
        refreshDate()
        bytes.removeAll()
        if head.status == 200, head.contentType == .json, let link = head.link {
            if frequentLink !== link { prepareFrequent(link) }
            bytes.append(frequent)
        } else {
            appendStatus(head.status)
            bytes.append(dateLine)
            if let type = head.contentType {
                bytes.append("Content-Type: ")
                bytes.append(type.contentType)
                bytes.append("\r\n")
            }
            if let link = head.link { bytes.append(link.linkLine) }
        }
        for (name, value) in head.headers { appendHeader(name, value) }
        if !head.tenant.isEmpty { appendHeader("NGSILD-Tenant", head.tenant) }
        finish(length, persistence)
    }

    func encode(_ answer: HTTPAnswer, length: Int?, _ persistence: Persistence) {
        refreshDate()
        bytes.removeAll()
        appendStatus(answer.status)
        bytes.append(dateLine)
        if let contentType = answer.contentType { appendHeader("Content-Type", contentType) }
        for (name, value) in answer.headers { appendHeader(name, value) }
        finish(length, persistence)
    }

    private func finish(_ length: Int?, _ persistence: Persistence) {
        if let length {
            bytes.append("Content-Length: ")
            bytes.append(integer: length)
            bytes.append("\r\n")
        }
        switch persistence {
        case .implicit: break
        case .keepAlive: bytes.append("Connection: keep-alive\r\n")
        case .close: bytes.append("Connection: close\r\n")
        }
        bytes.append("\r\n")
    }

    private func prepareFrequent(_ link: BoundContext) {
        appendStatus(200)
        bytes.append(dateLine)
        bytes.append("Content-Type: application/json\r\n")
        bytes.append(link.linkLine)
        frequent.removeAll()
        frequent.append(bytes)
        frequentLink = link
        bytes.removeAll()
    }

    private func appendStatus(_ status: Int) {
        bytes.append("HTTP/1.1 ")
        bytes.append(StatusLine.text(status))
        bytes.append("\r\n")
    }

    /// Values come from our own code or from checked input; a line end in one would let a client forge headers, so
    /// control characters are left out.
    private func appendHeader(_ name: String, _ value: String) {
        bytes.append(utf8: name)
        bytes.append(": ")
        let isPlain = value.utf8.withContiguousStorageIfAvailable { Self.isPlain($0) } ?? false
        if isPlain {
            bytes.append(utf8: value)
        } else {
            for byte in value.utf8 where byte >= 0x20 && byte != 0x7F { bytes.append(byte) }
        }
        bytes.append("\r\n")
    }

    /// Whether there is no control character; without a branch for each byte.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var others = 0
        for byte in text { others &+= (byte < 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0) }
        return others == 0
    }

    private func refreshDate() {
        let second = Int64(time(nil))
        guard second != dateSecond else { return }
        dateSecond = second
        dateLine.removeAll()
        dateLine.append("Date: ")
        dateLine.append(utf8: Self.httpDate(second))
        dateLine.append("\r\n")
        if strictTransportSeconds > 0 {
            dateLine.append(utf8: "Strict-Transport-Security: max-age=\(strictTransportSeconds)\r\n")
        }
        frequentLink = nil
    }

    /// - Source: RFC 9110 section 5.6.7, IMF-fixdate.
    static func httpDate(_ second: Int64) -> String {
        var time = time_t(second)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(parts.tm_wday) % 7]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon) % 12]) "
            + "\(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}

extension ByteWriter {
    mutating func append(_ other: borrowing ByteWriter) { other.withBytes { append($0) } }
}

enum StatusLine {
    /// Status and reason, as in `200 OK`.
    static func text(_ status: Int) -> StaticString {
        switch status {
        case 100: "100 Continue"
        case 200: "200 OK"
        case 201: "201 Created"
        case 202: "202 Accepted"
        case 203: "203 Non-Authoritative Information"
        case 204: "204 No Content"
        case 206: "206 Partial Content"
        case 207: "207 Multi-Status"
        case 301: "301 Moved Permanently"
        case 302: "302 Found"
        case 303: "303 See Other"
        case 304: "304 Not Modified"
        case 307: "307 Temporary Redirect"
        case 308: "308 Permanent Redirect"
        case 400: "400 Bad Request"
        case 401: "401 Unauthorized"
        case 403: "403 Forbidden"
        case 404: "404 Not Found"
        case 405: "405 Method Not Allowed"
        case 406: "406 Not Acceptable"
        case 408: "408 Request Timeout"
        case 409: "409 Conflict"
        case 411: "411 Length Required"
        case 412: "412 Precondition Failed"
        case 413: "413 Content Too Large"
        case 414: "414 URI Too Long"
        case 415: "415 Unsupported Media Type"
        case 416: "416 Range Not Satisfiable"
        case 417: "417 Expectation Failed"
        case 422: "422 Unprocessable Content"
        case 426: "426 Upgrade Required"
        case 429: "429 Too Many Requests"
        case 431: "431 Request Header Fields Too Large"
        case 501: "501 Not Implemented"
        case 503: "503 Service Unavailable"
        case 504: "504 Gateway Timeout"
        case 505: "505 HTTP Version Not Supported"
        case 507: "507 Insufficient Storage"
        default: "500 Internal Server Error"
        }
    }
}
