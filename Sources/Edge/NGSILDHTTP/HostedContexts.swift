public import JSONLD
import JSONTree
import NGSILDModel
public import NGSILDOperations
import Synchronization

/// The @contexts that the broker hosts for its clients, and the loader that finds them.
///
/// Put it between the context cache and the loader that goes to the network: a URL below `/ngsi-ld/v1/jsonldContexts/`
/// with the id of a hosted context is answered from here, whatever host it names, so that nothing is fetched from
/// oneself.
///
/// - Source: CIM 009 clause 5.13.
public final class HostedContexts: ContextDocumentLoader {
    /// What the broker serves under `/ngsi-ld/v1/jsonldContexts/{id}`.
    struct Hosted: Sendable {
        enum Kind: String, Sendable { case hosted = "Hosted", implicitlyCreated = "ImplicitlyCreated" }
        let kind: Kind
        /// Only its clients see it.
        let tenant: String
        let createdAt: Timestamp
        /// A JSON object with the member `@context`.
        let body: [UInt8]
    }

    private struct State {
        var hosted: [String: Hosted] = [:]
        /// Those that only an answer's Link header names: not stored, and the oldest goes first.
        var passing: [String] = []
    }

    static let path = "/ngsi-ld/v1/jsonldContexts/"
    private static let kind = "context"
    private static let countLimit = 1_000
    private static let passingLimit = 256
    static let lengthLimit = 1 << 20

    private let documents: any DocumentKeeping
    private let copies: ContextCopies
    private let next: any ContextDocumentLoader
    private let state: Mutex<State>

    /// - Parameter next: loads what is not hosted here.
    /// - Throws: when the store cannot be read.
    public init(documents: any DocumentKeeping, next: any ContextDocumentLoader) throws {
        self.documents = documents
        self.next = next
        copies = ContextCopies(documents: documents)
        var state = State()
        for document in try documents.documents(kind: Self.kind) {
            if let hosted = Self.read(document.body, document.tenant) { state.hosted[document.key] = hosted }
        }
        self.state = Mutex(state)
    }

