import Synchronization

/// Sends to one endpoint, one notification at a time, for all the subscriptions that name it, in turns.
///
/// States: **ok**, nothing failed last. **retrying**, some attempts in a row failed: pauses grow with each.
/// **open**, as many failed as the breaker allows: one notification is tried now and then, until one is taken.
///
/// Invariants:
/// 1. At most one task runs, and it sends one notification at a time.
/// 2. A queue is in `ready` at most once, and not while the task works on it (`SubscriptionQueue.isListed`).
final class EndpointSender: Sendable {
    enum Condition: String, Sendable { case ok, retrying, open }

    /// How a turn of a queue went.
    enum Turn: Sendable {
        /// The queue has nothing to send now.
        case idle
        case sent(hasMore: Bool)
        /// Nothing was sent, there is more to do for the queue.
        case again
        /// Given up; others may fare better.
        case refused(hasMore: Bool)
        /// To be tried again after a pause of at least the endpoint's own.
        case failed(isAnswered: Bool, cooldown: Duration?)
        case handedOver(EndpointSender)
        /// The process ends.
        case cut
    }

    private struct State {
        var ready = Fifo<SubscriptionQueue>()
        var task: Task<Void, Never>?
        var failures = 0
        var isClosed = false
    }

    let uri: String
    private let configuration: SubscriptionManager.Configuration
    private let turn: @Sendable (SubscriptionQueue, EndpointSender) async -> Turn
    private let state = Mutex(State())

    init(
        uri: String, configuration: SubscriptionManager.Configuration,
        turn: @escaping @Sendable (SubscriptionQueue, EndpointSender) async -> Turn
    ) {
        self.uri = uri
        self.configuration = configuration
        self.turn = turn
    }

    var condition: Condition {
        let failures = state.withLock { $0.failures }
        return failures == 0 ? .ok : failures < configuration.breakerLimit ? .retrying : .open
    }

    var isIdle: Bool { state.withLock { $0.task == nil && $0.ready.isEmpty } }

    func list(_ queue: SubscriptionQueue) {
        state.withLock { state in
            if state.isClosed { return queue.giveBack() }
            state.ready.append(queue)
            if state.task == nil { state.task = Task { await self.run() } }
        }
    }

    /// - Returns: whether the queue was in the list; if not, the task works on it and hands it over when it ends.
    func unlist(_ queue: SubscriptionQueue) -> Bool {
        state.withLock { state in
            let count = state.ready.count
            state.ready.removeAll { $0 === queue }
            return state.ready.count < count
        }
    }

    private func next() -> SubscriptionQueue? {
        state.withLock { state in
            guard !state.isClosed, let queue = state.ready.popFirst() else {
                state.task = nil
                return nil
            }
            return queue
        }
    }

    private func put(_ queue: SubscriptionQueue, first: Bool = false) {
        state.withLock { state in
            if first { state.ready.prepend(queue) } else { state.ready.append(queue) }
        }
    }

    private func run() async {
        while let queue = next() {
            switch await turn(queue, self) {
            case .idle: break
            case .again: put(queue, first: true)
            case .sent(let hasMore):
                state.withLock { $0.failures = 0 }
                if hasMore { put(queue) }
            case .refused(let hasMore):
                if hasMore { put(queue) }
                guard await pause(cooldown: nil, onlyWhenOpen: true) else { return }
            case .failed(let isAnswered, let cooldown):
                // An endpoint that answers may take from another subscription what it does not take from this one.
                put(queue, first: !isAnswered)
                guard await pause(cooldown: cooldown, onlyWhenOpen: false) else { return }
            case .handedOver(let other): other.list(queue)
            case .cut: queue.giveBack()
            }
            // At the end of the process the rest stays in the outbox.
            if Task.isCancelled { return state.withLock { $0.task = nil } }
        }
    }

    /// - Returns: `false` when the wait was cut short by the end of the process.
    private func pause(cooldown: Duration?, onlyWhenOpen: Bool) async -> Bool {
        let failures = state.withLock { state in
            state.failures += 1
            return state.failures
        }
        let isOpen = failures >= configuration.breakerLimit
        if onlyWhenOpen, !isOpen { return true }
        let (first, doublings, most) =
            isOpen
            ? (configuration.cooldown, failures - configuration.breakerLimit, configuration.longestCooldown)
            : (configuration.firstPause, failures - 1, configuration.longestCooldown)
        let doubled = min(first * (1 << min(doublings, 20)), most)
        // Up to a quarter less, so that many endpoints behind one host do not come back at the same instant.
        let varied = doubled * (1 - 0.25 * configuration.random())
        do {
            try await configuration.sleep(max(varied, cooldown ?? .zero))
            return true
        } catch {
            state.withLock { $0.task = nil }
            return false
        }
    }

    /// Stops sending; what waits stays in the outbox.
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
