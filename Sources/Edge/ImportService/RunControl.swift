import Synchronization

/// What a run and those who watch it share: how far it is, and whether it is to wait or end.
final class RunControl: Sendable {
    struct Progress: Codable, Sendable, Equatable {
        /// `checking`, `importing` or `undoing`.
        var phase = "checking"
        var rows = 0
        /// From 0 to 1.
        var fraction = 0.0
        var seconds = 0.0
        var counts = ImportState.Counts()
    }

    private struct Content {
        var progress = Progress()
        var isPaused = false
        var isCancelled = false
        var isStopping = false
    }

    /// The import was ended: by its owner, or because the server stops.
    enum End: Error { case cancelled, stopped }

    private let content = Mutex(Content())
    private let start = ContinuousClock.now

    var progress: Progress { content.withLock { $0.progress } }
    var seconds: Double { start.duration(to: .now) / .seconds(1) }

    func update(_ body: (inout Progress) -> Void) {
        let seconds = seconds
        content.withLock {
            body(&$0.progress)
            $0.progress.seconds = seconds
        }
    }

    func pause(_ isPaused: Bool) { content.withLock { $0.isPaused = isPaused } }
    func cancel() { content.withLock { $0.isCancelled = true } }
    func stop() { content.withLock { $0.isStopping = true } }

    /// Between two batches: waits while paused, throws when it is to end.
    func checkpoint() async throws {
        while true {
            let (isPaused, isCancelled, isStopping) = content.withLock { ($0.isPaused, $0.isCancelled, $0.isStopping) }
            if isStopping { throw End.stopped }
            if isCancelled { throw End.cancelled }
            if !isPaused { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
