import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization

/// Copies of the remote @contexts that were fetched, in the broker's store, so that a restart without a network does not
/// take them away.
///
/// Invariants:
/// 1. At most `countLimit` copies and `byteLimit` bytes are kept; the one that was fetched first goes first.
/// 2. A copy that cannot be stored is not missed: the cache in memory has the document all the same.
final class ContextCopies: Sendable {
    private struct Copy {
        let url: String
        let digest: Int
        let length: Int
    }

    private static let kind = "cachedContext"
    private static let countLimit = 512
    private static let byteLimit = 32 << 20

    private let documents: any DocumentKeeping
    /// In the order of their fetching.
    private let copies = Mutex<[Copy]>([])

    init(documents: any DocumentKeeping) { self.documents = documents }

    /// Puts the copies of an earlier run into a cache. One that is no context any more is passed over.
    func restore(into cache: ContextCache) throws {
        for document in try documents.documents(kind: Self.kind) {
            copies.withLock { $0.append(Self.copy(document.key, document.body)) }
            try? cache.restore(document.key, document.body)
        }
    }

    /// Keeps a copy of what was fetched, if it is a document that holds a context.
    func keep(_ url: String, _ bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes), document.member(document.root, "@context") != nil else {
            return
        }
        let copy = Self.copy(url, bytes)
        let dropped: [String]? = copies.withLock { copies in
            if copies.contains(where: { $0.url == url && $0.digest == copy.digest }) { return nil }
            copies.removeAll { $0.url == url }
            copies.append(copy)
            var dropped: [String] = []
            while copies.count > Self.countLimit || copies.reduce(0, { $0 + $1.length }) > Self.byteLimit {
                dropped.append(copies.removeFirst().url)
            }
            return dropped
        }
        guard let dropped else { return }
        put(url, bytes)
        for url in dropped { put(url, nil) }
    }

    /// Forgets a copy.
    func remove(_ url: String) {
        let isKept = copies.withLock { copies in
            defer { copies.removeAll { $0.url == url } }
            return copies.contains { $0.url == url }
        }
        if isKept { put(url, nil) }
    }

    private func put(_ url: String, _ bytes: [UInt8]?) {
        // Invariant 2: nobody waits for it.
        documents.putDocument(kind: Self.kind, tenant: "", key: url, body: bytes, on: ImmediateReplyScheduler()) { _ in
        }
    }

    private static func copy(_ url: String, _ bytes: [UInt8]) -> Copy {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return Copy(url: url, digest: hasher.finalize(), length: bytes.count)
    }
}
