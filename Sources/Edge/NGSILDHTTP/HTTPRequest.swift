public import AccessPolicies
import NIOCore
import NIOHTTP1

/// Answers requests. Called on the connection's event loop; must not block.
public protocol HTTPRequestHandler: Sendable {
    /// Answers the request, now or later, with one of its `answer` methods.
    func handle(_ request: HTTPRequest)
}

/// A request whose body is complete, and the way to answer it.
///
/// Use and answer it on its event loop only (`@unchecked Sendable` because of that).
public final class HTTPRequest: @unchecked Sendable {
    public let method: RequestMethod
    /// Path and query as sent.
    public let target: String
    /// Bytes of the target before the question mark.
    private let pathLength: Int
    /// Whether the path is below `/ngsi-ld/`.
    public let isNGSILD: Bool
    let fields: HeaderFields
    let body: ByteBuffer?
    let connection: HTTPConnection
    /// Its number on the connection.
    let slot: Int
    let headers: HTTPHeaders
    /// What is counted under its name.
    var operation = Operation.other
    /// Who asks; set before the request is handled.
    public internal(set) var caller = Caller.open
    /// Whether it is known who asks, or that nobody is asked.
    var isAuthenticated = false
    /// What a batch is about, for the auditor.
    var batchSubjects: [String] = []
    var batchCount = 0
    /// When it was complete.
    let start: NIODeadline

    init(
        head: HTTPRequestHead, fields: HeaderFields, body: ByteBuffer?, connection: HTTPConnection, slot: Int,
        start: NIODeadline
    ) {
        method = RequestMethod(head.method)
        target = head.uri
        (pathLength, isNGSILD) = Self.look(at: target)
        headers = head.headers
        self.fields = fields
        self.body = body
        self.connection = connection
        self.slot = slot
        self.start = start
    }

    private static func look(at target: String) -> (pathLength: Int, isNGSILD: Bool) {
        var target = target
        return target.withUTF8 { bytes in
            (bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count, bytes.starts(with: "/ngsi-ld/"))
        }
    }

    private var pathEnd: String.Index { target.utf8.index(target.startIndex, offsetBy: pathLength) }

    /// The path, without the query, still percent-encoded.
    public var path: Substring { target[..<pathEnd] }

    /// The query, without the question mark, still percent-encoded; empty if there is none.
    public var query: Substring {
        guard pathLength < target.utf8.count else { return "" }
        return target[target.utf8.index(after: pathEnd)...]
    }

    /// The first header with this name, in any case.
    public func header(_ name: String) -> String? { headers.first(name: name) }

    /// The header `Authorization`; the first where there are several.
    public var authorization: String? { fields.authorization }

    /// The header `Origin`.
    public var origin: String? { fields.origin }

    /// Whether the path is this one, or below it.
    ///
    /// - Parameter path: without a slash at its end.
    public func isAt(_ path: String) -> Bool {
        var rest = target.utf8.makeIterator()
        for byte in path.utf8 where rest.next() != byte { return false }
        let next = rest.next()
        return next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?")
    }

    /// The body; empty if there is none.
    public var bodyBytes: [UInt8] { body.map { Array($0.readableBytesView) } ?? [] }

    /// Answers the request. The first answer counts; call it on the event loop.
    ///
    /// The body is left out in an answer to HEAD.
    public func answer(_ answer: HTTPAnswer) { connection.answer(self, answer) }

    var loop: LoopState { connection.loop }

    /// `http` or `https`, as the client reached this server.
    var scheme: String { connection.state.configuration.tls == nil ? "http" : "https" }

    /// Runs on the request's event loop, from any thread.
    public func onLoop(_ body: @escaping @Sendable () -> Void) { loop.deliver([body]) }
}
