import Dispatch

/// Where snapshots are filled: a thread beside those that requests and notifications need, since going through all
/// entities takes a while.
final class SnapshotQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "parvis.snapshots")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
