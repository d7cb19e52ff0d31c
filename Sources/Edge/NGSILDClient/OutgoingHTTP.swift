import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Sends HTTP requests to places that others named: notification endpoints, contexts, other brokers.
///
/// A destination is looked up and checked before anything is sent. Loopback, private, link-local and reserved addresses
/// are refused unless the configuration allows them; when a name has several addresses, all must be allowed. Over http
/// the connection then goes to the very address that was checked. Over https the client looks the name up a second
/// time, and the server there must show a certificate for the name before it gets to see a request. Redirects are never
/// followed here: a caller that follows one sends a new request, which is checked anew. Proxies are not used.
public final class OutgoingHTTP: Sendable {
    /// Which destinations are allowed, and the limits of time and size.
    public struct Configuration: Sendable {
        /// Whether 127.0.0.0/8 and ::1 may be requested, default no.
        public var allowsLoopback = false
        /// Whether the private networks of RFC 1918, RFC 6598 and RFC 4193 may be requested, default no.
        public var allowsPrivateAddresses = false
        /// Networks that may be requested whatever they are, link-local ones included.
        public var allowedNetworks: [NetworkRange] = []
        /// Host names, in lower case, that may be requested wherever they lead.
        public var allowedHosts: Set<String> = []
        /// For the look-up and the connection each, default 5 s.
        public var connectTimeout = Duration.seconds(5)
        /// How long the server may be silent, default 10 s.
        public var readTimeout = Duration.seconds(10)
        /// For a whole request, default 30 s.
        public var timeout = Duration.seconds(30)
        /// Bytes of an answer's body, default 1 MiB.
        public var maximumResponseBytes = 1 << 20
        /// Connections to one host and port, default 8; more requests wait for one.
        public var connectionsPerHost = 8
        /// Whose certificates are trusted over https.
        public var trust = Trust.system

        public init() {}
    }

    /// Whose certificates are trusted over https.
    public enum Trust: Sendable, Hashable {
        /// The authorities that the system trusts.
        case system
        /// The authorities in this file, PEM, and no others. Where it cannot be read, no server is trusted.
        case authorities(String)
        /// Whatever the server shows: for this program's own server on its own machine only.
        case anyone
    }

    /// What is done with the body of an answer.
    public enum BodyHandling: Sendable {
        /// It is returned; one longer than `limit` bytes (`nil`: that of the configuration) is an error.
        case collect(limit: Int?)
        /// It is not returned; after 64 KiB of it the connection is closed.
        case discard
    }

    public let configuration: Configuration
    private let client: HTTPClient
    private let resolver: AddressResolver
    private let isClosed = Mutex(false)

    public convenience init(configuration: Configuration = Configuration()) {
        self.init(configuration: configuration, resolver: AddressResolver())
    }

