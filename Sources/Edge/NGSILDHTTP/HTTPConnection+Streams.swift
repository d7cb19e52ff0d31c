import JSONTree
import NIOCore
import NIOHTTP1
import NIOWebSocket

extension HTTPConnection {
    /// Turns the connection into a live stream.
    ///
    /// - Parameter handshake: the headers of the answer that begins a WebSocket.
    /// - Returns: `false` when answers to earlier requests are still owed.
    func beginStream(
        _ request: HTTPRequest, _ stream: EventStream, handshake: HTTPHeaders? = nil,
        onReady: @escaping () -> Void = {}
    ) -> Bool {
        guard context != nil, request.slot == firstSlot, slots.count == 1, let index = slotIndex(request.slot) else {
            return false
        }
        if let handshake {
            guard speakWebSocket(stream) else { return false }
            put(index, request.slot, size: 256) { buffer in
                buffer.writeStaticString("HTTP/1.1 101 Switching Protocols\r\n")
                for (name, value) in handshake { buffer.writeString("\(name): \(value)\r\n") }
                buffer.writeStaticString("\r\n")
            }
        } else {
            var head = HTTPAnswer(status: 200, contentType: "text/event-stream")
            head.headers = [("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")]
            lastSlot = request.slot
            loop.encoder.encode(head, length: nil, .close)
            put(index, request.slot, size: 256) { [loop] buffer in
                loop.encoder.bytes.withBytes { _ = buffer.writeBytes($0) }
            }
        }
        loop.counts.count(request.operation, status: 200, since: request.start)
        phase = .streaming
        self.stream = stream
        stream.caller = request.caller
        stream.attach(self, onReady: onReady)
        return true
    }

    /// What comes in from now on are frames. The HTTP decoder stays where it is and gets nothing more.
    private func speakWebSocket(_ stream: EventStream) -> Bool {
        guard let operations = context?.pipeline.syncOperations,
            let decoder = try? operations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        else { return false }
        let frames = ByteToMessageHandler(
            WebSocketFrameDecoder(maxFrameSize: WebSocketHandler.frameLimit),
            maximumBufferSize: 2 * WebSocketHandler.frameLimit + 64)
        do {
            try operations.addHandlers([frames, WebSocketHandler(stream)], position: .before(decoder))
            return true
        } catch {
            return false
        }
    }

    var isWritable: Bool { unreadSince == nil && context != nil }

    /// Sends a piece of a stream.
    func send(_ piece: ByteBuffer) {
        guard context != nil, phase == .streaming else { return }
        withOutput(size: piece.readableBytes) { buffer in
            var piece = piece
            buffer.writeBuffer(&piece)
        }
        // What is much goes out at once: only so the channel can tell that the client does not keep up.
        if (output?.readableBytes ?? 0) > 32 << 10 { writeOutput() }
        touchIfNeeded()
    }

    private func writeOutput() {
        guard let context, let buffer = output else { return }
        output = nil
        loop.counts.sent(buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Sends the last piece, if any, and closes once the client had the time to read it.
    func endStream(_ last: ByteBuffer?) {
        guard let context, phase == .streaming else { return }
        if let last { send(last) }
        writeOutput()
        stream = nil
        phase = .lingering
        lingersSince = loop.now
        context.close(mode: .output, promise: nil)
    }
}
