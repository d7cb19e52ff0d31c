import JSONTree
import NGSILDModel
import NGSILDOperations
import NIOCore
import Synchronization

/// What the connections of one event loop share: the writers that answers are made in, the time, the committer's
/// replies, and the sweep that closes what takes too long.
///
/// `@unchecked Sendable`: everything but `deliver`, `startSweeping`, `beginClosing` and `end` is touched on the loop only.
final class LoopState: ReplyScheduler, @unchecked Sendable {
    let eventLoop: any EventLoop
    let state: ServerState
    /// Bodies are rendered here, one at a time, then copied out.
    var writer = ByteWriter(capacity: 64 << 10)
    let encoder: AnswerEncoder
    let counts: LoopCounts
    /// Bytes of bodies of requests that have not been run.
    var bodyBytes = 0
    /// The time of the latest read or sweep; for what is counted in seconds.
    private(set) var now = NIODeadline.now()
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var http2Connections: [ObjectIdentifier: HTTP2Connection] = [:]
    private var touched: [HTTPConnection] = []
    /// Connections with more requests than they may run at once.
    private var deferred: [HTTPConnection] = []
    private let bodyMemory: Int
    private let hasEnded = Mutex(false)
    var lag: LoopLag

    init(loop: any EventLoop, state: ServerState) {
        eventLoop = loop
        self.state = state
        counts = state.metrics.addLoop()
        lag = LoopLag(limitMilliseconds: state.configuration.lagMilliseconds, now: .now())
        encoder = AnswerEncoder(
            strictTransportSeconds: state.configuration.tls == nil ? 0 : state.configuration.strictTransportSeconds)
        bodyMemory = state.configuration.bodyMemory / max(1, state.configuration.loops)
    }

    var hasRoomForBodies: Bool { bodyBytes < bodyMemory }

    func readTime() { now = .now() }

    func add(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    func add(_ connection: HTTP2Connection) { http2Connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: HTTP2Connection) { http2Connections[ObjectIdentifier(connection)] = nil }

    /// Runs replies, all in one wake of the loop, and flushes each connection once. After `end` nobody waits for them.
    func deliver(_ replies: [@Sendable () -> Void]) {
        // Benchmarks/instructions counts in this closure, by its name.
        let run: @Sendable () -> Void = { [self] in
            for reply in replies { reply() }
            flushTouched()
        }
        // Held while the loop takes the replies, so that it cannot be shut down in between.
        hasEnded.withLock { hasEnded in
            if !hasEnded { eventLoop.execute(run) }
        }
    }

    /// Takes no more replies; to be called before the loop is shut down, since a loop that is cannot take any.
    func end() { hasEnded.withLock { $0 = true } }

    func flushTouched() {
        while !touched.isEmpty {
            let connections = touched
            touched.removeAll(keepingCapacity: true)
            for connection in connections { connection.flushAnswers() }
        }
        // An answer of some megabytes should not hold its memory for ever.
        if writer.count > 1 << 20 { writer = ByteWriter(capacity: 64 << 10) }
    }

    /// Lets a connection go on after others had their turn: after a pause, since the loop reads from nobody while tasks are
    /// due.
    func deferTurn(of connection: HTTPConnection) {
        deferred.append(connection)
        if deferred.count == 1 { eventLoop.scheduleTask(in: .milliseconds(1)) { [self] in serveDeferred() } }
    }

    private func serveDeferred() {
        let connections = deferred
        deferred.removeAll(keepingCapacity: true)
        for connection in connections { connection.takeTurn() }
        flushTouched()
    }

    /// Remembers a connection that has answers to flush.
    func touch(_ connection: HTTPConnection) { touched.append(connection) }

    /// Closes connections that take too long. Runs until the loop ends.
    func startSweeping() {
        eventLoop.execute { [self] in
            _ = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in sweep() }
            lag.look(at: .now())
            _ = eventLoop.scheduleRepeatedTask(initialDelay: LoopLag.interval, delay: LoopLag.interval) { [self] _ in
                lag.look(at: .now())
            }
        }
    }

    func sweep() {
        readTime()
        for connection in connections.values { connection.sweep(now) }
        for connection in http2Connections.values { connection.sweep(now) }
        flushTouched()
    }

    /// Lets each connection close after the answers it owes.
    func beginClosing() {
        eventLoop.execute { [self] in
            for connection in http2Connections.values { connection.closeWhenAnswered() }
            for connection in connections.values { connection.closeWhenAnswered() }
            flushTouched()
        }
    }
}
