import AccessKeeping
import AccessPolicies
import BrokerCore
import Foundation
import InMemoryStorage
import Logging
import NGSILDHTTP
import NGSILDModel

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@testable import AccessHTTP

/// A server that asks who one is, and answers everything else with the id of who that was.
final class AccessServer: Sendable {
    let keeper: AccessKeeper
    let port: Int
    private let broker: Broker
    private let http: HTTPServer

    /// - Parameter now: the time that keys expire by.
    init(
        isOpen: Bool = false, publicURL: String? = nil, provider: ProviderSignIn? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) throws {
        let broker = try Broker(storage: InMemoryStorage())
        self.broker = broker
        var configuration = AccessKeeper.Configuration()
        configuration.now = now
        configuration.passwordCost = PasswordHash.Cost(kibibytes: 64, passes: 1)
        keeper = try AccessKeeper(documents: broker, configuration: configuration) { policies, earlier in
            PolicyBook(policies, registry: broker.registry, earlier: earlier)
        }
        var access = AccessAuthenticator.Configuration()
        access.isOpen = isOpen
        access.publicURL = publicURL
        let authenticator = AccessAuthenticator(
            keeper: keeper, tokens: nil, provider: provider, configuration: access)
        var server = HTTPServer.Configuration()
        server.port = 0
        http = HTTPServer(
            configuration: server, handler: AccessPages(authenticator: authenticator, next: Echo()),
            authenticator: authenticator, metrics: HTTPMetrics(), logger: Logger(label: "test"))
        port = try http.start()
    }

    func stop() {
        http.shutdown()
        broker.stop()
    }

    /// The page that a browser has from this server.
    var origin: String { "http://127.0.0.1:\(port)" }

    /// A client that keeps one connection open.
    static func oneConnection() -> URLSession {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.httpMaximumConnectionsPerHost = 1
        return URLSession(configuration: configuration)
    }

    /// - Parameter client: `nil`: one of its own.
    func ask(
        _ method: String, _ path: String, _ json: String? = nil, _ headers: [String: String] = [:],
        by client: URLSession? = nil
    ) async throws -> (status: Int, body: String, headers: [String: String]) {
        var request = URLRequest(url: URL(string: origin + path)!)
        request.httpMethod = method
        if let json {
            request.httpBody = Data(json.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let session = client ?? Self.oneConnection()
        defer { if client == nil { session.finishTasksAndInvalidate() } }
        let (data, response) = try await session.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        let fields = response.allHeaderFields.map {
            (String(describing: $0.key).lowercased(), String(describing: $0.value))
        }
        return (response.statusCode, String(decoding: data, as: UTF8.self), Dictionary(fields) { $1 })
    }

    private struct Echo: HTTPRequestHandler {
        func handle(_ request: HTTPRequest) {
            request.answer(HTTPAnswer(status: 200, contentType: "text/plain", body: Array(request.caller.id.utf8)))
        }
    }
}
