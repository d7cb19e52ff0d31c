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
        /// Only its clients see it; implicit ones have none, since they come from requests alone.
        let tenant: String
        let createdAt: Timestamp
        /// A JSON object with the member `@context`.
        let body: [UInt8]
    }

    private struct State {
        var hosted: [String: Hosted] = [:]
        /// In the order of their creation; the oldest goes first.
        var implicit: [String] = []
    }

    static let path = "/ngsi-ld/v1/jsonldContexts/"
    private static let kind = "context"
    private static let countLimit = 1_000
    private static let implicitLimit = 256
    static let lengthLimit = 1 << 20

    private let documents: any DocumentKeeping
    private let next: any ContextDocumentLoader
    private let state: Mutex<State>

    /// - Parameter next: loads what is not hosted here.
    /// - Throws: when the store cannot be read.
    public init(documents: any DocumentKeeping, next: any ContextDocumentLoader) throws {
        self.documents = documents
        self.next = next
        var state = State()
        for document in try documents.documents(kind: Self.kind) {
            if let hosted = Self.read(document.body, document.tenant) { state.hosted[document.key] = hosted }
        }
        self.state = Mutex(state)
    }

    public func load(_ url: String, completion: @escaping @Sendable (Result<[UInt8], ContextError>) -> Void) {
        guard let id = Self.id(in: url), let hosted = self[id] else { return next.load(url, completion: completion) }
        completion(.success(hosted.body))
    }

    /// A hosted context, whatever its tenant: for URLs, which name it by an id that cannot be guessed.
    subscript(id: String) -> Hosted? { state.withLock { $0.hosted[id] } }

    /// All that is hosted for a tenant, the oldest first.
    func all(tenant: String) -> [(id: String, hosted: Hosted)] {
        state.withLock { $0.hosted.map { ($0.key, $0.value) } }
            .filter { $0.1.tenant == tenant || $0.1.kind == .implicitlyCreated }
            .map { (id: $0.0, hosted: $0.1) }
            .sorted { ($0.hosted.createdAt, $0.id) < ($1.hosted.createdAt, $1.id) }
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
        guard value.utf8.count <= Self.lengthLimit else {
            throw .badRequestData("The @context is longer than \(Self.lengthLimit) bytes; split it")
        }
        guard state.withLock({ $0.hosted.count - $0.implicit.count < Self.countLimit }) else {
            throw .insufficientStorage(
                "The broker hosts \(Self.countLimit) @contexts, which is all it takes; delete some")
        }
        let hosted = Hosted(kind: .hosted, tenant: tenant, createdAt: .now(), body: Self.body(value))
        let id = "urn:ngsi-ld:JSONLDContext:" + Self.randomName()
        documents.putDocument(
            kind: Self.kind, tenant: tenant, key: id, body: Self.stored(hosted), on: scheduler
        ) { [self] result in
            switch result {
            case .success:
                state.withLock { $0.hosted[id] = hosted }
                reply(.success(id))
            case .failure(let error): reply(.failure(Self.translate(error)))
            }
        }
    }

    /// Stops hosting a context.
    func remove(
        _ id: String, on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        let hosted = self[id]
        if hosted?.kind == .implicitlyCreated {
            state.withLock { state in
                state.hosted[id] = nil
                state.implicit.removeAll { $0 == id }
            }
            return reply(.success(()))
        }
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
        let id = "urn:ngsi-ld:JSONLDContext:implicit:" + context.identity.drop { $0 != ":" }.dropFirst()
        state.withLock { state in
            guard state.hosted[id] == nil else { return }
            state.hosted[id] = Hosted(
                kind: .implicitlyCreated, tenant: "", createdAt: .now(), body: Self.body(context.valueJSON))
            state.implicit.append(id)
            if state.implicit.count > Self.implicitLimit { state.hosted[state.implicit.removeFirst()] = nil }
        }
        return Self.path + PercentCoding.encode(id)
    }

    private static func translate(_ error: any Error) -> NGSILDError {
        (error as? NGSILDError) ?? .internalError("The @context cannot be stored now; try again")
    }

    // MARK: The stored form

    private static func body(_ value: String) -> [UInt8] { Array("{\"@context\":\(value)}".utf8) }

    private static func stored(_ hosted: Hosted) -> [UInt8] {
        var writer = ByteWriter(capacity: hosted.body.count + 64)
        writer.append("{\"createdAt\":")
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
        return Hosted(
            kind: .hosted, tenant: tenant, createdAt: createdAt, body: Array(document.text(body).utf8))
    }

    private static func randomName() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
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
