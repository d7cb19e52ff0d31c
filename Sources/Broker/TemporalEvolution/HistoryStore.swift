public import BrokerCore
import BrokerStorage
import Dispatch
import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Keeps the history of every attribute: follows the changes, gathers samples in tails, writes them in chunks, and
/// reads them back.
///
/// Invariants:
/// 1. Chunks of a series never overlap; all writing of chunks happens on `queue`, one piece of work after the other.
/// 2. Two locks: `tails`, then `pending`. The committer takes only `pending`, for the time of an append.
/// 3. A reader takes in what is pending before it reads, then reads tails before the store, so it sees every change
///    that was acknowledged before it began.
/// 4. The cursor is stored in or after the commit that holds the samples it vouches for.
public final class HistoryStore: Sendable {
    let keeping: any HistoryKeeping
    let entities: any EntityConsumption
    let configuration: HistoryConfiguration
    let directory: TemporalDirectory
    let tails = Mutex(SeriesTails())
    let pending = Mutex(PendingChanges())
    let jobs = Mutex(WaitingJobs())
    /// Where chunks are written.
    let queue = DispatchQueue(label: "parvis.history")
    /// Where chunks are read for answers.
    let readers = DispatchQueue(label: "parvis.history.read", attributes: .concurrent)
    let waitingReads = Atomic<Int>(0)
    let progress = Mutex(Progress())
    private let follower = Mutex<ChangeFollower?>(nil)

    struct PendingChanges {
        var changes: [EntityChange] = []
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
        directory = TemporalDirectory(documents: try keeping.storage.documents(kind: TemporalDirectory.kind))
        let cursor = try keeping.storage.documents(kind: Self.cursorKind).first.flatMap { Self.decodeCursor($0.body) }
        progress.withLock { $0.storedCursor = cursor ?? 0 }
        tails.withLock { $0.start(at: cursor ?? 0) }
    }

    static func encodeCursor(_ sequence: UInt64) -> [UInt8] { Array(String(sequence).utf8) }

    static func decodeCursor(_ body: [UInt8]) -> UInt64? { UInt64(String(decoding: body, as: UTF8.self)) }

    /// Follows the changes from now on, and takes in those since the last run from the change record.
    public func start(feed: any ChangeFeed) {
        guard configuration.isRecording else { return }
        // Nothing is taken from the feed before the record has been read up to where the following began.
        pending.withLock { $0.isMissing = true }
        let following = feed.follow { [weak self] changes in self?.record(changes) }
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

    /// Writes everything that waits into chunks and ends the following. Call it before the broker stops.
    public func stop() {
        let following = follower.withLock { follower in
            defer { follower = nil }
            return follower
        }
        following?.cancel()
        flush()
    }

    /// Forgets the samples of a tenant that was deleted, so that none come up in a new tenant of its name.
    public func forgetTenant(_ name: String) {
        tails.withLock { tails in
            pending.withLock { pending in pending.changes.removeAll { $0.tenant == name } }
            tails.remove(tenant: name)
        }
        directory.remove(tenant: name)
    }

    /// Writes all tails into chunks and waits until they are durable, or refused.
    public func flush() { queue.sync { flushRound(everything: true) } }

    /// What the recorder has done, for metrics.
    public var statistics: HistoryStatistics {
        var result = HistoryStatistics()
        progress.withLock { progress in
            result.writtenSamples = progress.writtenSamples
            result.writtenChunks = progress.writtenChunks
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
    /// Samples in memory that wait for a chunk.
    public var tailSamples = 0
    public var pendingChanges = 0
    /// Everything up to this change is in chunks.
    public var cursor: UInt64 = 0
}
