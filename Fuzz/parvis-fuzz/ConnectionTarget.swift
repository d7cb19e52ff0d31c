import JSONLD
import JSONTree
import Logging
import NGSILDModel
import NGSILDOperations
import NIOCore
import NIOEmbedded

@testable import NGSILDHTTP

/// What a client sends on a connection: request lines, header fields, bodies, pipelined or broken, to the whole NGSI-LD
/// binding. Only reading is carried out, so that every run finds the same city.
final class HTTPFuzz: FuzzTarget {
    private let city: FuzzCity
    private let state: ServerState
    private let metrics = HTTPMetrics()
    private var channels = 0
    private let eventLoop = EmbeddedEventLoop()
    private let loop: LoopState

    private struct Reading: HTTPRequestHandler {
        let binding: NGSILDHandler

        func handle(_ request: HTTPRequest) {
            let isQuery = request.method == .POST && request.path.hasSuffix("/query")
            if request.method == .GET || request.method == .HEAD || request.method == .OPTIONS || isQuery,
                !request.path.hasPrefix("/console")
            {
                binding.handle(request)
            } else {
                _ = request.bodyBytes
                request.answer(HTTPAnswer(status: 204))
            }
        }
    }

    private struct NoLoader: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(.failure(.unreachable(url: url, reason: "no network")))
        }
    }

    init() throws {
        city = try FuzzCity()
        let services = BrokerServices(
            provision: city.broker, consumption: city.broker, feed: city.broker, documents: city.broker,
            registry: city.broker.registry, contexts: ContextCache(loader: NoLoader()))
        var configuration = HTTPServer.Configuration()
        configuration.loops = 1
        // Rounds of this loop do not end.
        configuration.lagMilliseconds = 1_000_000_000
        let handler = Reading(binding: NGSILDHandler(services: services, metrics: metrics) { _ in nil })
        var logger = Logger(label: "fuzz")
        logger.logLevel = .critical
        state = ServerState(configuration: configuration, handler: handler, metrics: metrics, logger: logger)
        loop = LoopState(loop: eventLoop, state: state)
    }

    func run(_ input: [UInt8]) {
        let channel = EmbeddedChannel(loop: eventLoop)
        guard (try? HTTPConnection.install(in: channel, state: state, loop: loop)) != nil,
            let address = try? SocketAddress(ipAddress: "127.0.0.1", port: 1),
            (try? channel.connect(to: address).wait()) != nil
        else { return }
        // In two reads, so that heads and bodies come in pieces.
        let half = input.count / 2
        for part in [input[..<half], input[half...]] where channel.isActive && !part.isEmpty {
            _ = try? channel.writeInbound(ByteBuffer(bytes: part))
            loop.flushTouched()
            eventLoop.run()
        }
        var answers = 0
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) { answers += buffer.readableBytes }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        eventLoop.run()
    }
}
