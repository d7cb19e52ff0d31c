import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import NGSILDHTTP

/// A connection in memory: bytes in, bytes out, and a handler whose answers the test decides.
final class WireHarness {
    let handler = ScriptedHandler()
    let channel: EmbeddedChannel
    let loop: LoopState
    let state: ServerState
    let metrics = HTTPMetrics()
    private let eventLoop = EmbeddedEventLoop()

    init(
        authenticator: (any RequestAuthenticator)? = nil, isHTTP2: Bool = false,
        _ configure: (inout HTTPServer.Configuration) -> Void = { _ in }
    ) throws {
        var configuration = HTTPServer.Configuration()
        configuration.loops = 1
        // Rounds of a loop in memory do not end.
        configuration.lagMilliseconds = 1_000_000_000
        configure(&configuration)
        state = ServerState(
            configuration: configuration, handler: handler, authenticator: authenticator, metrics: metrics,
            logger: Logger(label: "test"))
        loop = LoopState(loop: eventLoop, state: state)
        channel = EmbeddedChannel(loop: eventLoop)
        if isHTTP2 {
            try HTTP2Connection.install(in: channel, state: state, loop: loop)
        } else {
            try HTTPConnection.install(in: channel, state: state, loop: loop)
        }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

    /// Sends bytes as one read.
    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Answers a request that the handler kept, as the committer would: on the loop, then flushed.
    func answer(_ request: HTTPRequest, _ text: String, status: Int = 200) {
        request.answer(HTTPAnswer(status: status, contentType: "text/plain", body: Array(text.utf8)))
        loop.flushTouched()
    }

    /// What was sent since the last call.
    func received() -> String {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bodies of the answers since the last call, with their status when it is not 200.
    func answers() -> [String] { WireAnswer.parse(received()).map(\.summary) }

    /// Lets the loop's time go on.
    func advance(_ time: TimeAmount) { eventLoop.advanceTime(by: time) }

    var isOpen: Bool {
        eventLoop.run()
        return channel.isActive
    }
}

/// An answer taken apart.
struct WireAnswer {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: String

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The target of the Link header with a relation.
    func link(_ relation: String) -> String? {
        let header = headers(named: "Link").first { $0.contains("rel=\"\(relation)\"") }
        return header?.split(separator: ">").first.map { String($0.dropFirst()) }
    }

    var summary: String { status == 200 ? body : body.isEmpty ? "\(status)" : "\(status) \(body)" }

    static func parse(_ text: String) -> [WireAnswer] {
        var rest = Substring(text)
        var answers: [WireAnswer] = []
        while let end = rest.utf8.firstRange(of: Array("\r\n\r\n".utf8)) {
            var lines = rest[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
            let status = lines.removeFirst().split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            let headers = lines.map { line -> (name: String, value: String) in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
            }
            rest = rest[end.upperBound...]
            let length = headers.first { $0.name == "Content-Length" }.flatMap { Int($0.value) } ?? 0
            let body = String(decoding: Array(rest.utf8.prefix(length)), as: UTF8.self)
            // An answer to HEAD has a length and no body; what follows then is the next status line.
            let isWithoutBody = body.hasPrefix("HTTP/1.1")
            answers.append(WireAnswer(status: status, headers: headers, body: isWithoutBody ? "" : body))
            if !isWithoutBody { rest = Substring(rest.utf8.dropFirst(length)) }
        }
        return answers
    }
}

extension Substring.UTF8View {
    fileprivate func firstRange(of pattern: [UInt8]) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].starts(with: pattern) { return start..<index(start, offsetBy: pattern.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// Answers `/now/…` at once with what the path and the body say, and keeps everything else for the test to answer.
final class ScriptedHandler: HTTPRequestHandler {
    private let state = Mutex<(kept: [HTTPRequest], seen: [String])>(([], []))

    func handle(_ request: HTTPRequest) {
        let line = "\(request.method.rawValue) \(request.target)"
        state.withLock { $0.seen.append(line) }
        if request.target.hasPrefix("/now") {
            let body = request.bodyBytes
            let text = body.isEmpty ? line : line + " " + String(decoding: body, as: UTF8.self)
            request.answer(HTTPAnswer(status: 200, contentType: "text/plain", body: Array(text.utf8)))
        } else {
            if request.target.hasPrefix("/commit") { request.connection.markOrdered(request) }
            state.withLock { $0.kept.append(request) }
        }
    }

    /// Requests that wait for an answer.
    var kept: [HTTPRequest] { state.withLock { $0.kept } }
    /// All requests that were run, in order.
    var seen: [String] { state.withLock { $0.seen } }
}
