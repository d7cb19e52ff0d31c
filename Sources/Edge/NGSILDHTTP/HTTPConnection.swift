import NIOCore
import NIOHTTP1

/// One client's connection: reads requests, runs them, writes answers in the order of the requests.
///
/// Several requests may be under way at once (pipelining). Writes go to the committer one behind the other, so a write
/// may run while writes before it are unanswered; anything else waits until what came before it is answered, so that a
/// client reads what it wrote. An answer that is ready too early is kept until those before it are written.
///
/// States: reading -> closing (one last answer is owed) -> lingering (all is sent, what still comes in is dropped, so
/// that the client gets to read the answer) -> closed. A stream of events goes from reading to streaming.
///
/// Here are the state and the events of the channel; reading, running, answering and refusing requests, streams and the
/// limits in time are extensions, one file each.
///
/// Invariants:
/// 1. Everything is touched on the event loop only (`@unchecked Sendable` because of that).
/// 2. `slots` holds, in order, one entry for each request that was read and whose answer is not yet written out; the
///    first has number `firstSlot`.
/// 3. `waiting` holds, in order, the requests that were read and have not been run; no request runs before those.
/// 4. `running` counts the requests that were run and are unanswered, `unordered` those of them that are not writes
///    handed to the committer.
/// 5. While more than `pipelineLimit` requests have a slot, or the client leaves answers unread, nothing is read.
final class HTTPConnection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase { case reading, closing, lingering, streaming, closed }

    struct Slot {
        var answer: ByteBuffer?
        /// It is answered, and its answer is being compressed.
        var isCompressing = false
        var isRunning = false
        var isOrdered = false
    }

    /// A request whose body is still coming in.
    struct Assembly {
        let head: HTTPRequestHead
        let fields: HeaderFields
        var body: ByteBuffer?
        let start: NIODeadline
    }

    let state: ServerState
    let loop: LoopState
    let memory: ConnectionMemory
    var context: ChannelHandlerContext?
    var phase = Phase.reading

    var assembly: Assembly?
    var owesContinue = false
    var slots = CircularBuffer<Slot>()
    var firstSlot = 0
    var waiting = CircularBuffer<HTTPRequest>()
    var running = 0
    var unordered = 0
    var isPumping = false
    /// Requests that were run since other connections had their turn.
    var burst = 0
    var isDeferred = false
    /// The request whose answer is the last.
    var lastSlot: Int?
    /// The request that speaks HTTP/1.0, which is to be told that the connection stays open.
    var keepAliveSlot: Int?

    /// Answers that are written at the next flush.
    var output: ByteBuffer?
    /// Between a read and its end, which flushes.
    var isInReadCycle = false
    /// The round of the loop in which it read last; of a stream its connection knows.
    private var lagRound = -1
    var isTouched = false
    /// The last answer is written, and the channel closes when it is sent.
    var isEnding = false
    private var holdsRead = false
    var stream: EventStream?

    var lastRequest: NIODeadline
    /// When the first bytes of a head came that is not complete.
    var headStart: NIODeadline?
    /// Since when the client has left so much unread that nothing more is written; moves on as it reads.
    var unreadSince: NIODeadline?
    var unreadBytes = 0
    var lingersSince: NIODeadline?

    /// The HTTP/2 connection that this is a stream of, and what turns its answers into frames; `nil` over HTTP/1.1.
    let http2: (connection: HTTP2Connection, answers: HTTP2Answers)?

    init(
        state: ServerState, loop: LoopState, stream: (connection: HTTP2Connection, answers: HTTP2Answers)? = nil
    ) {
        http2 = stream
        memory = stream?.connection.memory ?? ConnectionMemory()
        self.state = state
        self.loop = loop
        lastRequest = .now()
    }

    /// Puts the decoder and the connection into a new channel.
    static func install(in channel: any Channel, state: ServerState, loop: LoopState) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = state.configuration.headerLimit
        limits.maxHeaderListSize = state.configuration.headerLimit
        let connection = HTTPConnection(state: state, loop: loop)
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        // What the decoder keeps between reads is at most one unfinished target or header field.
        let kept = state.configuration.targetLimit + state.configuration.headerLimit
        try channel.pipeline.syncOperations.addHandlers([
            ByteCounter(connection), ByteToMessageHandler(decoder, maximumBufferSize: kept), connection,
        ])
    }

    var configuration: HTTPServer.Configuration { state.configuration }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.add(self)
        http2?.connection.add(self)
        // A stream has its connection's room.
        let room = http2 == nil ? state.connectionOpened() : .enough
        context.fireChannelActive()
        switch room {
        case .enough: break
        case .nothing: context.close(promise: nil)
        case .toRefuse:
            refuse(
                503, "Service Unavailable", "The server has as many connections open as it takes; try again in a moment"
            )
            flushAnswers()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if phase != .closed {
            phase = .closed
            if let http2 { http2.connection.remove(self) } else { state.connectionClosed() }
            loop.remove(self)
        }
        stream?.end()
        stream = nil
        releaseBodies()
        slots.removeAll()
        output = nil
        self.context = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .reading else { return }
        if !isInReadCycle, http2 == nil { loop.lag.turn(of: &lagRound, at: loop.now) }
        isInReadCycle = true
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let part): append(part)
        case .end: finish()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInReadCycle = false
        flushAnswers()
        if !isDeferred { burst = 0 }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError || error is ByteToMessageDecoderError else {
            context.close(promise: nil)
            return
        }
        // Of what comes after the last request that is answered, nothing is expected.
        guard phase == .reading else { return }
        state.metrics.malformed()
        if error is ByteToMessageDecoderError {
            refuseTarget()
        } else if let error = error as? HTTPParserError, error == .headerOverflow {
            refuseHeaders()
        } else {
            refuse(400, "Bad Request", "The request is not HTTP/1.1: \(error)")
        }
        if !isInReadCycle { flushAnswers() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { inputClosed() }
        context.fireUserInboundEventTriggered(event)
    }

    /// The client sends no more; what it sent is still answered.
    private func inputClosed() {
        switch phase {
        case .reading:
            dropAssembly()
            lastSlot = firstSlot + slots.count - 1
            phase = .closing
            if !isInReadCycle { flushAnswers() }
        case .closing, .closed: break
        case .lingering, .streaming: context?.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        unreadSince = isWritable ? nil : loop.now
        unreadBytes = unsentBytes(context)
        stream?.writabilityChanged(isWritable)
        if isWritable, !isInReadCycle {
            if stream == nil { pump() }
            flushAnswers()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Holds reads back while the client has enough under way.
    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { holdsRead = true }
    }

    private var mayRead: Bool {
        phase != .reading || (slots.count < configuration.pipelineLimit && waiting.isEmpty && unreadSince == nil)
    }

    func resumeReading() {
        guard holdsRead, mayRead, let context else { return }
        holdsRead = false
        context.read()
    }
}

/// Tells the connection when bytes come in, before they are decoded.
private final class ByteCounter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}
