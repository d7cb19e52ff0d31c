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
    private let stopping = Atomic<Bool>(false)
    private let onEmpty = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        configuration: HTTPServer.Configuration, handler: any HTTPRequestHandler,
        authenticator: (any RequestAuthenticator)? = nil, metrics: HTTPMetrics, logger: Logger
    ) {
        self.configuration = configuration
        self.authenticator = authenticator
        self.handler = handler
        self.metrics = metrics
        self.logger = logger
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Whether there is room for one more connection.
    func connectionOpened() -> Bool {
        metrics.connectionOpened() <= configuration.connectionLimit && !isStopping
    }

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