    init(configuration: Configuration, resolver: AddressResolver) {
        self.configuration = configuration
        self.resolver = resolver
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.timeout = .init(
            connect: .init(configuration.connectTimeout), read: .init(configuration.readTimeout),
            write: .init(configuration.readTimeout))
        settings.connectionPool = .init(
            idleTimeout: .seconds(30),
            concurrentHTTP1ConnectionsPerHostSoftLimit: max(1, configuration.connectionsPerHost))
        settings.connectionPool.retryConnectionEstablishment = false
        settings.decompression = .disabled
        settings.httpVersion = .http1Only
        var tls = TLSConfiguration.makeClientConfiguration()
        switch configuration.trust {
        case .system: break
        case .authorities(let path): tls.trustRoots = .file(path)
        case .anyone: tls.certificateVerification = .none
        }
        settings.tlsConfiguration = tls
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: settings)
    }

    deinit {
        // The client insists on being shut down; the task holds it until that is done.
        if isClosed.withLock({ $0 }) { return }
        resolver.shutdown()
        Task { [client] in try? await client.shutdown() }
    }

    /// Ends all requests and connections. Later requests throw `.closed`; calling it twice does no harm.
    public func shutdown() async {
        let wasClosed = isClosed.withLock { closed in
            defer { closed = true }
            return closed
        }
        if wasClosed { return }
        resolver.shutdown()
        try? await client.shutdown()
    }

    /// Sends one request and returns the answer, whatever its status.
    ///
    /// - Parameters:
    ///   - headers: Host, Content-Length and the like are set here.
    ///   - timeout: for the whole request; `nil`: that of the configuration, which is also the most.
    /// - Throws: when there is no answer, or the destination is not allowed.
    public func request(
        _ method: String = "GET", _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        response handling: BodyHandling = .collect(limit: nil), timeout: Duration? = nil
    ) async throws(OutgoingHTTPError) -> OutgoingResponse {
        if isClosed.withLock({ $0 }) { throw .closed }
        let target = try RequestURL(url)
        let address = try await checkedAddress(of: target.host, for: url)
        var request = HTTPClientRequest(url: target.connectURL(address))
        request.method = .init(rawValue: method)
        request.headers.add(name: "Host", value: target.authority)
        request.headers.add(name: "User-Agent", value: "Parvis")
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let limit = min(timeout ?? configuration.timeout, configuration.timeout)
        let deadline = ContinuousClock.now + limit
        do {
            let response = try await client.execute(request, timeout: TimeAmount(limit))
            return OutgoingResponse(
                status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
                body: try await read(response.body, handling, url, deadline))
        } catch let error as OutgoingHTTPError {
            throw error
        } catch let error as HTTPClientError {
            throw OutgoingHTTP.translate(error, url)
        } catch is CancellationError {
            throw .closed
        } catch {
            throw .unreachable(url, reason: OutgoingHTTP.reason(error))
        }
    }

    private func read(
        _ body: HTTPClientResponse.Body, _ handling: BodyHandling, _ url: String, _ deadline: ContinuousClock.Instant
    ) async throws -> [UInt8] {
        let limit: Int
        let isCollected: Bool
        switch handling {
        case .collect(let own): (limit, isCollected) = (own ?? configuration.maximumResponseBytes, true)
        case .discard: (limit, isCollected) = (1 << 16, false)
        }
        var collected: [UInt8] = []
        var count = 0
        for try await part in body {
            count += part.readableBytes
            // Each part arrives within `readTimeout`, so checking between parts bounds the whole.
            if ContinuousClock.now > deadline { throw OutgoingHTTPError.timedOut(url) }
            if count > limit {
                if !isCollected { return [] }
                throw OutgoingHTTPError.tooLarge(url, limit: limit)
            }
            if isCollected { collected.append(contentsOf: part.readableBytesView) }
        }
        return collected
    }

    /// An address of the host, after all of them were found to be allowed. For protocols other than HTTP, too.
    ///
    /// - Parameter url: how the destination is called in errors.
    public func checkedAddress(
        of host: String, for url: String
    ) async throws(OutgoingHTTPError) -> NetworkAddress {
        let addresses = await resolver.addresses(of: host, timeout: configuration.connectTimeout)
        guard let first = addresses.first(where: \.isIPv4) ?? addresses.first else {
            throw .unreachable(url, reason: "the name \(host) cannot be looked up")
        }
        for address in addresses {
            if let reason = configuration.refusal(of: address, host: host) {
                throw .refused(url, reason: reason)
            }
        }
        return first
    }

    private static func translate(_ error: HTTPClientError, _ url: String) -> OutgoingHTTPError {
        switch error {
        case .readTimeout, .writeTimeout, .connectTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
            .tlsHandshakeTimeout:
            .timedOut(url)
        case .alreadyShutdown, .cancelled: .closed
        case .remoteConnectionClosed: .unreachable(url, reason: "the connection is closed before an answer")
        default: .unreachable(url, reason: error.shortDescription)
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { reason($0.error) } ?? "the connection fails"
        }
        if let error = error as? IOError { return "the connection fails (error \(error.errnoCode))" }
        return "the connection fails (\(type(of: error)))"
    }
}

extension OutgoingHTTP.Configuration {
    /// Why an address may not be requested; `nil` when it may.
    func refusal(of address: NetworkAddress, host: String) -> String? {
        if allowedHosts.contains(host) { return nil }
        if allowedNetworks.contains(where: { $0.contains(address) || $0.contains(address.embedded) }) { return nil }
        let scope = AddressScope(address)
        switch scope {
        case .global: return nil
        case .loopback where allowsLoopback: return nil
        case .privateNetwork where allowsPrivateAddresses: return nil
        default:
            return "\(host) is at the \(scope.rawValue) address \(address), which the configuration does not allow"
        }
    }
}

/// The answer to an outgoing request.
public struct OutgoingResponse: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    /// The first header of a name, whatever its case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}