    public func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
        if let id = Self.id(in: url), let hosted = self[id] { return completion(.success(LoadedContext(hosted.body))) }
        next.load(url) { [copies] result in
            if case .success(let loaded) = result { copies.keep(url, loaded.bytes) }
            completion(result)
        }
    }

    /// Puts copies of what was fetched in earlier runs into the cache that loads from here. Call it once.
    ///
    /// - Throws: when the store cannot be read.
    public func restoreCopies(into cache: ContextCache) throws { try copies.restore(into: cache) }

    /// Forgets the stored copy of a remote document.
    func removeCopy(of url: String) { copies.remove(url) }

    /// A hosted context, whatever its tenant: for URLs, which name it by an id that cannot be guessed.
    subscript(id: String) -> Hosted? { state.withLock { $0.hosted[id] } }

    /// All that is hosted for a tenant, the oldest first.
    func all(tenant: String) -> [(id: String, hosted: Hosted)] {
        state.withLock { $0.hosted.map { ($0.key, $0.value) } }
            .filter { $0.1.tenant == tenant }
            .map { (id: $0.0, hosted: $0.1) }
            .sorted { ($0.hosted.createdAt, $0.id) < ($1.hosted.createdAt, $1.id) }
    }

    /// What a tenant's client may have by its id: its own, and what answers have named, whose id is a digest of it.
    func visible(_ id: String, tenant: String) -> Hosted? {
        state.withLock { state in
            guard let hosted = state.hosted[id] else { return nil }
            return hosted.tenant == tenant || state.passing.contains(id) ? hosted : nil
        }
    }

    /// The id of the context that a URL names, if it is of the form that hosted contexts have.
    static func id(in url: String) -> String? {
        guard let range = url.range(of: path), !url[range.upperBound...].contains("/") else { return nil }
        var id = url[range.upperBound...]
        return id.withUTF8 { PercentCoding.decode($0, plusIsSpace: false) }
    }

    /// Forgets the contexts of a tenant that was deleted.
    public func forgetTenant(_ name: String) {
        state.withLock { state in
            state.hosted = state.hosted.filter { $0.value.tenant != name || $0.value.kind == .implicitlyCreated }
        }
    }

    // MARK: Changing

    /// Hosts a context.
    ///
    /// - Parameters:
    ///   - value: the value of the member `@context`, as JSON.
    ///   - tenant: for whom.
    ///   - reply: gets the new id, once it is durable.
    func add(
        _ value: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) throws(NGSILDError) {
        try checkRoom(value)
        let id = RandomURN.make("JSONLDContext")
        store(
            Hosted(kind: .hosted, tenant: tenant, createdAt: .now(), body: Self.body(value)), id, on: scheduler,
            reply: reply)
    }

    /// Hosts a context without a URL of its own that the broker will name in a client's place, as in notifications. The
    /// same context of the same tenant is hosted once, until it is deleted.
    ///
    /// - Parameter reply: gets the id, once it is durable.
    func add(
        implicit context: ResolvedContext, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) throws(NGSILDError) {
        let id =
            Self.implicitID(context) + (tenant.isEmpty ? "" : ":" + String(FNV1a.hash(tenant), radix: 16))
        let isStored = state.withLock { state in state.hosted[id] != nil && !state.passing.contains(id) }
        if isStored { return reply(.success(id)) }
        try checkRoom(context.valueJSON)
        store(
            Hosted(kind: .implicitlyCreated, tenant: tenant, createdAt: .now(), body: Self.body(context.valueJSON)), id,
            on: scheduler, reply: reply)
    }

    private func checkRoom(_ value: String) throws(NGSILDError) {
        guard value.utf8.count <= Self.lengthLimit else {
            throw .badRequestData("The @context is longer than \(Self.lengthLimit) bytes; split it")
        }
        guard state.withLock({ $0.hosted.count - $0.passing.count < Self.countLimit }) else {
            throw .insufficientStorage(
                "The broker hosts \(Self.countLimit) @contexts, which is all it takes; delete some")
        }
    }

    private func store(
        _ hosted: Hosted, _ id: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        documents.putDocument(
            kind: Self.kind, tenant: hosted.tenant, key: id, body: Self.stored(hosted), on: scheduler
        ) { [self] result in
            switch result {
            case .success:
                state.withLock { state in
                    state.hosted[id] = hosted
                    state.passing.removeAll { $0 == id }
                }
                reply(.success(id))
            case .failure(let error): reply(.failure(Self.translate(error)))
            }
        }
    }

    /// Stops hosting a context.
    func remove(
        _ id: String, on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        let (hosted, isPassing) = state.withLock { state in
            let isPassing = state.passing.contains(id)
            if isPassing {
                state.passing.removeAll { $0 == id }
                state.hosted[id] = nil
            }
            return (state.hosted[id], isPassing)
        }
        if isPassing { return reply(.success(())) }
        documents.putDocument(
            kind: Self.kind, tenant: hosted?.tenant ?? "", key: id, body: nil, on: scheduler
        ) { [self] result in
            switch result {
            case .success:
                state.withLock { $0.hosted[id] = nil }
                reply(.success(()))
            case .failure(let error): reply(.failure(Self.translate(error)))
            }
        }
    }

    /// Where a context that has no URL of its own can be had: relative to this server, for as long as it is among the
    /// newest.
    func url(forImplicit context: ResolvedContext) -> String {
        let id = Self.implicitID(context)
        state.withLock { state in
            guard state.hosted[id] == nil else { return }
            state.hosted[id] = Hosted(
                kind: .implicitlyCreated, tenant: "", createdAt: .now(), body: Self.body(context.valueJSON))
            state.passing.append(id)
            if state.passing.count > Self.passingLimit { state.hosted[state.passing.removeFirst()] = nil }
        }
        return Self.path + PercentCoding.encode(id)
    }

    private static func implicitID(_ context: ResolvedContext) -> String {
        "urn:ngsi-ld:JSONLDContext:implicit:" + context.identity.drop { $0 != ":" }.dropFirst()
    }

    private static func translate(_ error: any Error) -> NGSILDError {
        (error as? NGSILDError) ?? .internalError("The @context cannot be stored now; try again")
    }

    // MARK: The stored form

    private static func body(_ value: String) -> [UInt8] { Array("{\"@context\":\(value)}".utf8) }

    private static func stored(_ hosted: Hosted) -> [UInt8] {
        var writer = ByteWriter(capacity: hosted.body.count + 64)
        writer.append("{\"kind\":")
        writer.append(jsonString: hosted.kind.rawValue)
        writer.append(",\"createdAt\":")
        hosted.createdAt.append(quotedTo: &writer)
        writer.append(",\"document\":")
        writer.append(hosted.body)
        writer.append("}")
        return writer.array()
    }

    private static func read(_ bytes: [UInt8], _ tenant: String) -> Hosted? {
        guard let document = try? JSONDocument(parsing: bytes),
            let body = document.member(document.root, "document"),
            let text = document.member(document.root, "createdAt").flatMap({ document.string($0) }),
            let createdAt = Timestamp(text)
        else { return nil }
        let kind = document.member(document.root, "kind").flatMap { document.string($0) }.flatMap(Hosted.Kind.init)
        return Hosted(
            kind: kind ?? .hosted, tenant: tenant, createdAt: createdAt, body: Array(document.text(body).utf8))
    }
}

extension String {
    /// Where a text begins in this one. Foundation is not imported here.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while let found = self[start...].firstIndex(of: text.first ?? "/") {
            if self[found...].hasPrefix(text) { return found..<index(found, offsetBy: text.count) }
            start = index(after: found)
        }
        return nil
    }
}
