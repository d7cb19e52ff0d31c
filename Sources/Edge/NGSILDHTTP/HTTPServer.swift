import JSONLD
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The HTTP edge: accepts connections on a few event loops and answers requests on them.
///
/// Reads are answered inline on the loop; writes are answered when the committer hands back the outcome.
public final class HTTPServer: Sendable {
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// 0 takes a free port.
        public var port = 1026
        /// Event loops; default: one less than the cores, since the committer has a thread of its own.
        public var loops = max(1, System.coreCount - 1)
        /// Bytes of a request body; beyond: 413.
        public var bodyLimit = 4 << 20
        /// Bytes of a request target; beyond: 414.
        public var targetLimit = 8 << 10
        /// Bytes of a header section; beyond: 431.
        public var headerLimit = 32 << 10
        /// Open connections; beyond, new ones are answered 503 and closed.
        public var connectionLimit = 10_000
        /// Requests of one connection that may wait for the committer before no more are read from it.
        public var pipelineLimit = 64
        /// Seconds without a byte after which a connection is closed.
        public var idleSeconds = 120
        /// Seconds that a client may take to send one request.
        public var requestSeconds = 30
        /// Seconds that requests under way get at shutdown.
        public var shutdownSeconds = 10
        public init() {}
    }

    let configuration: Configuration
    let handler: any HTTPRequestHandler
    let metrics: HTTPMetrics
    let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let loops: [ObjectIdentifier: LoopState]
    private let channel = Mutex<(any Channel)?>(nil)
    let isStopping = Atomic<Bool>(false)

    public init(configuration: Configuration, handler: any HTTPRequestHandler, metrics: HTTPMetrics, logger: Logger) {
        self.configuration = configuration
        self.handler = handler
        self.metrics = metrics
        self.logger = logger
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loops)
        var loops: [ObjectIdentifier: LoopState] = [:]
        for loop in group.makeIterator() { loops[ObjectIdentifier(loop)] = LoopState(loop: loop) }
        self.loops = loops
    }

    /// Starts to listen.
    ///
    /// - Returns: the port, also when 0 was asked for.
    /// - Throws: when the address cannot be bound.
    public func start() throws -> Int {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
                    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
                    try channel.pipeline.syncOperations.addHandler(HTTPConnection(server: self, loop: loop))
                }
            }
        let bound = try bootstrap.bind(host: configuration.host, port: configuration.port).wait()
        channel.withLock { $0 = bound }
        for loop in loops.values { loop.startSweeping(configuration) }
        return bound.localAddress?.port ?? configuration.port
    }

    /// Stops to listen, lets requests under way finish, and closes.
    public func shutdown() {
        isStopping.store(true, ordering: .relaxed)
        let bound = channel.withLock { channel -> (any Channel)? in
            defer { channel = nil }
            return channel
        }
        try? bound?.close().wait()
        for loop in loops.values { loop.beginClosing() }
        let steps = configuration.shutdownSeconds * 50
        for _ in 0..<steps where metrics.connections.load(ordering: .relaxed) > 0 { LoopState.pause(milliseconds: 20) }
        try? group.syncShutdownGracefully()
    }
}
