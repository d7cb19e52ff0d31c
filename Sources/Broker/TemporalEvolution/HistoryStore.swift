public import BrokerCore
import BrokerStorage
import Dispatch
import NGSILDModel
public import NGSILDOperations
import Synchronization
import WorkThreads

/// Keeps the history of every attribute: follows the changes, gathers what they take from the present in tails, writes
/// it in chunks, and reads it back together with the present.
///
/// Invariants:
/// 1. Chunks of a series never overlap; all writing of chunks happens on `queue`, one piece of work after the other.
/// 2. Locks are taken in the order `tails`, `pending`, those of the directory and `settled`; none of them for long: the
///    committer takes them too.
/// 3. What a change takes from the present is pending before anyone sees the state without it. A reader takes the
///    present first, then takes in what is pending, then reads tails, then the store: so it finds every value that was
///    acknowledged before it began.
/// 4. The cursor is stored after the samples it vouches for. What came after it is in the change record.
public final class HistoryStore: Sendable {
    let keeping: any HistoryKeeping
    let entities: any EntityConsumption
    let configuration: HistoryConfiguration
    let directory: TemporalDirectory
    /// What the scope is known by; `nil` where the store has no room for the name, and then scopes have no history.
    let scopeTerm: TermID?
    let tails: Mutex<SeriesTails>
    let pending = Mutex(PendingChanges())
    let jobs = Mutex(WaitingJobs())
    let settled: Mutex<SettledEntities>
    let policyTable = Mutex<[String: HistoryPolicy]>([:])
    let sweep = Mutex(RetentionSweep())
    /// Where chunks are written.
    let queue = DispatchQueue(label: "parvis.history")
    /// Where chunks are read for answers.
    let readers = WorkThreads(width: max(4, 2 * WorkThreads.cores), limit: 512)
    private let isStopping = Atomic<Bool>(false)
    let progress = Mutex(Progress())
    private let follower = Mutex<ChangeFollower?>(nil)

    struct PendingChanges {
        var changes: [EntityChange] = []
        /// The last change that was told of, with or without anything to keep.
        var taken: UInt64 = 0
        /// Set at the start and when changes come faster than they are taken in: then nothing is appended, and the
        /// change record gives what is missing, through the number.
        var isMissing = false
        var missingThrough: UInt64 = 0
        var isScheduled = false
        var isUrgent = false
    }

    /// Where the recorder stands in the store; touched on `queue` only, but for reading.
    struct Progress {
        var storedCursor: UInt64 = 0
        var prunedThrough: UInt64 = 0
        var writtenSamples = 0
        var writtenChunks = 0
        var rolledSamples = 0
        var nextSweep = Timestamp(microseconds: 0)
    }

    static let cursorKind = "history-cursor"

    /// - Parameters:
    ///   - keeping: the broker.
    ///   - entities: the broker's current state.
    /// - Throws: `StorageError` when the store cannot be read.
    public init(
        keeping: any HistoryKeeping, entities: any EntityConsumption,
        configuration: HistoryConfiguration = HistoryConfiguration()
    ) throws {
        self.keeping = keeping
        self.entities = entities
        self.configuration = configuration
        directory = TemporalDirectory(storage: keeping.storage)
        settled = Mutex(SettledEntities(documents: try keeping.storage.documents(kind: SettledEntities.kind)))
        scopeTerm = try? keeping.registry.id(for: EntityRecord.scopeIRI)
        tails = Mutex(SeriesTails(length: configuration.tailLength, scope: scopeTerm))
        var cursor = try keeping.storage.documents(kind: Self.cursorKind).first.flatMap { Self.decodeCursor($0.body) }
        if cursor == nil {
            // The history begins here, and says so before anything can change.
            let now = try keeping.storage.lastSequence()
            cursor = now
            let document = DocumentWrite(
                kind: Self.cursorKind, tenant: "", key: "recorder", body: Self.encodeCursor(now))
            do { try commit([], [document]) } catch {
                configuration.onFailure("The recorder's place could not be written: \(error)")
            }
        }
        progress.withLock { $0.storedCursor = cursor ?? 0 }
        tails.withLock { $0.start(at: cursor ?? 0) }
        for document in try keeping.storage.documents(kind: PolicyDocument.kind) {
            policyTable.withLock { $0[document.key] = PolicyDocument.read(document) }
        }
        try applyPolicies()
    }

