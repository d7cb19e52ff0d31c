import Synchronization

/// The notifications that wait for one endpoint, and the task that sends them one after the other.
///
/// Invariants:
/// 1. At most one task sends, so notifications arrive in the order in which they were queued.
/// 2. The first item stays in the queue until its sending has ended, well or not.
/// 3. At most `limit` items wait; one more drops the oldest that is not being sent.
final class EndpointQueue: Sendable {
    private struct State {
        var items: [PendingNotification?] = []
        var first = 0
        var task: Task<Void, Never>?
        var isClosed = false

        var count: Int { items.count - first }

        mutating func removeFirst() {
            items[first] = nil
            first += 1
            if first == items.count {
                items.removeAll(keepingCapacity: items.capacity <= 64)
                first = 0
            } else if first > 1_024, first * 2 > items.count {
                items.removeFirst(first)
                first = 0
            }
        }
    }

    private let state = Mutex(State())
    private let limit: Int
    private let send: @Sendable (PendingNotification) async -> Void

    init(limit: Int, send: @escaping @Sendable (PendingNotification) async -> Void) {
        self.limit = max(2, limit)
        self.send = send
    }

    /// - Returns: a notification that was dropped to make room.
    func append(_ item: PendingNotification) -> PendingNotification? {
        state.withLock { state in
            if state.isClosed { return item }
            var dropped: PendingNotification?
            if state.count >= limit {
                // The first is being sent; the one after it is the oldest that is not.
                dropped = state.items[state.first + 1]
                state.items[state.first + 1] = state.items[state.first]
                state.removeFirst()
            }
            state.items.append(item)
            if state.task == nil { state.task = Task { await self.run() } }
            return dropped
        }
    }

    private func run() async {
        while let item = next() {
            await send(item)
            // Cancelled means that the sending was cut short: what was not sent stays for the cursor to see.
            if Task.isCancelled { return state.withLock { $0.task = nil } }
            state.withLock { $0.removeFirst() }
        }
    }

    private func next() -> PendingNotification? {
        state.withLock { state in
            if state.count == 0 || state.isClosed {
                state.task = nil
                return nil
            }
            return state.items[state.first]
        }
    }

    var count: Int { state.withLock { $0.count } }

    /// The change that the oldest waiting notification begins with; `nil` when none waits.
    var oldestSequence: UInt64? {
        state.withLock { state in state.count == 0 ? nil : state.items[state.first]?.firstSequence }
    }

    /// Stops sending; what waits stays, to be seen by `oldestSequence`.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// Waits until nothing is being sent.
    func finish() async {
        while let task = state.withLock({ $0.task }) { await task.value }
    }
}
