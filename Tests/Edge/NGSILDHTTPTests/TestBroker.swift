import BrokerCore
import EntityMaps
import InMemoryStorage
import JSONLD
import JSONTree
import Logging
import NGSILDModel
import NGSILDOperations
import Snapshots
import Synchronization
import TemporalEvolution
import Testing

@testable import NGSILDHTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A whole broker on a free port, with a store in memory and contexts that come from the test.
final class TestBroker: Sendable {
    let broker: Broker
    let server: HTTPServer
    let port: Int
    let contexts: TestContexts
    let metrics = HTTPMetrics()
    let storage: InMemoryStorage
    private let history: HistoryStore?

    init(
        storage: InMemoryStorage = InMemoryStorage(), subscriptions: (any SubscriptionService)? = nil,
        notifications: (any NotificationAdministration)? = nil, keepsHistory: Bool = false,
        airMaps: AirMapPages? = nil, rules: RulePages? = nil, entityTiles: TileFactory? = nil,
        imports: ImportPages? = nil, publicPages: PublicPages? = nil, temporalInstances: Int = 10_000,
        publicURL: String? = nil, authenticator: (any RequestAuthenticator)? = nil,
        _ configure: (inout HTTPServer.Configuration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        broker = try Broker(storage: storage)
        contexts = TestContexts()
        let hosted = try HostedContexts(documents: broker, next: contexts)
        let cache = ContextCache(loader: hosted)
        try hosted.restoreCopies(into: cache)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.instanceLimit = temporalInstances
        history =
            keepsHistory
            ? try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration) : nil
        var services = BrokerServices(
            provision: broker, consumption: broker, feed: broker, documents: broker, registry: broker.registry,
            contexts: cache)
        services.subscriptions = subscriptions
        services.notifications = notifications
        services.temporal = history
        services.historyPolicies = history
        services.entityMaps = EntityMapStore(consumption: broker, temporal: history)
        services.snapshots = try SnapshotStore(
            provision: broker, consumption: broker, temporal: history, documents: broker)
        services.hostedContexts = hosted
        services.tenants = TenantAdministration(
            names: { [broker] in broker.tenantNames }, forget: hosted.forgetTenant)
        services.airMaps = airMaps
        services.rules = rules
        services.entityTiles = entityTiles?.make(broker)
        services.imports = imports
        services.publicPages = publicPages
        let metrics = metrics
        let handler = NGSILDHandler(services: services, metrics: metrics, publicURL: publicURL) { request in
            request.path == "/health" ? HTTPAnswer(status: 200, contentType: "text/plain", body: Array("up".utf8)) : nil
        }
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        configuration.loops = 1
        configuration.shutdownSeconds = 2
        configure(&configuration)
        server = HTTPServer(
            configuration: configuration, handler: handler, authenticator: authenticator, metrics: metrics,
            logger: Logger(label: "test"))
        history?.start(feed: broker)
        port = try server.start()
    }

    deinit {
        server.shutdown()
        history?.stop()
        broker.stop()
    }

    /// A client, which keeps the broker alive.
    func client() throws -> TestClient { try TestClient(port: port, of: self) }
}

/// Makes the vector tiles of a broker.
struct TileFactory {
    let make: (any EntitySurvey) -> EntityTilePages
}

/// Contexts by URL; what is not there cannot be reached.
final class TestContexts: ContextDocumentLoader {
    private let documents = Mutex<[String: String]>([
        "http://example.org/vehicle.jsonld":
            #"{"@context":{"Vehicle":"http://example.org/Vehicle","speed":"http://example.org/speed"}}"#,
        "http://example.org/loop.jsonld": #"{"@context":["http://example.org/loop.jsonld"]}"#,
        "http://example.org/nojson.jsonld": "<html>",
    ])
    private let loads = Mutex(0)
    private let offline = Mutex(false)

    /// Whether nothing can be reached.
    var isOffline: Bool {
        get { offline.withLock { $0 } }
        set { offline.withLock { $0 = newValue } }
    }

    var loadCount: Int { loads.withLock { $0 } }

    func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
        loads.withLock { $0 += 1 }
        // On another thread, as a loader that goes to the network does.
        let document = isOffline ? nil : documents.withLock { $0[url] }
        Thread.run {
            completion(
                document.map { .success(LoadedContext(Array($0.utf8))) }
                    ?? .failure(.unreachable(url: url, reason: "no network")))
        }
    }
}

