import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime
import Synchronization

/// The publications, kept as documents of the default tenant.
///
/// Invariant: changes are made one after the other, first in the store, then in memory, so that both end alike; but what is
/// taken back goes from memory first.
final class PublicationStore: Sendable {
    private static let kind = "publication"

    private struct State {
        var layers: [String: PublishedLayer] = [:]
        /// Documents that cannot be used, and why.
        var faulty: [String: String] = [:]
        var version: UInt64 = 0
    }

    private let documents: any DocumentKeeping
    private let context: TermContext
    private let limit: Int
    private let state: Mutex<State>
    private let turn = Turn()

    /// - Throws: when the store cannot be read.
    init(documents: any DocumentKeeping, context: TermContext, limit: Int) throws {
        self.documents = documents
        self.context = context
        self.limit = limit
        var state = State()
        for document in try documents.documents(kind: Self.kind) where document.tenant.isEmpty {
            do throws(NGSILDError) {
                let publication = try PublicationReader.read(document.body, id: document.key)
                state.version += 1
                state.layers[document.key] = try PublishedLayer(publication, version: state.version, context: context)
            } catch { state.faulty[document.key] = error.detail }
        }
        self.state = Mutex(state)
    }

    /// By id.
    var layers: [PublishedLayer] {
        state.withLock { $0.layers.values.sorted { $0.id < $1.id } }
    }

    var faulty: [(id: String, reason: String)] {
        state.withLock { $0.faulty.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    subscript(id: String) -> PublishedLayer? { state.withLock { $0.layers[id] } }

    /// Reads a publication without keeping it.
    func read(_ body: [UInt8], id: String) throws(NGSILDError) -> PublishedLayer {
        let version = state.withLock { state in
            state.version += 1
            return state.version
        }
        return try PublishedLayer(PublicationReader.read(body, id: id), version: version, context: context)
    }

    /// - Returns: whether it is new.
    func put(_ id: String, _ body: [UInt8]) async throws(NGSILDError) -> Bool {
        let layer = try read(body, id: id)
        return try await turn.run { () async throws(NGSILDError) in try await put(layer) }
    }

    private func put(_ layer: PublishedLayer) async throws(NGSILDError) -> Bool {
        let id = layer.id
        let isFull = state.withLock { $0.layers[id] == nil && $0.layers.count >= limit }
        guard !isFull else {
            throw .badRequestData("There are \(limit) publications, which is the limit; take one back first")
        }
        try await store(id, layer.publication.json)
        return state.withLock { state in
            state.faulty[id] = nil
            return state.layers.updateValue(layer, forKey: id) == nil
        }
    }

    /// Takes the layer back at once; a crash before that is durable brings it back, so the answer waits for it.
    func delete(_ id: String) async throws(NGSILDError) {
        guard forget(id) else { throw .resourceNotFound("There is no publication \(id.prefix(80))") }
        try await turn.run { () async throws(NGSILDError) in
            // One that was being published meanwhile is there by now.
            _ = forget(id)
            try await store(id, nil)
        }
    }

    private func forget(_ id: String) -> Bool {
        state.withLock { state in
            let wasThere = state.layers[id] != nil || state.faulty[id] != nil
            state.layers[id] = nil
            state.faulty[id] = nil
            return wasThere
        }
    }

    private func store(_ id: String, _ body: [UInt8]?) async throws(NGSILDError) {
        let result = await withCheckedContinuation { continuation in
            documents.putDocument(
                kind: Self.kind, tenant: "", key: id, body: body, on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        if case .failure = result { throw .internalError("The publication \(id) could not be stored; try again") }
    }
}
