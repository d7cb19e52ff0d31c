public import JSONLD

/// Fetches @context documents over HTTP, under the rules of an `OutgoingHTTP`.
///
/// Reads at most 1 MiB and follows at most three redirects, each of which is checked like a first request.
public final class ContextHTTPLoader: ContextDocumentLoader {
    private static let redirectLimit = 3

    private let http: OutgoingHTTP
    private let limit: Int

    /// - Parameter limit: bytes of a document, default 1 MiB.
    public init(http: OutgoingHTTP, limit: Int = 1 << 20) {
        self.http = http
        self.limit = limit
    }

    public func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
        // Ends by itself: every step of it has a time limit, and the cache bounds how many there are.
        Task { [http, limit] in completion(await ContextHTTPLoader.load(url, http, limit)) }
    }

    private static func load(_ url: String, _ http: OutgoingHTTP, _ limit: Int) async -> Result<
        LoadedContext, ContextError
    > {
        var place = url
        for _ in 0...redirectLimit {
            let response: OutgoingResponse
            do throws(OutgoingHTTPError) {
                response = try await http.request(
                    "GET", place, headers: [("Accept", "application/ld+json, application/json;q=0.9")],
                    response: .collect(limit: limit))
            } catch {
                return .failure(translate(error, url))
            }
            switch response.status {
            case 200..<300:
                return .success(LoadedContext(response.body, lifetime: CacheLifetime(response).duration))
            case 301, 302, 303, 307, 308:
                guard let location = response.header("Location"), let from = try? RequestURL(place) else {
                    return .failure(.status(url: url, code: response.status))
                }
                place = from.redirected(to: location)
            default: return .failure(.status(url: url, code: response.status))
            }
        }
        return .failure(.refused(url: url, reason: "it redirects more than \(redirectLimit) times"))
    }

    private static func translate(_ error: OutgoingHTTPError, _ url: String) -> ContextError {
        switch error {
        case .invalidURL(_, let reason), .refused(_, let reason): .refused(url: url, reason: reason)
        case .unreachable(_, let reason): .unreachable(url: url, reason: reason)
        case .timedOut: .unreachable(url: url, reason: "its server does not answer in time")
        case .tooLarge(_, let limit): .tooLarge(url: url, limit: limit)
        case .closed: .unreachable(url: url, reason: "Parvis is stopping")
        }
    }
}
