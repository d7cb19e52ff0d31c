public import NGSILDClient
import Synchronization

/// Publishes messages to MQTT servers, MQTT 3.1.1 and 5.0, over TCP and TLS.
///
/// Connections are made when there is something to publish, shared by all messages to a server as one user, and closed
/// when they are idle. Destinations obey the same rules as those of outgoing HTTP: the server's name is looked up, all its
/// addresses are checked, and the connection goes to a checked one; over TLS the certificate must be for the name.
public final class MQTTPublisher: Sendable {
    /// Whom to trust, who to be, and the limits.
    public struct Configuration: Sendable {
        /// Over TLS.
        public var trust = MQTTTrust()
        /// Connections at a time, default 64; beyond it an idle one is closed, or the message is refused for now.
        public var connectionLimit = 64
        /// Messages at a time, default 10,000; more are refused for now.
        public var messageLimit = 10_000
        /// Until a server has accepted a connection, default 10 s.
        public var connectTimeout = Duration.seconds(10)
        /// For a message from here to its confirmation, default 30 s, which is also the most.
        public var timeout = Duration.seconds(30)
        /// How long nothing may be sent before the server is asked for a sign of life, default 30 s, at least 5 s.
        public var keepAlive = Duration.seconds(30)
        /// After which time without messages a connection is closed, default 60 s.
        public var idleTime = Duration.seconds(60)

        public init() {}
    }

    private let configuration: Configuration
    private let destinations: OutgoingHTTP
    private let loop: MQTTLoop
    private let nextID = Atomic<UInt64>(0)
    private let count = Atomic<Int>(0)

    /// - Parameter destinations: knows which addresses are allowed.
    public init(destinations: OutgoingHTTP, configuration: Configuration = Configuration()) {
        self.destinations = destinations
        self.configuration = configuration
        loop = MQTTLoop(configuration)
    }

    deinit { loop.submit(.stop(nil)) }

    /// Closes all connections; messages on their way fail. Later ones throw `.closed`; calling it twice does no harm.
    public func shutdown() async {
        await withCheckedContinuation { loop.submit(.stop($0)) }
    }

    /// Publishes a message and waits until it is written (QoS 0), acknowledged (1) or complete (2).
    ///
    /// - Parameter timeout: `nil`: that of the configuration.
    public func publish(
        _ payload: [UInt8], to endpoint: MQTTEndpoint, timeout: Duration? = nil
    ) async throws(MQTTError) {
        let end = ContinuousClock.now + min(timeout ?? configuration.timeout, configuration.timeout)
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.messageLimit else {
            count.wrappingSubtract(1, ordering: .relaxed)
            throw .unreachable("as many messages wait for MQTT servers as are taken")
        }
        defer { count.wrappingSubtract(1, ordering: .relaxed) }
        let address = try await address(of: endpoint)
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let error: MQTTError? = await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                loop.submit(
                    .publish(endpoint, address, MQTTMessage(id: id, payload, to: endpoint, end: end, caller: caller)))
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled { loop.submit(.cancel(id)) }
            }
        } onCancel: {
            loop.submit(.cancel(id))
        }
        if let error { throw error }
    }

    private func address(of endpoint: MQTTEndpoint) async throws(MQTTError) -> NetworkAddress {
        do throws(OutgoingHTTPError) {
            return try await destinations.checkedAddress(of: endpoint.host, for: endpoint.name)
        } catch {
            switch error {
            case .invalidURL, .refused: throw .refused(error.description)
            case .closed: throw .closed
            case .timedOut: throw .timedOut(error.description)
            case .unreachable, .tooLarge: throw .unreachable(error.description)
            }
        }
    }
}