    static func encodeCursor(_ sequence: UInt64) -> [UInt8] { Array(String(sequence).utf8) }

    static func decodeCursor(_ body: [UInt8]) -> UInt64? { UInt64(String(decoding: body, as: UTF8.self)) }

    /// Follows the changes from now on, and takes in those since the last run from the change record.
    public func start(feed: any ChangeFeed) {
        // Nothing is taken from the feed before the record has been read up to where the following began.
        pending.withLock { $0.isMissing = true }
        let following = keeping.followAhead { [weak self] changes in self?.record(changes) }
        follower.withLock { $0 = following }
        let last = feed.lastSequence
        let absorbed = tails.withLock { $0.absorbed }
        pending.withLock { pending in
            pending.missingThrough = max(pending.missingThrough, last)
            // Where nothing happened since the last run, the feed is enough from the first change on.
            if pending.missingThrough <= absorbed { pending.isMissing = false }
        }
        schedule(urgent: true)
    }

    /// Ends the following, and refuses the requests that are under way. Tails that are quickly written go into chunks; the
    /// change record has the others. Call it before the broker stops.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        let following = follower.withLock { follower in
            defer { follower = nil }
            return follower
        }
        following?.cancel()
        readers.waitUntilIdle()
        queue.sync {
            absorb()
            if tails.withLock({ $0.tailCount }) <= Self.quickCount { writeTails(.everything) }
            storeCursor()
        }
    }

    private static let quickCount = 5_000

    /// What takes long asks this now and then, so that a stop need not wait for it. Costs a nanosecond.
    ///
    /// - Throws: `unavailable` from the beginning of `stop` on.
    func refuseWhileStopping() throws(NGSILDError) {
        if isStopping.load(ordering: .relaxed) { throw .unavailable("Parvis is stopping") }
    }

    /// Whether changes are followed: from `start` to `stop`.
    var isFollowing: Bool { follower.withLock { $0 != nil } }

    /// Forgets the samples of a tenant that was deleted, so that none come up in a new tenant of its name.
    public func forgetTenant(_ name: String) {
        tails.withLock { tails in
            pending.withLock { pending in pending.changes.removeAll { $0.tenant == name } }
            tails.remove(tenant: name)
        }
        directory.remove(tenant: name)
        settled.withLock { $0.remove(tenant: name) }
    }

    /// Writes all tails into chunks and waits until they are durable, or refused.
    public func flush() {
        queue.sync {
            replayMissing()
            writeTails(.everything)
            storeCursor()
        }
    }

    /// What the recorder has done, for metrics.
    public var statistics: HistoryStatistics {
        var result = HistoryStatistics()
        progress.withLock { progress in
            result.writtenSamples = progress.writtenSamples
            result.writtenChunks = progress.writtenChunks
            result.rolledSamples = progress.rolledSamples
            result.cursor = progress.storedCursor
        }
        result.tailSamples = tails.withLock { $0.sampleCount }
        result.pendingChanges = pending.withLock { $0.changes.count }
        return result
    }
}

/// What a history store has done since its start.
public struct HistoryStatistics: Sendable {
    public var writtenSamples = 0
    public var writtenChunks = 0
    /// Samples, or periods, that retention took out, be it into longer periods or for good.
    public var rolledSamples = 0
    /// Samples in memory that wait for a chunk.
    public var tailSamples = 0
    public var pendingChanges = 0
    /// Everything up to this change is in chunks.
    public var cursor: UInt64 = 0
}
