import NIOCore

/// One client's server-sent events: a bounded buffer between the changes and the connection.
///
/// Invariant: touched on the connection's event loop only (`@unchecked Sendable` because of that).
///
/// When the client reads slower than changes come and the buffer is full, what waits is dropped and a `reset` event
/// tells the client to load everything again.
final class EventStream: @unchecked Sendable {
    let types: Set<String>
    private weak var connection: HTTPConnection?
    private let onEnd: @Sendable (EventStream) -> Void
    private let onDrop: @Sendable () -> Void
    private var waiting: [UInt8] = []
    private var hasEnded = false
    private(set) var isReset = false

    /// Bytes that wait for a slow client.
    private static let limit = 1 << 20

    init(types: Set<String>, onEnd: @escaping @Sendable (EventStream) -> Void, onDrop: @escaping @Sendable () -> Void) {
        self.types = types
        self.onEnd = onEnd
        self.onDrop = onDrop
    }

    var loop: LoopState? { connection?.loop }

    func attach(_ connection: HTTPConnection) { self.connection = connection }

    func send(_ bytes: [UInt8]) {
        guard let connection, !hasEnded else { return }
        if connection.isWritable, waiting.isEmpty {
            connection.send(bytes)
        } else if waiting.count + bytes.count <= Self.limit {
            waiting.append(contentsOf: bytes)
        } else {
            waiting = Array("event: reset\ndata: {\"reason\":\"the client reads too slowly\"}\n\n".utf8)
            onDrop()
        }
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable, !waiting.isEmpty, let connection else { return }
        let bytes = waiting
        waiting = []
        connection.send(bytes)
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        onEnd(self)
    }
}
