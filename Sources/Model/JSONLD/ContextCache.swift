public import JSONTree
import Synchronization

/// Turns the @contexts of requests into resolved ones, loading each remote document once.
///
/// Invariants:
/// 1. Nothing is loaded, parsed or called back while the lock is held.
/// 2. A remote document is loaded at most once at a time, and a context built at most once at a time; whoever asks
///    meanwhile waits for that.
/// 3. A resolved context is returned from the cache only while all documents it was built from are current.
/// 4. Every cache in it has limits of count and bytes; the least recently used goes first.
public final class ContextCache: Sendable {
    /// How much is kept and for how long. The defaults suit a city with some hundred contexts.
    public struct Configuration: Sendable {
        /// Remote documents kept, default 512.
        public var documentCount = 512
        /// Bytes of remote documents kept, default 32 MiB.
        public var documentBytes = 32 << 20
        /// Contexts kept ready, those named by one URL and those sent inline each, default 1,024.
        public var contextCount = 1_024
        /// Bytes of contexts kept ready (estimated), of each kind, default 32 MiB.
        public var contextBytes = 32 << 20
        /// Bytes of one remote document, default 1 MiB.
        public var documentLength = 1 << 20
        /// Documents loaded at the same time, default 64; more are refused with `.tooManyLoads`.
        public var loads = 64
        /// How long a remote document is used before it is loaded again when its server does not say, default 1 hour.
        /// If that fails, it stays in use.
        public var documentLifetime = Duration.seconds(3_600)
        /// The shortest and the longest lifetime that a server can give to a document, default 10 s to 7 days.
        public var lifetimes = Duration.seconds(10)...Duration.seconds(7 * 86_400)
        /// How long a failure is answered without a new attempt, default 5 s.
        public var failureLifetime = Duration.seconds(5)

        public init() {}
    }

    enum Key: Hashable, Sendable {
        case url(String)
        case inline(Bytes)
    }

    /// The bytes of an inline context as sent. Compared whole, so no client's context answers for another's.
    struct Bytes: Hashable, Sendable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// What came of building a context; also that it is not valid, since finding that out can cost as much.
    struct Outcome: Sendable {
        let result: Result<ResolvedContext, ContextError>
        /// The serial of each document it was built from.
        let origin: [String: UInt64]
        /// `nil` when it was built from no remote document.
        let expiry: Duration?
    }

    /// A remote document and the time from which on it is to be loaded again.
    struct Stored: Sendable {
        let document: ContextDocument
        let loadedAt: Duration
        var expiry: Duration
    }

    struct Failed: Sendable {
        let error: ContextError
        let expiry: Duration
    }

    typealias DocumentCompletion = @Sendable (Result<Stored, ContextError>) -> Void
    typealias ContextCompletion = @Sendable (Result<ResolvedContext, ContextError>) -> Void

    struct State {
        var documents: RecentlyUsed<String, Stored>
        var failures: RecentlyUsed<String, Failed>
        var named: RecentlyUsed<String, Outcome>
        var inline: RecentlyUsed<Bytes, Outcome>
        var loads: [String: [DocumentCompletion]] = [:]
        var resolutions: [Key: [ContextCompletion]] = [:]
        var serial: UInt64 = 0
        /// Grows when a document is replaced or removed; what was built from an older generation is not kept.
        var generation = 0
    }

    let loader: any ContextDocumentLoader
    let configuration: Configuration
    /// Time since the cache was made.
    let now: @Sendable () -> Duration
    let state: Mutex<State>

    /// An empty cache over a loader.
    ///
    /// - Parameter clock: What documents and failures age by.
    public init(
        loader: any ContextDocumentLoader, configuration: Configuration = Configuration(),
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        let start = clock.now
        self.loader = loader
        self.configuration = configuration
        self.now = { start.duration(to: clock.now) }
        self.state = Mutex(
            State(
                documents: .init(countLimit: configuration.documentCount, costLimit: configuration.documentBytes),
                failures: .init(countLimit: configuration.documentCount, costLimit: configuration.documentBytes),
                named: .init(countLimit: configuration.contextCount, costLimit: configuration.contextBytes),
                inline: .init(countLimit: configuration.contextCount, costLimit: configuration.contextBytes)))
    }

    /// The context at a URL, if it is ready. For the hot path: one lock and one look-up, no waiting.
    public func cached(_ url: String) -> ResolvedContext? {
        if case .success(let context) = ready(.url(url)) { return context }
        return nil
    }

