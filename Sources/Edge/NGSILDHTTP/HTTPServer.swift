public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The HTTP edge: accepts connections on a few event loops and answers requests on them.
///
/// Reads are answered inline on the loop; writes are answered when the committer hands back the outcome.
public final class HTTPServer: Sendable {
    private let state: ServerState
    private let group: MultiThreadedEventLoopGroup
    private let loops: [ObjectIdentifier: LoopState]
    private let channel = Mutex<(any Channel)?>(nil)
    private let hasShutDown = Mutex(false)

    /// Makes the event loops; `start` listens.
    ///
    /// - Parameters:
    ///   - handler: answers the requests, on the loops.
    ///   - authenticator: says who asks, before the handler gets a request; `nil`: everyone may do everything.
    ///   - auditor: is told of what was answered; `nil`: nobody is.
    public init(
        configuration: Configuration, handler: any HTTPRequestHandler,
        authenticator: (any RequestAuthenticator)? = nil, metrics: HTTPMetrics, logger: Logger,
        auditor: (any RequestAuditor)? = nil
    ) {
        state = ServerState(
            configuration: configuration, handler: handler, authenticator: authenticator, metrics: metrics,
            logger: logger, auditor: auditor)
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.loops))
        var loops: [ObjectIdentifier: LoopState] = [:]
        for loop in group.makeIterator() { loops[ObjectIdentifier(loop)] = LoopState(loop: loop, state: state) }
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
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.operationUnsupported
                    }
                    if let tls = state.configuration.tls {
                        try TLSHandshake.install(in: channel, tls, state: state, loop: loop)
                    } else {
                        try HTTPConnection.install(in: channel, state: state, loop: loop)
                    }
                }
            }
        let bound = try bootstrap.bind(host: state.configuration.host, port: state.configuration.port).wait()
        channel.withLock { $0 = bound }
        for loop in loops.values { loop.startSweeping() }
        state.configuration.tls?.start()
        return bound.localAddress?.port ?? state.configuration.port
    }

    /// Stops to listen, lets requests under way finish, closes the connections, and ends the event loops. Blocks for at
    /// most `shutdownSeconds` and a little. Only the first call does something.
    public func shutdown() {
        let isFirst = hasShutDown.withLock { hasShutDown in
            defer { hasShutDown = true }
            return !hasShutDown
        }
        guard isFirst else { return }
        state.configuration.tls?.stop()
        let bound = channel.withLock { channel -> (any Channel)? in
            defer { channel = nil }
            return channel
        }
        try? bound?.close().wait()
        let promise = group.any().makePromise(of: Void.self)
        state.stop { promise.succeed(()) }
        for loop in loops.values { loop.beginClosing() }
        _ = promise.futureResult.eventLoop.scheduleTask(in: .seconds(Int64(state.configuration.shutdownSeconds))) {
            promise.succeed(())
        }
        try? promise.futureResult.wait()
        for loop in loops.values { loop.end() }
        try? group.syncShutdownGracefully()
    }
}
