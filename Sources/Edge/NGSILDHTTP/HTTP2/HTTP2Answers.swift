import NIOCore
import NIOHTTP1

/// Lets an `HTTPConnection` answer on one stream of HTTP/2: the bytes that it writes as HTTP/1.1 become a head, data and the
/// end of the stream.
///
/// The bytes are this server's own, one answer to one request, each head whole in one buffer. States: the head is owed
/// -> data is owed, of a known length or until the output is closed -> ended.
final class HTTP2Answers: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case head
        /// `nil`: until the output is closed.
        case data(left: Int?)
        case ended
    }

    /// Bytes of one piece of data, after which progress is seen.
    private static let piece = 64 << 10

    /// Bytes of data that wait for the client.
    private(set) var unsent = 0
    private let connection: HTTP2Connection
    private var state = State.head
    private var isHeadOnly = false
    private var lastWrite: EventLoopFuture<Void>?

    init(_ connection: HTTP2Connection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        isHeadOnly = head.method == .HEAD
        // What goes for HTTP/1.1 goes for it from here on.
        head.version = .http1_1
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        state = .ended
        connection.sent(unsent)
        unsent = 0
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = unwrapOutboundIn(data)
        while case .head = state, buffer.readableBytes > 0 {
            guard let head = Self.head(&buffer) else { break }
            context.write(wrapOutboundOut(.head(head.response)), promise: nil)
            if head.response.status.code < 200 { continue }
            let isEmpty = isHeadOnly || head.length == 0 || !HTTPAnswer.hasBody(Int(head.response.status.code))
            state = .data(left: isEmpty ? 0 : head.length)
            endIfComplete(context)
        }
        if case .data(let left) = state { write(context, &buffer, left) }
        guard let promise else { return }
        if let lastWrite { lastWrite.cascade(to: promise) } else { promise.succeed(()) }
    }

    private func write(_ context: ChannelHandlerContext, _ buffer: inout ByteBuffer, _ left: Int?) {
        var left = left
        while buffer.readableBytes > 0, left != 0 {
            let count = min(buffer.readableBytes, left ?? .max, Self.piece)
            guard let slice = buffer.readSlice(length: count) else { break }
            if let before = left { left = before - count }
            let promise = context.eventLoop.makePromise(of: Void.self)
            let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
            promise.futureResult.whenComplete { _ in loopBound.value.wrote(count) }
            lastWrite = promise.futureResult
            unsent += count
            connection.wrote(count)
            context.write(wrapOutboundOut(.body(.byteBuffer(slice))), promise: promise)
        }
        state = .data(left: left)
        endIfComplete(context)
    }

    private func wrote(_ count: Int) {
        let count = min(count, unsent)
        unsent -= count
        connection.sent(count)
    }

    private func endIfComplete(_ context: ChannelHandlerContext) {
        guard case .data(left: 0) = state else { return }
        state = .ended
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// A stream has no half to close; its end is said, and the rest is the connection's.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        if case .data = state {
            state = .ended
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        promise?.succeed(())
    }

    /// Takes a head off the front of what was written.
    private static func head(_ buffer: inout ByteBuffer) -> (response: HTTPResponseHead, length: Int?)? {
        let view = buffer.readableBytesView
        var headers = HTTPHeaders()
        var status = 500
        var length: Int?
        var start = view.startIndex
        var isFirst = true
        while let end = view[start...].firstIndex(of: UInt8(ascii: "\r")), end + 1 < view.endIndex {
            let line = view[start..<end]
            start = end + 2
            if line.isEmpty {
                buffer.moveReaderIndex(forwardBy: start - view.startIndex)
                return (HTTPResponseHead(version: .http2, status: .init(statusCode: status), headers: headers), length)
            }
            if isFirst {
                isFirst = false
                status = Int(String(decoding: line.dropFirst(9).prefix(3), as: UTF8.self)) ?? 500
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = String(decoding: line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
            // The connection is HTTP/2's own business (RFC 9113 section 8.2.2).
            if name == "connection" || name == "keep-alive" { continue }
            if name == "content-length" { length = Int(value) }
            headers.add(name: name, value: value)
        }
        return nil
    }
}
