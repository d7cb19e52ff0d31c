import BrokerStorage
import Synchronization

/// Whether writing is stopped because the disk did not keep a write, and when it is tried again.
///
/// States: *writing*, *stopped* (a flush failed; commits are refused without a look at the disk until `next`), *trying*
/// (one thread opens the store anew; others are refused). `stop` goes from writing to stopped; `resume` over trying to
/// writing, or back to stopped.
///
/// After a failed `fsync` the kernel shows what it could not write as if it were written, and the next `fsync` may
/// succeed without it. So nothing that was open then is trusted: see `SQLiteStorage.openAnew`.
final class WriteSuspension: Sendable {
    private struct State {
        var error: StorageError?
        var next = ContinuousClock.now
        var isTrying = false
        var isForGood = false
    }

    private let state = Mutex(State())
    private let pause: Duration

    /// - Parameter pause: how long commits are refused before the disk is tried again.
    init(pause: Duration) { self.pause = pause }

    var isStopped: Bool { state.withLock { $0.error != nil } }

    /// Stops writing; the first reason stays.
    ///
    /// - Parameter forGood: until the process ends.
    func stop(_ error: StorageError, forGood: Bool = false) {
        state.withLock { state in
            if state.error == nil || forGood && !state.isForGood { state.error = error }
            if forGood { state.isForGood = true }
            state.next = .now + pause
        }
    }

    /// Comes back when writing goes on.
    ///
    /// - Parameter attempt: opens the store anew; returns whether it can be relied on. One thread at a time runs it.
    /// - Throws: why writing is stopped.
    func resume(_ attempt: () -> Bool) throws(StorageError) {
        let (error, isDue) = state.withLock { state -> (StorageError?, Bool) in
            guard let error = state.error else { return (nil, false) }
            guard !state.isTrying, !state.isForGood, state.next <= .now else { return (error, false) }
            state.isTrying = true
            return (error, true)
        }
        guard let error else { return }
        guard isDue else { throw error }
        let isDone = attempt()
        state.withLock { state in
            state.isTrying = false
            state.next = .now + pause
            if isDone, !state.isForGood { state.error = nil }
        }
        if !isDone { throw error }
    }
}
