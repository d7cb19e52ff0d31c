import AccessPolicies
import NIOCore
import NIOWebSocket

/// One client's live stream, as server-sent events or over a WebSocket: what is sent, whether the client keeps up, and
/// the end.
///
/// A client that does not read fast enough gets nothing more until it has read what was sent; then `onReady` is called,
/// and whoever feeds the stream goes on from the last message that was taken. So nothing waits here beyond what the
/// kernel and the channel hold.
///
/// Invariant: touched on the connection's event loop only (`@unchecked Sendable` because of that).
final class EventStream: @unchecked Sendable {
    enum Form: Hashable { case events, webSocket }

    let form: Form
    /// Whether the last message was not taken.
    private(set) var isBehind = false
    private(set) var hasEnded = false
    private weak var connection: HTTPConnection?
    private var onReady: () -> Void = {}
    private let onEnd: @Sendable () -> Void
    private var unansweredPings = 0
    /// Who opened it.
    var caller = Caller.open
    /// Whether a caller whose permit has changed may go on; takes over what they reach now.
    var mayGoOn: (Caller) -> Bool = { _ in true }

    private static let heartbeat = TimeAmount.seconds(15)
    /// Pings in a row that a client may leave unanswered.
    private static let pingLimit = 3

    init(_ form: Form, onEnd: @escaping @Sendable () -> Void) {
        self.form = form
        self.onEnd = onEnd
    }

    /// - Parameter onReady: called when a client that was behind can be sent to again.
    func attach(_ connection: HTTPConnection, onReady: @escaping () -> Void) {
        self.connection = connection
        self.onReady = onReady
    }

    // MARK: Sending

    /// - Returns: `false` when the client did not keep up or is gone: the message was not sent.
    func send(_ message: StreamMessage) -> Bool { send(message.bytes(as: form)) }

    /// Sends what was put into the stream's form already.
    func send(_ bytes: ByteBuffer) -> Bool {
        guard let connection, !hasEnded, !isBehind else { return false }
        guard connection.isWritable else {
            isBehind = true
            return false
        }
        connection.send(bytes)
        return true
    }

    /// Sends the first message; `id` only for a client that does not come back with a place of its own.
    func greet(id: String?) {
        var bytes = ByteBuffer()
        if form == .events { bytes.writeStaticString("retry: 2000\n") }
        bytes.writeImmutableBuffer(StreamMessage(event: "hello", id: id).bytes(as: form))
        _ = send(bytes)
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable, isBehind else { return }
        isBehind = false
        onReady()
    }

    // MARK: Keeping alive

    /// Shows a sign of life every 15 s, with the place from which a client that loses the connection would go on.
    ///
    /// - Parameter place: `nil` ends it.
    func keepAlive(on loop: LoopState, place: @escaping @Sendable () -> String?) {
        _ = loop.eventLoop.scheduleTask(in: Self.heartbeat) { [weak self] in
            guard let self, !hasEnded, let current = place() else { return }
            beat(current)
            loop.flushTouched()
            keepAlive(on: loop, place: place)
        }
    }

    private func beat(_ place: String) {
        guard !isBehind else { return }
        switch form {
        case .events:
            // An event without data is none, but its id counts.
            _ = send(ByteBuffer(string: "id: \(place)\n: still here\n\n"))
        case .webSocket:
            if unansweredPings >= Self.pingLimit { return close(1_001, "no pong") }
            unansweredPings += 1
            _ = send(StreamMessage.frame(.ping, []))
            _ = send(StreamMessage(event: "heartbeat", id: place))
        }
    }

    // MARK: What a WebSocket client sends

    func received(_ frame: WebSocketFrame) {
        guard !hasEnded else { return }
        guard frame.maskKey != nil else { return close(1_002, "frames of clients are masked") }
        unansweredPings = 0
        switch frame.opcode {
        case .ping: _ = isBehind ? false : send(StreamMessage.frame(.pong, Array(frame.unmaskedData.readableBytesView)))
        case .pong: break
        case .connectionClose:
            let data = frame.unmaskedData
            let code = data.getInteger(at: data.readerIndex, as: UInt16.self) ?? 1_000
            close(code == 1_005 || code < 1_000 ? 1_000 : code, "")
        case .text, .binary, .continuation: close(1_003, "this stream takes no messages")
        default: close(1_002, "this kind of frame is not known")
        }
    }

    // MARK: Who may listen

    /// Ends the stream if its caller may not listen any more. Called about once a second.
    func renew(_ authenticator: any RequestAuthenticator) {
        guard !hasEnded, caller !== Caller.open else { return }
        if let now = authenticator.renew(caller) {
            if now.permit === caller.permit || mayGoOn(now) {
                caller = now
                return
            }
        }
        _ = send(StreamMessage(event: "end", data: Array(#"{"reason":"the caller may not listen any more"}"#.utf8)))
        close(4_401, "the caller may not listen any more")
    }

    // MARK: The end

    /// Ends the stream from this side. The code is for WebSockets.
    func close(_ code: UInt16, _ reason: String) {
        guard !hasEnded else { return }
        let connection = connection
        end()
        connection?.endStream(form == .webSocket ? StreamMessage.farewell(code, reason) : nil)
    }

    /// The connection is gone, or is about to be.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        onReady = {}
        onEnd()
    }
}
