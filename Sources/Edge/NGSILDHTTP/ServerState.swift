import Logging
import NIOCore
import Synchronization

/// What all connections of a server share.
final class ServerState: Sendable {
    let configuration: HTTPServer.Configuration
    let handler: any HTTPRequestHandler
    /// `nil`: nobody is asked who they are.
    let authenticator: (any RequestAuthenticator)?
    let metrics: HTTPMetrics
    let logger: Logger
    let auditor: (any RequestAuditor)?
    private let stopping = Atomic<Bool>(false)
    private let handshakes = Atomic<Int>(0)
    private let compressedBytes = Atomic<Int>(0)
    private let onEmpty = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        configuration: HTTPServer.Configuration, handler: any HTTPRequestHandler,
        authenticator: (any RequestAuthenticator)? = nil, metrics: HTTPMetrics, logger: Logger,
        auditor: (any RequestAuditor)? = nil
    ) {
        self.auditor = auditor
        self.configuration = configuration
        self.authenticator = authenticator
        self.handler = handler
        self.metrics = metrics
        self.logger = logger
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// What room there is for one more connection.
    enum Room { case enough, toRefuse, nothing }

    func connectionOpened() -> Room {
        let count = metrics.connectionOpened()
        if count <= configuration.connectionLimit, !isStopping { return .enough }
        // Those that are being told keep their descriptors for a moment, so they are bounded too.
        return count <= configuration.connectionLimit + configuration.refusalLimit ? .toRefuse : .nothing
    }

    /// Whether there is room for one more handshake. Each call is followed by one of `handshakeEnded`.
    func handshakeBegan() -> Bool {
        handshakes.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.handshakeLimit && !isStopping
    }

    func handshakeEnded() { handshakes.wrappingSubtract(1, ordering: .relaxed) }

    /// Whether there is room to compress so many bytes more. If so, a call of `compressionEnded` follows.
    func compressionBegan(bytes: Int, limit: Int) -> Bool {
        if compressedBytes.wrappingAdd(bytes, ordering: .relaxed).newValue <= limit { return true }
        compressionEnded(bytes: bytes)
        return false
    }

    func compressionEnded(bytes: Int) { compressedBytes.wrappingSubtract(bytes, ordering: .relaxed) }

    func connectionClosed() {
        guard metrics.connectionClosed() == 0, isStopping else { return }
        onEmpty.withLock { $0 }?()
    }

    /// Takes no more connections.
    ///
    /// - Parameter onEmpty: Called, perhaps more than once, when the last connection is closed.
    func stop(_ onEmpty: @escaping @Sendable () -> Void) {
        self.onEmpty.withLock { $0 = onEmpty }
        stopping.store(true, ordering: .releasing)
        if metrics.connections == 0 { onEmpty() }
    }
}
