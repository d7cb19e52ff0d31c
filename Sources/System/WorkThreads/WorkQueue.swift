import Dispatch

/// A thread for tasks and actors that compute or wait for long, beside the threads that other tasks share
/// (`WorkThreads` says why): one part of them after the other.
public final class WorkQueue: TaskExecutor, SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: names the thread for debuggers.
    public init(_ label: String) { queue = DispatchQueue(label: label) }

    /// Runs a part of a task or of an actor when its turn comes.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }

    /// What an actor gives as its `unownedExecutor`; the actor has to hold the queue.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
