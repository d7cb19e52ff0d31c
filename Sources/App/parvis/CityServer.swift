import BrokerCore
import BrokerStorage
import CityConsole
import InMemoryStorage
import JSONLD
import JSONTree
import Logging
import NGSILDHTTP
import NGSILDModel
import NGSILDOperations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Parvis as it runs: what is wired to what. Everything that a running process holds is made here.
final class CityServer: Sendable {
    let settings: Settings
    let broker: Broker
    let port: Int
    private let storage: any BrokerStorage
    private let http: HTTPServer
    private let logger: Logger

    /// Opens the store, loads the city and listens.
    init(_ settings: Settings, logger: Logger, placeName: String = "Parvis") throws {
        self.settings = settings
        self.logger = logger
        storage = InMemoryStorage()
        var configuration = Broker.Configuration()
        configuration.onStorageFailure = { error in logger.error("A commit failed", metadata: ["error": "\(error)"]) }
        broker = try Broker(storage: storage, configuration: configuration)
        let contexts = ContextCache(loader: NoLoader())
        let services = BrokerServices(
            provision: broker, consumption: broker, feed: broker, documents: broker, subscriptions: nil,
            registry: broker.registry, contexts: contexts)
        let metrics = HTTPMetrics()
        let console = CityConsole(.init(assetsDirectory: settings.assets, placeName: placeName))
        let pages = OperatorPages(console: console, broker: broker, metrics: metrics)
        let handler = NGSILDHandler(services: services, metrics: metrics) { pages.answer($0) }
        var httpConfiguration = HTTPServer.Configuration()
        httpConfiguration.host = settings.host
        httpConfiguration.port = settings.port
        http = HTTPServer(configuration: httpConfiguration, handler: handler, metrics: metrics, logger: logger)
        port = try http.start()
    }

    var url: String { "http://\(settings.host == "0.0.0.0" || settings.host == "::" ? "localhost" : settings.host):\(port)" }

    /// Answers what is under way, makes the last commit durable, closes.
    func stop() {
        http.shutdown()
        broker.stop()
        storage.close()
    }
}

struct NoLoader: ContextDocumentLoader {
    func load(_ url: String, completion: @escaping @Sendable (Result<[UInt8], ContextError>) -> Void) {
        completion(.failure(.unreachable(url: url, reason: "not wired")))
    }
}
