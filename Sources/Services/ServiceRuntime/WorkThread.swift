import Foundation
import Synchronization

/// A thread of its own for work that takes long, so that it holds up neither event loops nor other tasks.
///
/// Jobs run one after the other. The thread is there only while there are jobs; how many may wait, callers bound.
public final class WorkThread: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let state = Mutex(State())
    private let name: String
    private let niceness: Int32

    /// - Parameter niceness: 0 to 19; above 0 the kernel gives the time to others first.
    public init(_ name: String, niceness: Int32 = 0) {
        self.name = name
        self.niceness = niceness
    }

    /// Runs a job when its turn has come.
    public func run<Value: Sendable>(_ job: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let starts = state.withLock { state in
                state.jobs.append { continuation.resume(returning: job()) }
                defer { state.isRunning = true }
                return !state.isRunning
            }
            guard starts else { return }
            let thread = Thread { [self] in work() }
            thread.name = name
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private func work() {
        // On Linux this is about the calling thread only.
        if niceness > 0 { _ = nice(niceness) }
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.jobs.isEmpty {
                state.isRunning = false
                return nil
            }
            return state.jobs.removeFirst()
        }
    }
}
