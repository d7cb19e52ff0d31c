import JSONTree
import Logging
import NIOCore
import NIOHTTP1

/// One client's connection: reads requests, hands them on, writes answers in the order of the requests.
///
/// States of a request: head read, body read, waiting (handed on), answered. Several may wait at once (pipelining);
/// an answer that is ready too early is kept until those before it are written.
///
/// Invariants:
/// 1. Everything is touched on the event loop only (`@unchecked Sendable` because of that).
/// 2. `slots` holds, in order, one entry for each request handed on and not yet written; the first has number `firstSlot`.
/// 3. At most `pipelineLimit` requests wait; beyond, nothing more is read until half of them are answered.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: HTTPServer
    let loop: LoopState
    private var context: ChannelHandlerContext?

    private var head: HTTPRequestHead?
    private var body: ByteBuffer?
    private var bodyBytes = 0
    private var refusesBody = false
    private var isClosing = false
    private var closesAfter: Int?

    private var slots: [ByteBuffer?] = []
    private var firstSlot = 0
    private var nextSlot = 0
    /// Between the head and the end of a request.
    private var isReading = false
    /// Between `channelRead` and `channelReadComplete`, which flushes.
    private var isInReadCycle = false
    private var hasUnflushed = false
    private var isTouched = false
    private var isPaused = false
    private var stream: EventStream?

    private var lastActivity = NIODeadline.now()
    private var requestStart: NIODeadline?

    init(server: HTTPServer, loop: LoopState) {
        self.server = server
        self.loop = loop
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        let open = server.metrics.connections.wrappingAdd(1, ordering: .relaxed).newValue
        if open > server.configuration.connectionLimit || server.isStopping.load(ordering: .relaxed) {
            refuse(.serviceUnavailable, "The server has \(open) connections open, more than it takes; try again later")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.metrics.connections.wrappingSubtract(1, ordering: .relaxed)
        loop.remove(self)
        stream?.end()
        stream = nil
        self.context = nil
        slots.removeAll()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosing { return }
        isInReadCycle = true
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let part): append(part)
        case .end: finish()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        lastActivity = .now()
        isInReadCycle = false
        flushAnswers()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            server.metrics.malformed()
            refuse(.badRequest, "The request is not HTTP/1.1: \(error)")
        } else {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            if slots.isEmpty { context.close(promise: nil) } else { closeWhenAnswered() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stream?.writabilityChanged(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    // MARK: Reading

    private func begin(_ head: HTTPRequestHead) {
        isReading = true
        requestStart = .now()
        refusesBody = false
        body = nil
        bodyBytes = 0
        if head.uri.utf8.count > server.configuration.targetLimit {
            refuse(.uriTooLong, "The request target is longer than \(server.configuration.targetLimit) bytes; use POST /ngsi-ld/v1/entityOperations/query for long queries")
            return
        }
        var headerBytes = 0
        var length: Int?
        var expectsContinue = false
        for (name, value) in head.headers {
            headerBytes += name.utf8.count + value.utf8.count + 4
            switch name.utf8.count {
            case 14 where name.lowercased() == "content-length": length = Int(value)
            case 6 where name.lowercased() == "expect": expectsContinue = value.lowercased() == "100-continue"
            default: break
            }
        }
        if headerBytes > server.configuration.headerLimit {
            refuse(.requestHeaderFieldsTooLarge, "The headers are longer than \(server.configuration.headerLimit) bytes")
            return
        }
        if let length, length > server.configuration.bodyLimit {
            refuseBody()
            return
        }
        self.head = head
        if expectsContinue, let context {
            var buffer = context.channel.allocator.buffer(capacity: 32)
            buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
    }

    private func append(_ part: ByteBuffer) {
        guard head != nil else { return }
        bodyBytes += part.readableBytes
        if bodyBytes > server.configuration.bodyLimit {
            refuseBody()
        } else if body == nil {
            body = part
        } else {
            var part = part
            body?.writeBuffer(&part)
        }
    }

    private func refuseBody() {
        refuse(
            .payloadTooLarge,
            "The body is longer than \(server.configuration.bodyLimit) bytes; send smaller batches")
    }

    private func finish() {
        requestStart = nil
        isReading = false
        guard let head else { return }
        self.head = nil
        let number = nextSlot
        nextSlot += 1
        slots.append(nil)
        if !head.isKeepAlive { closesAfter = number }
        let request = HTTPRequest(head: head, body: body, connection: self, slot: number)
        body = nil
        server.handler.handle(request)
        if slots.count >= server.configuration.pipelineLimit, !isPaused, let context {
            isPaused = true
            _ = context.channel.setOption(.autoRead, value: false)
        }
    }

    /// Answers what cannot be handed on, and closes: the rest of the stream cannot be trusted or is not wanted.
    private func refuse(_ status: HTTPResponseStatus, _ detail: String) {
        guard !isClosing, context != nil else { return }
        let number = nextSlot
        nextSlot += 1
        slots.append(nil)
        closesAfter = number
        head = nil
        body = nil
        let answer = HTTPAnswer.problem(status: Int(status.code), title: status.reasonPhrase, detail: detail)
        self.answer(number, answer)
        isClosing = true
        flushAnswers()
    }

    // MARK: Answering

    /// Takes the answer to the request with this slot number; writes it when its turn has come.
    func answer(_ number: Int, _ answer: HTTPAnswer) {
        guard context != nil, number >= firstSlot, number < nextSlot else { return }
        let closes = closesAfter == number
        let buffer = encode(answer, closes: closes)
        server.metrics.answered(status: answer.status, bytes: buffer.readableBytes)
        slots[number - firstSlot] = buffer
        if number == firstSlot { writeReady() }
        if !isInReadCycle, !isTouched, hasUnflushed {
            isTouched = true
            loop.touch(self)
        }
    }

    private func writeReady() {
        guard let context else { return }
        var written = 0
        while written < slots.count, let buffer = slots[written] {
            context.write(wrapOutboundOut(buffer), promise: nil)
            written += 1
        }
        slots.removeFirst(written)
        firstSlot += written
        hasUnflushed = true
        if isPaused, slots.count <= server.configuration.pipelineLimit / 2 {
            isPaused = false
            _ = context.channel.setOption(.autoRead, value: true)
        }
    }

    /// Sends what was written, and closes if that was the last answer owed.
    func flushAnswers() {
        isTouched = false
        guard let context else { return }
        if hasUnflushed {
            hasUnflushed = false
            context.flush()
        }
        if let closesAfter, firstSlot > closesAfter, stream == nil {
            isClosing = true
            context.close(mode: .all, promise: nil)
        }
    }

    private func encode(_ answer: HTTPAnswer, closes: Bool) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 320 + answer.body.count)
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(HTTPAnswer.statusLine(answer.status))
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeBytes(loop.date())
        if let contentType = answer.contentType {
            buffer.writeStaticString("\r\nContent-Type: ")
            buffer.writeString(contentType)
        }
        for (name, value) in answer.headers {
            buffer.writeStaticString("\r\n")
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
        }
        if answer.status != 204, answer.status != 304 {
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(answer.contentLength ?? answer.body.count))
        }
        buffer.writeStaticString(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if answer.status != 204, answer.status != 304 { buffer.writeBytes(answer.body) }
        return buffer
    }

    // MARK: Streams

    /// Turns the connection into a stream of server-sent events; the request's slot is never answered otherwise.
    func beginStream(_ number: Int, headers: [(String, String)], _ stream: EventStream) {
        guard let context, number == firstSlot, slots.count == 1 else {
            stream.end()
            return
        }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        buffer.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n")
        for (name, value) in headers { buffer.writeString("\(name): \(value)\r\n") }
        buffer.writeStaticString("X-Accel-Buffering: no\r\nConnection: close\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        slots.removeFirst()
        firstSlot += 1
        closesAfter = number
        self.stream = stream
        stream.attach(self)
    }

    /// Sends a piece of a stream.
    func send(_ bytes: [UInt8]) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        lastActivity = .now()
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func closeStream() {
        stream = nil
        context?.close(promise: nil)
    }

    // MARK: Time

    func closeIfIdle(_ now: NIODeadline, _ configuration: HTTPServer.Configuration) {
        guard let context, stream == nil else { return }
        if let requestStart, now - requestStart > .seconds(Int64(configuration.requestSeconds)) {
            refuse(.requestTimeout, "The request was not complete after \(configuration.requestSeconds) seconds")
        } else if slots.isEmpty, now - lastActivity > .seconds(Int64(configuration.idleSeconds)) {
            context.close(promise: nil)
        }
    }

    func closeWhenAnswered() {
        guard let context else { return }
        if stream != nil || (slots.isEmpty && !isReading) {
            stream?.end()
            stream = nil
            context.close(promise: nil)
        } else {
            closesAfter = nextSlot - (isReading ? 0 : 1)
        }
    }
}
