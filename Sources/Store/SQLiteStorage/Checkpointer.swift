import BrokerStorage
import Synchronization

@preconcurrency import Dispatch

/// Moves pages from the write-ahead log into the database file, beside the committer.
///
/// States: *quiet* (the log is short), *scheduled* (it passed the trigger, a run waits or works), *closed*. `noteCommit`
/// goes from quiet to scheduled, the end of a run back.
///
/// A run copies the bulk without holding up anyone. Commits that came meanwhile are copied while the writer is held, a few
/// milliseconds, so that the next commit begins the log anew: only so it stays short under a load that never pauses.
///
/// Locks, in the order in which they may be held together: `connection`, the writer's (`gate`), `state`.
final class Checkpointer: Sendable {
    struct Limits: Sendable {
        /// A run starts when the log has this many pages.
        let triggerPages: Int
        /// The log's space is given back when no commit came for this long.
        let idle: Duration
    }

    private struct State {
        var trigger: Int
        var logPages = 0
        var commits: UInt64 = 0
        var isScheduled = false
        var isIdleWatched = false
        var isMakingRoom = false
        var isClosed = false
    }

    private let limits: Limits
    private let queue = DispatchQueue(label: "parvis.checkpoint", qos: .utility)
    private let state: Mutex<State>
    private let connection: Mutex<Connection?>
    private let gate: WriterGate
    private let onFailure: @Sendable (StorageError) -> Void

    /// - Parameter onFailure: told why the log could not be copied.
    init(
        _ connection: sending Connection, limits: Limits, gate: WriterGate,
        onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.limits = limits
        self.gate = gate
        self.onFailure = onFailure
        state = Mutex(State(trigger: limits.triggerPages))
        self.connection = Mutex(connection)
    }

    /// Tells how long the log is after a commit. Called with the writer held.
    func noteCommit(logPages: Int) {
        let (run, watch) = state.withLock { state in
            state.logPages = logPages
            state.commits += 1
            let run = logPages >= state.trigger && !state.isScheduled && !state.isClosed
            if run { state.isScheduled = true }
            let watch = !state.isIdleWatched && !state.isClosed
            if watch { state.isIdleWatched = true }
            return (run, watch)
        }
        if run { queue.async { [weak self] in self?.run() } }
        if watch { watchIdle(since: 0) }
    }

    /// Copies what is in the log, so that it begins anew.
    func run() {
        connection.withLock { connection in
            guard let connection else { return }
            // A full disk loses nothing: the pages stay in the log, and the next run tries again.
            let bulk = copied(connection, .passive)
            // When a reader holds an old state, the rest cannot be copied now; holding the writer would be in vain.
            var isDone = false
            if let bulk, bulk.copied == bulk.logged {
                gate.holding { isDone = copied(connection, .restart) != nil }
            }
            state.withLock { state in
                state.isScheduled = false
                state.trigger = isDone ? limits.triggerPages : state.logPages + limits.triggerPages / 2
            }
        }
    }

    /// Copies the log and gives its space back, beside the commits: the disk is full, and what the log holds twice is room.
    func makeRoom() {
        let run = state.withLock { state in
            defer { state.isMakingRoom = true }
            return !state.isMakingRoom && !state.isClosed
        }
        guard run else { return }
        queue.async { [weak self] in
            self?.truncate()
            self?.state.withLock { $0.isMakingRoom = false }
        }
    }

    private func copied(_ connection: Connection, _ kind: Connection.Checkpoint) -> (logged: Int, copied: Int)? {
        do throws(StorageError) { return try connection.checkpoint(kind) } catch {
            onFailure(error)
            return nil
        }
    }

    /// Looks again after a while; when no commit came, empties the log and gives its space back.
    private func watchIdle(since commits: UInt64) {
        queue.asyncAfter(deadline: .now() + limits.idle.seconds) { [weak self] in
            guard let self else { return }
            let now = state.withLock { state in
                if state.commits == commits { state.isIdleWatched = false }
                return state.isClosed ? nil : state.commits
            }
            guard let now else { return }
            if now == commits { truncate() } else { watchIdle(since: now) }
        }
    }

    /// Waits for the runs that are scheduled.
    func waitUntilQuiet() { queue.sync {} }

    /// Copies everything and gives the log's space back.
    func truncate() {
        connection.withLock { connection in
            guard let connection else { return }
            gate.holding { _ = copied(connection, .truncate) }
        }
    }

    /// Copies nothing until `attach`, after the run that is under way, and closes the connection.
    func detach() { connection.withLock { $0 = nil } }

    /// Goes on with a new connection, once everything is copied with it and durable. Not while the writer is held.
    ///
    /// - Throws: when that does not succeed; the connection is used all the same.
    func attach(path: String) throws(StorageError) {
        try connection.withLock { (connection) throws(StorageError) in
            let new = try Connection(path: path, role: .checkpointer, cacheKiB: 64)
            var outcome: Result<Void, StorageError> = .success(())
            gate.holding {
                do throws(StorageError) {
                    if try new.checkpoint(.truncate) == nil {
                        outcome = .failure(.failed(reason: "another program holds the log"))
                    }
                } catch { outcome = .failure(error) }
            }
            connection = new
            try outcome.get()
        }
    }

    /// Ends all use, after the run that is under way.
    func close() {
        state.withLock { $0.isClosed = true }
        connection.withLock { $0 = nil }
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
