import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Takes messages from one MQTT server, MQTT 3.1.1 and 5.0, over TCP and TLS, and acknowledges none before it is kept.
///
/// Subscribes with QoS 1 in a session that the server keeps while this process is away. Messages are handed over in
/// batches on a thread of the subscriber's own; the server hears of a batch only after the handler said that it is safe.
/// While the handler works, nothing is read: what comes meanwhile stays in the socket and at the server.
public final class MQTTSubscriber: Sendable {
    /// Where to subscribe, as whom, and the limits.
    public struct Configuration: Sendable {
        public var server: MQTTEndpoint.Server
        /// The session's name at the server: always the same, and nobody else's there.
        public var clientID: String
        /// Topic filters, with `+` and `#`.
        public var filters: [String]
        public var trust = MQTTTrust()
        /// Messages in a batch, default 1,000; also how many the server may have under way (MQTT 5).
        public var batchMessages = 1_000
        /// Bytes of payloads after which a batch is full, default 4 MiB.
        public var batchBytes = 4 << 20
        /// Bytes of the longest packet that an MQTT 5 server may send, default 4 MiB.
        public var packetBytes = 4 << 20
        /// How long an MQTT 5 server keeps the session, default 7 days. In MQTT 3.1.1 the server decides.
        public var sessionLifetime = Duration.seconds(7 * 86_400)
        /// How long nothing may be sent before the server is asked for a sign of life, default 60 s, at least 5 s.
        public var keepAlive = Duration.seconds(60)
        /// Until a server that is reached has answered, default 10 s.
        public var connectTimeout = Duration.seconds(10)
        /// Pauses between attempts double from a quarter of a second to this, default 30 s.
        public var longestPause = Duration.seconds(30)

        public init(server: MQTTEndpoint.Server, clientID: String, filters: [String]) {
            self.server = server
            self.clientID = clientID
            self.filters = filters
        }
    }

    /// How it goes with the server.
    public struct Status: Sendable {
        /// Where the connection stands.
        public enum Phase: String, Sendable { case connecting, subscribing, subscribed, waiting, stopped }
        public var phase = Phase.connecting
        /// Why it waits for the next attempt, or what was wrong last; `nil` while all is well.
        public var reason: String?
        /// Filters that the server does not let this user subscribe to.
        public var refusedFilters: [String] = []
        /// How often it was connected.
        public var connections = 0
        /// Batches that could not be kept, so that the server sends them again.
        public var returnedBatches = 0
    }

    private struct State {
        var status = Status()
        var isStarted = false
        var isStopped = false
        var hasEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: Configuration
    private let handler: @Sendable ([MQTTIncoming]) -> Bool
    private let state = Mutex(State())
    private let bell = MQTTBell()

    /// - Parameter handler: Called on the subscriber's thread, with at least one message; may block. `true`: all are
    ///   kept, or will never be, and are acknowledged. `false`: they are not now; the connection is given up without
    ///   acknowledging any, and the server sends them again.
    public init(_ configuration: Configuration, handler: @escaping @Sendable ([MQTTIncoming]) -> Bool) {
        self.configuration = configuration
        self.handler = handler
    }

    public var status: Status { state.withLock { $0.status } }

    /// Connects, and again whenever the connection is lost, until `stop`. Calling it twice does no harm.
    public func start() {
        let isFirst = state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted && !state.isStopped
        }
        guard isFirst else { return }
        MQTTThread.start("parvis-mqtt-in") { [self] in run() }
    }

    /// Finishes the batch under way, acknowledges it, and leaves the server. Later messages wait there.
    ///
    /// An attempt to reach a server that does not answer is not waited for.
    public func stop() async {
        state.withLock { $0.isStopped = true }
        bell.ring()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let isOver = state.hasEnded || !state.isStarted || state.status.phase == .connecting
                if !isOver { state.waiting.append(continuation) }
                return isOver
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: On the thread

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func run() {
        var failures = 0
        while !isStopped {
            note { $0.phase = .connecting }
            let start = ContinuousClock.now
            let session = MQTTSession(configuration, handler: handler) { [self] change in note(change) }
            let error = session?.serve(bell) { [self] in isStopped }
            if isStopped { break }
            // What ends soon after it began, again and again, is no better than what cannot be reached.
            failures = ContinuousClock.now - start > configuration.longestPause ? 1 : failures + 1
            let reason = session == nil ? "there is no memory for a connection" : error?.reason
            note { status in
                status.phase = .waiting
                status.reason = reason
            }
            pause(after: failures)
        }
        let waiting = state.withLock { state in
            state.hasEnded = true
            state.status.phase = .stopped
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func note(_ change: (inout Status) -> Void) { state.withLock { change(&$0.status) } }

    private func pause(after failures: Int) {
        let doubled = Duration.milliseconds(250) * (1 << min(failures - 1, 10))
        let pause = min(doubled, configuration.longestPause) * Double.random(in: 0.75...1)
        var polled = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
        // Only `stop` rings; its ring is left to be heard again.
        _ = poll(&polled, 1, Int32(clamping: pause.components.seconds * 1_000 + pause.milliseconds))
    }
}

extension Duration {
    /// What is beyond whole seconds.
    fileprivate var milliseconds: Int64 { components.attoseconds / 1_000_000_000_000_000 }
}