    /// The context of a member `@context`, if it is ready or can be built from what is here.
    ///
    /// For the hot path: the same bytes cost one look-up, without reading them again.
    ///
    /// - Returns: `nil` when a document must be loaded first: call `resolve`.
    /// - Throws: `ContextError` when the context is not valid.
    public func resolveInline(_ document: JSONDocument, _ node: JSONNode) throws(ContextError) -> ResolvedContext? {
        let sent = sentKey(of: document, node)
        if let result = ready(sent) { return try result.get() }
        let source = ContextSource.value(document, node)
        let key = key(of: source)
        if key != sent, let result = ready(key, alsoAs: sent) { return try result.get() }
        let generation = state.withLock { $0.generation }
        var documents: [String: Stored] = [:]
        while true {
            let missing = try missingDocuments(for: source, among: documents)
            if missing.isEmpty { return try build(source, key, documents, generation).get() }
            guard let found = current(missing) else { return nil }
            for stored in found { documents[stored.document.url] = stored }
        }
    }

    /// The context for a source, loading what is missing.
    ///
    /// - Parameter completion: Called exactly once: before this returns when nothing must be loaded, or else on the
    ///   thread on which the loader completes.
    public func resolve(
        _ source: ContextSource,
        completion: @escaping @Sendable (Result<ResolvedContext, ContextError>) -> Void
    ) {
        let key = key(of: source)
        if let result = ready(key) { return completion(result) }
        let (isFirst, generation) = state.withLock { state in
            state.resolutions[key, default: []].append(completion)
            return (state.resolutions[key]?.count == 1, state.generation)
        }
        guard isFirst else { return }
        advance(source, documents: [:], generation) { [self] result in
            let waiting = state.withLock { $0.resolutions.removeValue(forKey: key) ?? [] }
            for completion in waiting { completion(result) }
        }
    }

    /// The context for a source, loading what is missing. Off the hot path; it is a suspension for each call.
    public func resolve(_ source: ContextSource) async throws(ContextError) -> ResolvedContext {
        let result = await withCheckedContinuation { continuation in
            resolve(source) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Puts in a copy of a document from an earlier run, so that it is at hand when its server is not.
    ///
    /// The copy is used at once, and loaded again in the background when it is used.
    ///
    /// - Throws: `ContextError` when the bytes hold no context.
    public func restore(_ url: String, _ bytes: [UInt8]) throws(ContextError) {
        var stored = try parse(LoadedContext(bytes), url)
        stored.expiry = now()
        state.withLock { state in if state.documents.peek(url) == nil { state.keep(stored) } }
    }

    /// Forgets a remote document and every context built from it.
    public func remove(_ url: String) {
        state.withLock { $0.forget(IRIReference.resolve(url, against: nil) ?? url) }
    }

    /// Loads a remote document again and puts it in the place of the present one (CIM 009 clause 5.13.5.4).
    ///
    /// - Parameter completion: Called exactly once. On failure what was cached stays in use.
    public func reload(_ url: String, completion: @escaping @Sendable (Result<ResolvedContext, ContextError>) -> Void) {
        guard let url = IRIReference.resolve(url, against: nil) else {
            return completion(.failure(.invalid(url: nil, ContextProblem.relativeReference(url).shortened)))
        }
        if CoreContext.isKnown(url) { return completion(.success(.core)) }
        loader.load(url) { [self] result in
            let stored: Stored
            do throws(ContextError) {
                stored = try parse(result.get(), url)
            } catch {
                return completion(.failure(error))
            }
            // Tried before it takes the old one's place, since a document can be JSON and still be no context.
            // No generation: the trial itself is not kept.
            advance(.url(url), documents: [url: stored], nil) { [self] trial in
                guard case .success = trial else { return completion(trial) }
                state.withLock { $0.replace(stored) }
                resolve(.url(url), completion: completion)
            }
        }
    }
}

extension ContextCache.State {
    mutating func outcome(_ key: ContextCache.Key, at now: Duration) -> ContextCache.Outcome? {
        let outcome =
            switch key {
            case .url(let url): named.use(url)
            case .inline(let bytes): inline.use(bytes)
            }
        guard let outcome else { return nil }
        if let expiry = outcome.expiry, expiry <= now { return nil }
        return outcome
    }

    mutating func keep(_ outcome: ContextCache.Outcome, for key: ContextCache.Key, size: Int) {
        switch key {
        case .url(let url): named.insert(outcome, for: url, cost: size + url.utf8.count)
        case .inline(let bytes): inline.insert(outcome, for: bytes, cost: size + bytes.bytes.count)
        }
    }

    mutating func forget(_ url: String) {
        documents.remove(url)
        failures.remove(url)
        named.removeAll { $1.origin[url] != nil }
        inline.removeAll { $1.origin[url] != nil }
        generation += 1
    }

    mutating func replace(_ stored: ContextCache.Stored) {
        forget(stored.document.url)
        keep(stored)
    }

    mutating func keep(_ stored: ContextCache.Stored) {
        // The tape of a document takes about as much memory as its text.
        documents.insert(stored, for: stored.document.url, cost: 2 * stored.document.json.bytes.count + 512)
    }
}
