import NIOCore

/// One client's server-sent events: what it wants, and how far it has come.
///
/// A client that does not read fast enough gets nothing more until it has read what was sent; then a `reset` event tells
/// it to load everything again. So at most one event waits beyond what the kernel and the channel hold.
///
/// Invariant: touched on the connection's event loop only (`@unchecked Sendable` because of that).
final class EventStream: @unchecked Sendable {
    /// Names of entity types; empty: all.
    let types: Set<String>
    let tenant: String
    /// The newest change that the client has been sent, or that it knows from elsewhere.
    var sentThrough: UInt64
    private let newest: @Sendable () -> UInt64
    private weak var connection: HTTPConnection?
    private let onEnd: @Sendable (EventStream) -> Void
    private let onBehind: @Sendable () -> Void
    private var isBehind = false
    private var hasEnded = false

    /// - Parameters:
    ///   - newest: the newest sequence number of the feed.
    ///   - onBehind: called when events are dropped because the client reads too slowly.
    init(
        types: Set<String>, tenant: String, newest: @escaping @Sendable () -> UInt64,
        onEnd: @escaping @Sendable (EventStream) -> Void, onBehind: @escaping @Sendable () -> Void
    ) {
        self.types = types
        self.tenant = tenant
        self.newest = newest
        sentThrough = 0
        self.onEnd = onEnd
        self.onBehind = onBehind
    }

    func attach(_ connection: HTTPConnection) { self.connection = connection }

    func send(_ event: ByteBuffer) {
        guard let connection, !hasEnded, !isBehind else { return }
        if connection.isWritable {
            connection.send(event)
        } else {
            isBehind = true
            onBehind()
        }
    }

    /// Tells the client to load everything again; what it then knows is at least what the feed has now.
    func reset(reason: String) {
        let now = newest()
        sentThrough = now
        send(ByteBuffer(string: "event: reset\nid: \(now)\ndata: {\"reason\":\"\(reason)\"}\n\n"))
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable, isBehind else { return }
        isBehind = false
        reset(reason: "the client reads too slowly")
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        onEnd(self)
    }
}
