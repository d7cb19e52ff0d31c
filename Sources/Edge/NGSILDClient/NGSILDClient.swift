import JSONTree

/// Speaks to an NGSI-LD broker over HTTP: what the importer, the sample city and tests need of it.
///
/// A broker that answers 503 or 429 is asked again after the time in its Retry-After, or else after a pause that
/// doubles from 0.25 s, as often as `retries` says. Other failures are the caller's to judge.
public struct NGSILDClient: Sendable {
    /// How a client speaks to its broker.
    public struct Configuration: Sendable {
        /// Empty for the default tenant.
        public var tenant = ""
        /// An API key or a token that is shown with each request; `nil`: none.
        public var key: String?
        /// The URL of the @context that names in requests and answers are under; `nil`: in the bodies, or the core one.
        public var contextURL: String?
        /// How often a broker that is overloaded is asked again, default 8.
        public var retries = 8
        /// The longest pause before asking again, default 30 s.
        public var longestPause = Duration.seconds(30)
        /// Bytes of an answer, default 64 MiB.
        public var maximumResponseBytes = 64 << 20
        /// How pauses are made; tests pass one that returns at once.
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

        public init() {}
    }

    public let configuration: Configuration
    /// Ends with `/ngsi-ld/v1/`.
    let base: String
    let http: OutgoingHTTP

    /// - Parameter broker: `http://HOST:PORT`, with or without `/ngsi-ld/v1`.
    /// - Throws: `.invalidURL`.
    public init(
        _ broker: String, http: OutgoingHTTP, configuration: Configuration = Configuration()
    ) throws(OutgoingHTTPError) {
        _ = try RequestURL(broker)
        var base = broker
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base.hasSuffix("/ngsi-ld/v1") ? base + "/" : base + "/ngsi-ld/v1/"
        self.http = http
        self.configuration = configuration
    }

    /// The same broker under another tenant; empty for the default one.
    public func under(tenant: String) -> NGSILDClient {
        var other = configuration
        other.tenant = tenant
        return NGSILDClient(base: base, http: http, configuration: other)
    }

    private init(base: String, http: OutgoingHTTP, configuration: Configuration) {
        self.base = base
        self.http = http
        self.configuration = configuration
    }

    /// 5.6.1
    public func createEntity(_ body: [UInt8]) async throws(NGSILDClientError) {
        _ = try await expect(201, "POST", "entities", body: body)
    }

    /// 5.7.1
    ///
    /// - Returns: the entity as JSON.
    public func retrieveEntity(
        _ id: String, parameters: [(name: String, value: String)] = []
    ) async throws(NGSILDClientError) -> [UInt8] {
        try await expect(200, "GET", "entities/" + PercentCoding.encode(id) + NGSILDClient.query(parameters)).body
    }

    /// 5.7.2
    ///
    /// - Returns: the page as a JSON array, and the total when `count` is among the parameters.
    public func queryEntities(
        _ parameters: [(name: String, value: String)]
    ) async throws(NGSILDClientError) -> (body: [UInt8], total: Int?) {
        let response = try await expect(200, "GET", "entities" + NGSILDClient.query(parameters))
        return (response.body, response.header("NGSILD-Results-Count").flatMap { Int($0) })
    }

    /// 5.6.6
    public func deleteEntity(_ id: String) async throws(NGSILDClientError) {
        _ = try await expect(204, "DELETE", "entities/" + PercentCoding.encode(id))
    }

    /// 5.6.17
    public func mergeEntity(_ id: String, _ fragment: [UInt8]) async throws(NGSILDClientError) {
        _ = try await expect(204, "PATCH", "entities/" + PercentCoding.encode(id), body: fragment)
    }

    /// 5.8.1
    ///
    /// - Returns: the id of the subscription.
    public func createSubscription(_ body: [UInt8]) async throws(NGSILDClientError) -> String {
        let response = try await expect(201, "POST", "subscriptions", body: body)
        return response.header("Location").flatMap { $0.split(separator: "/").last.map(String.init) } ?? ""
    }

    /// 5.6.11
    public func upsertTemporalEvolution(_ body: [UInt8]) async throws(NGSILDClientError) {
        _ = try await expect(201, "POST", "temporal/entities", body: body)
    }

    func expect(
        _ status: Int, _ method: String, _ path: String, body: [UInt8]? = nil, accept: String = "application/json"
    ) async throws(NGSILDClientError) -> OutgoingResponse {
        let response = try await send(method, path, body: body, accept: accept)
        guard response.status == status || (200..<300).contains(response.status) else {
            throw NGSILDClientError(response)
        }
        return response
    }

    /// Sends a request as often as an overloaded broker makes necessary.
    func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, accept: String = "application/json"
    ) async throws(NGSILDClientError) -> OutgoingResponse {
        var pause = Duration.milliseconds(250)
        var attempt = 0
        while true {
            let response: OutgoingResponse
            do throws(OutgoingHTTPError) {
                response = try await http.request(
                    method, base + path, headers: headers(for: body, accept: accept), body: body,
                    response: .collect(limit: configuration.maximumResponseBytes))
            } catch {
                throw .noAnswer(error)
            }
            guard response.status == 503 || response.status == 429, attempt < configuration.retries else {
                return response
            }
            let asked = response.header("Retry-After").flatMap { Int($0) }.map { Duration.seconds(max(0, $0)) }
            do { try await configuration.sleep(min(asked ?? pause, configuration.longestPause)) } catch {
                throw .noAnswer(.closed)
            }
            pause *= 2
            attempt += 1
        }
    }

    private func headers(for body: [UInt8]?, accept: String) -> [(name: String, value: String)] {
        var headers = [("Accept", accept)]
        if let body {
            let holdsContext = configuration.contextURL == nil && NGSILDClient.holdsContext(body)
            headers.append(("Content-Type", holdsContext ? "application/ld+json" : "application/json"))
        }
        if let url = configuration.contextURL {
            headers.append(
                ("Link", "<\(url)>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""))
        }
        if let key = configuration.key { headers.append(("Authorization", "Bearer \(key)")) }
        if !configuration.tenant.isEmpty { headers.append(("NGSILD-Tenant", configuration.tenant)) }
        return headers
    }

    /// Whether a body brings an @context of its own, which makes it JSON-LD (clause 6.3.5).
    private static func holdsContext(_ body: [UInt8]) -> Bool {
        let key = Array("\"@context\"".utf8)
        var rest = body[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "@")) {
            if start > body.startIndex, body[(start - 1)...].starts(with: key) { return true }
            rest = body[(start + 1)...]
        }
        return false
    }

    static func query(_ parameters: [(name: String, value: String)]) -> String {
        if parameters.isEmpty { return "" }
        let pairs = parameters.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
        return "?" + pairs.joined(separator: "&")
    }
}