/// Runs a closure on a thread of its own.
enum Thread {
    static func run(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        pthread_create(
            &thread, nil,
            {
                Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body(); return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A blocking HTTP client on one connection.
final class TestClient {
    private let socket: Int32
    private let broker: TestBroker
    private var pending: [UInt8] = []

    struct Failure: Error {
        let reason: String
    }

    init(port: Int, of broker: TestBroker) throws {
        self.broker = broker
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) }
        }
        guard code == 0 else { throw Failure(reason: "connect: \(errno)") }
        // So that a test that waits for what never comes fails instead of hanging.
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(reason: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends the sending half.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// - Returns: `false` when the server has closed.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(reason: "recv: \(errno)") }
        pending += buffer[..<count]
        return count > 0
    }

    /// The text up to and with `end`.
    func text(through end: String) throws -> String {
        let pattern = Array(end.utf8)
        while true {
            if let start = pending.firstRange(of: pattern) {
                let text = String(decoding: pending[..<start.upperBound], as: UTF8.self)
                pending.removeFirst(start.upperBound)
                return text
            }
            guard try fill() else {
                throw Failure(reason: "closed after: \(String(decoding: pending.prefix(200), as: UTF8.self))")
            }
        }
    }

    /// The numbers that stand after each place of a mark, until there are so many. Quick enough for many megabytes.
    func numbers(after mark: String, count: Int) throws -> [Int] {
        let mark = Array(mark.utf8)
        var numbers: [Int] = []
        var searched = 0
        while numbers.count < count {
            let (number, end) = pending.withUnsafeBytes { Self.number(after: mark, in: $0, from: searched) }
            searched = end
            if let number {
                numbers.append(number)
            } else if try !fill() {
                throw Failure(reason: "closed after \(numbers.count) numbers")
            }
        }
        pending.removeFirst(searched)
        return numbers
    }

    /// - Returns: the next number, and where to go on.
    private static func number(
        after mark: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int
    ) -> (Int?, Int) {
        guard let base = bytes.baseAddress, let first = mark.first else { return (nil, start) }
        var start = start
        while let place = memchr(base + start, Int32(first), bytes.count - start) {
            start = UnsafeRawPointer(place) - base
            // Up to 20 digits and what ends them.
            guard start + mark.count + 21 <= bytes.count else { return (nil, start) }
            if memcmp(place, mark, mark.count) == 0 {
                let digits = bytes[(start + mark.count)...].prefix { (0x30...0x39).contains($0) }
                return (digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }, digits.endIndex)
            }
            start += 1
        }
        return (nil, bytes.count)
    }

    /// So many bytes.
    func bytes(_ count: Int) throws -> [UInt8] {
        while pending.count < count { guard try fill() else { throw Failure(reason: "closed in \(count) bytes") } }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    /// Reads the next answer.
    func answer(withoutBody: Bool = false) throws -> WireAnswer {
        let head = try text(through: "\r\n\r\n")
        let parsed = WireAnswer.parse(head)[0]
        let length = withoutBody ? 0 : Int(parsed.header("Content-Length") ?? "0") ?? 0
        while pending.count < length { guard try fill() else { throw Failure(reason: "closed in a body") } }
        let body = String(decoding: pending.prefix(length), as: UTF8.self)
        pending.removeFirst(length)
        return WireAnswer(status: parsed.status, headers: parsed.headers, body: body)
    }

    /// Whether the server has closed the connection.
    func isClosed() throws -> Bool { try pending.isEmpty && !fill() }

    /// Sends a request and reads its answer.
    ///
    /// - Parameter body: sent as JSON unless `headers` has a `Content-Type`.
    func request(_ method: String, _ target: String, _ headers: [String] = [], _ body: String? = nil) throws
        -> WireAnswer
    {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: broker.example\r\n"
        for header in headers { text += header + "\r\n" }
        if let body {
            if !headers.contains(where: { $0.hasPrefix("Content-Type:") }) {
                text += "Content-Type: application/json\r\n"
            }
            text += "Content-Length: \(body.utf8.count)\r\n"
        }
        try send(text + "\r\n" + (body ?? ""))
        return try answer(withoutBody: method == "HEAD")
    }

    func get(_ path: String, _ headers: String...) throws -> WireAnswer {
        try request("GET", "/ngsi-ld/v1" + path, headers)
    }

    func post(_ path: String, _ body: String, _ headers: String...) throws -> WireAnswer {
        try request("POST", "/ngsi-ld/v1" + path, headers, body)
    }
}

/// JSON in one spelling, so that two texts can be compared.
func canonical(_ text: String) -> String {
    guard let document = try? JSONDocument(parsing: text) else { return text }
    return canonical(document, document.root)
}

private func canonical(_ document: JSONDocument, _ node: JSONNode) -> String {
    switch document.kind(node) {
    case .object:
        let members = document.members(node).map { (document.string($0.key) ?? "", canonical(document, $0.value)) }
        return "{" + members.sorted { $0.0 < $1.0 }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    case .array: return "[" + document.elements(node).map { canonical(document, $0) }.joined(separator: ",") + "]"
    default: return document.text(node)
    }
}

extension WireAnswer {
    /// The end of the error type's URI, such as `ResourceNotFound`.
    var errorType: String? {
        guard let document = try? JSONDocument(parsing: body), let type = document.member(document.root, "type") else {
            return nil
        }
        return document.string(type)?.split(separator: "/").last.map(String.init)
    }

    var detail: String {
        guard let document = try? JSONDocument(parsing: body), let node = document.member(document.root, "detail")
        else { return "" }
        return document.string(node) ?? ""
    }

    func headers(named name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}
