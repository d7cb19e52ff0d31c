import JSONTree
import NGSILDModel
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
    private var owesContinue = false
    var slots = CircularBuffer<Slot>()
    var firstSlot = 0
    private var waiting = CircularBuffer<HTTPRequest>()
    private var running = 0
    private var unordered = 0
    private var isPumping = false
    /// Requests that were run since other connections had their turn.
    private var burst = 0
    private var isDeferred = false
    /// The request whose answer is the last.
    var lastSlot: Int?
    /// The request that speaks HTTP/1.0, which is to be told that the connection stays open.
    var keepAliveSlot: Int?

    /// Answers that are written at the next flush.
    var output: ByteBuffer?
    /// Between a read and its end, which flushes.
    var isInReadCycle = false
    var isTouched = false
    /// The last answer is written, and the channel closes when it is sent.
    var isEnding = false
    private var holdsRead = false
    var stream: EventStream?

    private var lastRequest: NIODeadline
    /// When the first bytes of a head came that is not complete.
    private var headStart: NIODeadline?
    /// Since when the client has left so much unread that nothing more is written; moves on as it reads.
    var unreadSince: NIODeadline?
    private var unreadBytes = 0
    var lingersSince: NIODeadline?

    /// The HTTP/2 connection that this is a stream of, and what turns its answers into frames; `nil` over HTTP/1.1.
    private let http2: (connection: HTTP2Connection, answers: HTTP2Answers)?

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

    // MARK: Reading requests

    /// Bytes came in; called before they are decoded.
    func bytesArrived() {
        loop.readTime()
        if assembly == nil, headStart == nil { headStart = loop.now }
    }

    private func begin(_ head: HTTPRequestHead) {
        headStart = nil
        let fields = HeaderFields(head.headers)
        if head.uri.utf8.count > configuration.targetLimit { return refuseTarget() }
        if fields.byteCount > configuration.headerLimit {
            return refuseHeaders()
        }
        guard head.version.major == 1 else {
            return refuse(505, "HTTP Version Not Supported", "The server speaks HTTP/1.1 and HTTP/1.0")
        }
        if let fault = fields.fault { return refuse(fault) }
        if head.version.minor > 0, !fields.hasHost {
            return refuse(400, "Bad Request", "The request has no Host header")
        }
        if head.version.minor == 0, fields.isChunked {
            return refuse(400, "Bad Request", "HTTP/1.0 has no Transfer-Encoding; send a Content-Length")
        }
        if let length = fields.contentLength, length > configuration.bodyLimit { return refuseBody() }
        if fields.contentLength ?? 0 > 0 || fields.isChunked, !loop.hasRoomForBodies {
            return refuse(503, "Service Unavailable", "The server holds as many request bodies as it takes; try again")
        }
        assembly = Assembly(head: head, fields: fields, start: loop.now)
        if fields.expectsContinue, head.version.minor > 0, fields.contentLength != 0 {
            owesContinue = true
            sendContinue()
        }
    }

    /// Asks for the body, once the answers before it are out.
    private func sendContinue() {
        guard owesContinue, slots.isEmpty, assembly != nil else { return }
        owesContinue = false
        withOutput { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        touchIfNeeded()
    }

    private func append(_ part: ByteBuffer) {
        guard assembly != nil else { return }
        let length = (assembly?.body?.readableBytes ?? 0) + part.readableBytes
        if length > configuration.bodyLimit { return refuseBody() }
        loop.bodyBytes += part.readableBytes
        if assembly?.body == nil {
            // Room for the rest at once, if it is not more than a client should be trusted with.
            assembly?.body = part
            if let expected = assembly?.fields.contentLength, expected > part.readableBytes {
                assembly?.body?.reserveCapacity(min(expected, 256 << 10))
            }
        } else {
            var part = part
            assembly?.body?.writeBuffer(&part)
        }
    }

    private func finish() {
        guard let assembly else { return }
        self.assembly = nil
        owesContinue = false
        lastRequest = loop.now
        let number = firstSlot + slots.count
        slots.append(Slot())
        if !assembly.head.isKeepAlive || lastSlot == number {
            lastSlot = number
            phase = .closing
        } else if assembly.head.version.minor == 0 {
            keepAliveSlot = number
        }
        let request = HTTPRequest(
            head: assembly.head, fields: assembly.fields, body: assembly.body, connection: self, slot: number,
            start: .now())
        if waiting.isEmpty, !isPumping, mayRun(request) {
            isPumping = true
            run(request)
            isPumping = false
            if !waiting.isEmpty { pump() }
        } else {
            waiting.append(request)
        }
    }

    // MARK: Running requests

    private func mayRun(_ request: HTTPRequest) -> Bool {
        if isCongested { return false }
        if burst >= Self.burstLimit {
            if !isDeferred { loop.deferTurn(of: self) }
            isDeferred = true
            return false
        }
        if running == 0 { return true }
        return unordered == 0 && !request.method.isSafe && !RequestTarget.isQuery(request.target)
    }

    /// Requests that a connection runs before others have their turn.
    private static let burstLimit = 64

    /// Runs more of what waits, after others had their turn.
    func takeTurn() {
        isDeferred = false
        burst = 0
        flushAnswers()
    }

    private var isCongested: Bool {
        if unreadSince != nil || http2?.connection.isCongested == true { return true }
        return (output?.readableBytes ?? 0) > configuration.unsentLimit
    }

    private func run(_ request: HTTPRequest) {
        loop.bodyBytes -= request.body?.readableBytes ?? 0
        running += 1
        unordered += 1
        burst += 1
        slots[slots.index(slots.startIndex, offsetBy: request.slot - firstSlot)].isRunning = true
        // What operators ask (/health, /metrics, /admin) is answered always.
        if !loop.lag.takes(at: request.start), request.isNGSILD {
            return answer(request, Self.behind)
        }
        authenticate(request)
    }

    private static let behind = NGSILDError.overloaded(
        "More requests come in than can be carried out; try again in a second"
    ).answer

    /// Runs what waits, as far as it may.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        while let next = waiting.first, phase != .closed, mayRun(next) {
            waiting.removeFirst()
            run(next)
        }
        isPumping = false
    }

    /// The request is a write that was handed to the committer, which keeps the order of writes.
    func markOrdered(_ request: HTTPRequest) {
        guard let index = slotIndex(request.slot), slots[index].isRunning, !slots[index].isOrdered else { return }
        slots[index].isOrdered = true
        unordered -= 1
    }

    func slotIndex(_ number: Int) -> CircularBuffer<Slot>.Index? {
        guard number >= firstSlot, number - firstSlot < slots.count else { return nil }
        return slots.index(slots.startIndex, offsetBy: number - firstSlot)
    }

    /// The request in the slot is answered.
    func settle(_ index: CircularBuffer<Slot>.Index) {
        guard slots[index].isRunning else { return }
        slots[index].isRunning = false
        running -= 1
        if !slots[index].isOrdered { unordered -= 1 }
    }

    private func releaseBodies() {
        for request in waiting { loop.bodyBytes -= request.body?.readableBytes ?? 0 }
        waiting.removeAll()
        dropAssembly()
    }

    private func dropAssembly() {
        loop.bodyBytes -= assembly?.body?.readableBytes ?? 0
        assembly = nil
        owesContinue = false
    }

    /// What is due after answers went out.
    func continueAfterAnswers() {
        sendContinue()
        pump()
        resumeReading()
    }

    // MARK: Refusing

    private func refuse(_ fault: HeaderFields.Fault) {
        state.metrics.malformed()
        switch fault {
        case .contentLength:
            refuse(
                400, "Bad Request",
                "The length of the body is not clear: send one Content-Length, or Transfer-Encoding: chunked")
        case .transferCoding:
            refuse(501, "Not Implemented", "The only Transfer-Encoding taken is chunked")
        case .expectation:
            refuse(417, "Expectation Failed", "The only expectation that can be met is 100-continue")
        case .severalContentTypes: refuse(400, "Bad Request", "The request has several Content-Type headers")
        case .severalTenants: refuse(400, "Bad Request", "The request has several NGSILD-Tenant headers")
        case .severalSnapshots: refuse(400, "Bad Request", "The request has several NGSILD-Snapshot headers")
        case .severalHosts: refuse(400, "Bad Request", "The request has several Host headers")
        }
    }

    private func refuseHeaders() {
        refuse(
            431, "Request Header Fields Too Large",
            "The request line or the headers are longer than \(configuration.headerLimit) bytes")
    }

    private func refuseTarget() {
        refuse(
            414, "URI Too Long",
            "The request target is longer than \(configuration.targetLimit) bytes; send long queries to POST /ngsi-ld/v1/entityOperations/query"
        )
    }

    private func refuseBody() {
        refuse(
            413, "Content Too Large",
            "The body is longer than \(configuration.bodyLimit) bytes; send several smaller requests")
    }

    /// Answers what cannot be run, and closes: the rest of what comes in cannot be trusted or is not wanted.
    func refuse(_ status: Int, _ title: String, _ detail: String) {
        guard phase == .reading else { return }
        phase = .closing
        dropAssembly()
        headStart = nil
        lingersSince = loop.now
        let number = firstSlot + slots.count
        slots.append(Slot())
        lastSlot = number
        var answer = HTTPAnswer.problem(status: status, title: title, detail: detail)
        if status == 503 { answer.headers.append(("Retry-After", "1")) }
        take(answer, for: number)
    }

    // MARK: Time

    /// Closes the connection if it takes too long; called about once a second.
    func sweep(_ now: NIODeadline) {
        guard let context, phase != .closed else { return }
        if let unreadSince, now - unreadSince > .seconds(Int64(configuration.unreadSeconds)) {
            guard readsOn(context) else {
                context.close(promise: nil)
                return
            }
            self.unreadSince = now
        }
        switch phase {
        case .lingering:
            if let lingersSince, now - lingersSince > .seconds(2) { context.close(promise: nil) }
        case .reading:
            if let headStart, now - headStart > .seconds(Int64(configuration.headSeconds)) {
                refuse(
                    408, "Request Timeout",
                    "The head of the request was not complete after \(configuration.headSeconds) seconds")
                touchIfNeeded()
            } else if let assembly, now - assembly.start > .seconds(Int64(configuration.bodySeconds)) {
                refuse(
                    408, "Request Timeout",
                    "The body of the request was not complete after \(configuration.bodySeconds) seconds")
                touchIfNeeded()
            } else if slots.isEmpty, assembly == nil, unreadSince == nil,
                now - lastRequest > .seconds(Int64(configuration.idleSeconds))
            {
                context.close(promise: nil)
            }
        case .streaming: if let authenticator = state.authenticator { stream?.renew(authenticator) }
        case .closing, .closed: break
        }
    }

    /// Whether the client has read a fair part of a long answer since this was last asked. Of a stream it has to keep up.
    private func readsOn(_ context: ChannelHandlerContext) -> Bool {
        let left = unsentBytes(context)
        defer { unreadBytes = left }
        return stream == nil && unreadBytes - left >= configuration.unsentLimit
    }

    private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        // The channel of a stream has no such option, and ends the process when asked.
        if let http2 { return http2.answers.unsent }
        return (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Closes after the answers that are owed, for shutdown.
    func closeWhenAnswered() {
        guard let context else { return }
        switch phase {
        case .streaming where stream?.form == .webSocket: stream?.close(1_001, "the server is shutting down")
        case .reading where slots.isEmpty && assembly == nil, .streaming, .lingering: context.close(promise: nil)
        case .reading where assembly == nil:
            lastSlot = firstSlot + slots.count - 1
            phase = .closing
        case .reading:
            // The request that is coming in is the last.
            lastSlot = firstSlot + slots.count
        case .closing, .closed: break
        }
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
