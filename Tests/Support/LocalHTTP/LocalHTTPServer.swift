import NIOCore
public import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of this machine that answers as a test tells it.
public final class LocalHTTPServer: Sendable {
    /// A request as it came in.
    public struct Request: Sendable {
        public let method: String
        public let uri: String
        public let headers: HTTPHeaders
        public let body: [UInt8]
    }

    /// What becomes of a request.
    public enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], body: [UInt8] = [])
        /// Says that more bytes come than do, and closes.
        case cutShort
        /// Never answers.
        case nothing
        /// A body without end, until the other side closes.
        case endless
    }

    private let channel: any Channel
    private let seen = Mutex<[Request]>([])

    /// All so far, in order.
    public var requests: [Request] { seen.withLock { $0 } }
    public var port: Int { channel.localAddress?.port ?? 0 }
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Starts one.
    ///
    /// - Parameter answer: called on an event loop, with the number of the request, from 0.
    public static func start(_ answer: @escaping @Sendable (Request, Int) -> Answer) async throws -> LocalHTTPServer {
        let box = Mutex<LocalHTTPServer?>(nil)
        let reference = Reference(box)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            guard let server = reference.value else { return .nothing }
                            let number = server.seen.withLock { seen in
                                seen.append(request)
                                return seen.count - 1
                            }
                            return answer(request, number)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = LocalHTTPServer(channel)
        reference.set(server)
        return server
    }

    private init(_ channel: any Channel) { self.channel = channel }

    /// Takes no more connections.
    public func stop() async { try? await channel.close().get() }

    private final class Reference: Sendable {
        private let server: Mutex<LocalHTTPServer?>
        init(_ server: consuming Mutex<LocalHTTPServer?>) { self.server = server }
        var value: LocalHTTPServer? { server.withLock { $0 } }
        func set(_ value: LocalHTTPServer) { server.withLock { $0 = value } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let part): body.append(contentsOf: part.readableBytesView)
            case .end:
                guard let head else { return }
                respond(
                    answer(Request(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: body)),
                    context)
            }
        }

        private func respond(_ answer: Answer, _ context: ChannelHandlerContext) {
            switch answer {
            case .nothing: return
            case .status(let status, let headers, let body):
                var all = HTTPHeaders(headers)
                all.replaceOrAdd(name: "Content-Length", value: "\(body.count)")
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: all)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cutShort:
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "1000"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "part")))), promise: nil)
                context.close(promise: nil)
            case .endless:
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                pour(context)
            }
        }

        private func pour(_ context: ChannelHandlerContext) {
            let part = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 16)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenSuccess {
                let (handler, context) = bound.value
                handler.pour(context)
            }
        }
    }
}
