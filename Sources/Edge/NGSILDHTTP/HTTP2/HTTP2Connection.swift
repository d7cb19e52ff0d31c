import NIOCore
import NIOHTTP1
import NIOHTTP2

/// One client's HTTP/2 connection: its streams, each of which is an `HTTPConnection` with one request, and what they
/// share: the bound on answers that wait, the time without requests, the end.
///
/// Sits before the HTTP/2 handler and sees the bytes come in. Touched on the event loop only.
final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let state: ServerState
    private let loop: LoopState
    /// What its streams remember.
    let memory = ConnectionMemory()
    private var context: ChannelHandlerContext?
    private var streams: [ObjectIdentifier: HTTPConnection] = [:]
    private var lastRequest: NIODeadline
    /// Between a read and its end.
    private var isInReadCycle = false
    /// The round of the loop in which it read last. Its streams have none: most have one request, and never come round.
    private var lagRound = -1
    private var isActive = false
    private var isClosing = false
    /// Bytes of data of all streams that wait for the client.
    private var unsent = 0
    private var isCrowded = false
    /// Since when the client has taken nothing from the socket.
    private var unreadSince: NIODeadline?
    private var unreadBytes = 0

    init(state: ServerState, loop: LoopState) {
        self.state = state
        self.loop = loop
        lastRequest = loop.now
    }

    /// Puts HTTP/2 into a channel whose handshake chose it.
    static func install(in channel: any Channel, state: ServerState, loop: LoopState) throws {
        let connection = HTTP2Connection(state: state, loop: loop)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: connectionLimits(state.configuration),
            streamConfiguration: streamLimits(state.configuration)
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try bound.value.begin(stream) }
        }
        try channel.pipeline.syncOperations.addHandlers([connection, handler])
    }

    /// Empty data frames, continuations, resets, pings, settings and faults in streams are all counted by the handler,
    /// which closes the connection that goes too far (CVE-2023-44487, CVE-2024-27316 and their kin).
    private static func connectionLimits(
        _ configuration: HTTPServer.Configuration
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var limits = NIOHTTP2Handler.ConnectionConfiguration()
        limits.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: configuration.http2Streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: configuration.headerLimit),
        ]
        limits.maximumBufferedControlFrames = 1_000
        limits.controlFrameRateLimit.maximumCount = configuration.http2ControlFrames
        // Several streams may send bodies at once.
        limits.targetWindowSize = 1 << 20
        return limits
    }

    private static func streamLimits(
        _ configuration: HTTPServer.Configuration
    ) -> NIOHTTP2Handler.StreamConfiguration {
        var limits = NIOHTTP2Handler.StreamConfiguration()
        limits.outboundBufferSizeHighWatermark = 64 << 10
        limits.outboundBufferSizeLowWatermark = 32 << 10
        limits.streamResetFrameRateLimit.maximumCount = configuration.http2Resets
        limits.streamErrorRateLimit.maximumCount = configuration.http2Resets
        return limits
    }

    private func begin(_ stream: any Channel) throws {
        let answers = HTTP2Answers(self)
        try stream.pipeline.syncOperations.addHandlers([
            HTTP2FramePayloadToHTTP1ServerCodec(), answers,
            HTTPConnection(state: state, loop: loop, stream: (self, answers)),
        ])
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        isActive = true
        loop.add(self)
        let room = state.connectionOpened()
        context.fireChannelActive()
        switch room {
        case .enough: break
        case .toRefuse: closeWhenAnswered()
        case .nothing: context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isActive {
            isActive = false
            state.connectionClosed()
            loop.remove(self)
        }
        context.fireChannelInactive()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.readTime()
        if !isInReadCycle { loop.lag.turn(of: &lagRound, at: loop.now) }
        isInReadCycle = true
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInReadCycle = false
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unreadSince = context.channel.isWritable ? nil : loop.now
        unreadBytes = Self.unsentBytes(context)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Streams

    func add(_ stream: HTTPConnection) {
        lastRequest = loop.now
        streams[ObjectIdentifier(stream)] = stream
    }

    func remove(_ stream: HTTPConnection) {
        lastRequest = loop.now
        streams[ObjectIdentifier(stream)] = nil
        if isClosing, streams.isEmpty { context?.close(promise: nil) }
    }

    /// Whether so much waits for the client that no further request of it is run.
    var isCongested: Bool { unsent > state.configuration.http2UnsentLimit }

    func wrote(_ count: Int) {
        unsent += count
        if isCongested { isCrowded = true }
    }

    func sent(_ count: Int) {
        unsent -= count
        guard isCrowded, !isCongested else { return }
        isCrowded = false
        // Not in the midst of a write.
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.execute { bound.value.runWaiting() }
    }

    private func runWaiting() {
        for stream in Array(streams.values) {
            if isCongested { break }
            stream.pump()
        }
        loop.flushTouched()
    }

    // MARK: Time

    /// Closes the connection when it is idle or its client takes nothing; called about once a second.
    func sweep(_ now: NIODeadline) {
        guard let context else { return }
        if let unreadSince, now - unreadSince > .seconds(Int64(state.configuration.unreadSeconds)) {
            let left = Self.unsentBytes(context)
            guard left < unreadBytes else {
                context.close(promise: nil)
                return
            }
            unreadBytes = left
            self.unreadSince = now
        }
        if streams.isEmpty, now - lastRequest > .seconds(Int64(state.configuration.idleSeconds)) { closeWhenAnswered() }
    }

    private static func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Tells the client to begin no more streams, and closes when those under way are done.
    func closeWhenAnswered() {
        guard let context, !isClosing else { return }
        isClosing = true
        let frame = HTTP2Frame(
            streamID: .rootStream, payload: .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
        context.channel.writeAndFlush(frame, promise: nil)
        if streams.isEmpty { context.close(promise: nil) }
    }
}
