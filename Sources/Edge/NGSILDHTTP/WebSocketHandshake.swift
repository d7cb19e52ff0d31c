import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The opening of a WebSocket on a path that also has server-sent events.
///
/// - Source: RFC 6455 section 4.2.
enum WebSocketHandshake {
    private static let upgrader = NIOWebSocketServerUpgrader(
        automaticErrorHandling: false,
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })

    /// Whether the request asks for a WebSocket.
    static func isWanted(by request: HTTPRequest) -> Bool {
        request.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && request.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    /// The headers of the answer 101.
    ///
    /// - Throws: when the request is no handshake, or a page of somewhere else sent it.
    static func answer(_ request: HTTPRequest, allowing origins: Set<String>) throws(HTTPFailure) -> HTTPHeaders {
        try checkOrigin(request, origins)
        var answer: HTTPHeaders?
        if let channel = request.connection.context?.channel {
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: request.target, headers: request.headers)
            // Nothing in it waits, so the future is complete.
            upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: head, initialResponseHeaders: [:])
                .assumeIsolated().whenSuccess { answer = $0 }
        }
        guard let answer else {
            var problem = HTTPAnswer.problem(
                status: 426, title: "Upgrade Required",
                detail: "A WebSocket begins with Sec-WebSocket-Version: 13 and one Sec-WebSocket-Key")
            problem.headers.append(("Sec-WebSocket-Version", "13"))
            throw .answer(problem)
        }
        return answer
    }

    /// Browsers let any page open a WebSocket anywhere, and say in Origin which page it is; other clients send none.
    private static func checkOrigin(_ request: HTTPRequest, _ origins: Set<String>) throws(HTTPFailure) {
        guard let origin = request.header("Origin")?.lowercased(), !origins.contains(origin) else { return }
        if let mark = origin.firstRange(of: "://"), let host = request.header("Host")?.lowercased(),
            origin[mark.upperBound...] == host
        {
            return
        }
        throw .answer(
            .problem(
                status: 403, title: "Forbidden",
                detail: "Pages of \(origin) may not open WebSockets here; the setting stream-origins allows more"))
    }
}

/// Hands the frames of a client to its stream. Sits before the HTTP decoder, which sees nothing more from then on.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    /// Bytes of a frame from a client: only control frames are expected, which have 125 at most.
    static let frameLimit = 4_096

    private let stream: EventStream

    init(_ stream: EventStream) { self.stream = stream }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { stream.received(unwrapInboundIn(data)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return context.fireErrorCaught(error) }
        if error == .invalidFrameLength { stream.close(1_009, "the frame is too long") }
        stream.close(1_002, "the frame is not one of RFC 6455")
    }
}
