import NGSILDModel
import Synchronization

/// What one subscription still has to be told: the oldest in memory, the rest as row numbers of the outbox.
///
/// Invariants:
/// 1. Everything in `items` comes before everything in `spilled`; both are in the order of the changes. So while
///    anything is spilled, what is new is spilled too.
/// 2. Each outbox row that names the subscription is in one place, `items` or `spilled`, until it is settled, once.
/// 3. The first `taken` items are being sent, by the one endpoint that has the queue; they stay until that has ended.
/// 4. `isListed` says that an endpoint has the queue in its list or at work: no other lists it.
final class SubscriptionQueue: Sendable {
    /// What an attempt sends, kept for the next: a receiver can tell by its id that it has it already.
    struct Draft: Sendable {
        let version: ObjectIdentifier
        let count: Int
        let body: [UInt8]
        let headers: [(name: String, value: String)]
        /// What its subscription's owner could see when it was written.
        var reach: UInt64 = 0
        /// Attempts that the notification itself may have made fail.
        var attempts = 0
    }

    struct Batch: Sendable {
        let subscription: Subscription
        let notification: PendingNotification
        let count: Int
        let draft: Draft?
    }

    enum Work: Sendable {
        case send(Batch)
        /// Nothing is left in memory: read these rows.
        case read(Subscription, [UInt64])
        case nothing
        /// The subscription has another endpoint by now.
        case elsewhere(EndpointSender)
    }

    /// Where the outcome of something goes: rows to settle, and the bytes of memory that became free.
    struct Released: Sendable {
        var rows: [UInt64] = []
        var dropped = 0
        var bytes = 0
    }

    private struct State {
        var subscription: Subscription
        var endpoint: EndpointSender
        var items = Fifo<PendingNotification>()
        var taken = 0
        var spilled = SpilledRows()
        var draft: Draft?
        var isListed = false
        var isGone = false
        /// Rows that were settled while others still needed them, since progress was last stored.
        var unsaved: [UInt64] = []
        var bytes = 0

        mutating func popFirst(into released: inout Released) {
            guard let item = items.popFirst() else { return }
            free(item, into: &released)
        }

        mutating func free(_ item: PendingNotification, into released: inout Released) {
            bytes -= item.footprint
            released.bytes += item.footprint
            if item.endsRow { released.rows.append(item.row) }
        }

        /// All but what is being sent.
        mutating func discard() -> Released {
            var released = Released()
            while items.count > taken {
                guard let item = items.remove(at: taken) else { break }
                free(item, into: &released)
            }
            while let row = spilled.popFirst() { released.rows.append(row) }
            released.dropped = released.rows.count
            draft = nil
            return released
        }
    }

    private static let readLimit = 64

    private let state: Mutex<State>

    init(_ subscription: Subscription, _ endpoint: EndpointSender) {
        state = Mutex(State(subscription: subscription, endpoint: endpoint))
    }

    var subscription: Subscription { state.withLock { $0.subscription } }

    /// Whether the subscription was deleted.
    var isGone: Bool { state.withLock { $0.isGone } }

    /// Rows, and notifications that are in none, which wait.
    var waiting: Int { state.withLock { $0.items.count + $0.spilled.count } }

    /// Takes a new version of the subscription, and says which endpoint has to list the queue, which no more.
    func use(_ subscription: Subscription, _ endpoint: EndpointSender) -> (
        list: EndpointSender?, unlist: EndpointSender?
    ) {
        state.withLock { state in
            let old = state.endpoint
            state.subscription = subscription
            state.endpoint = endpoint
            if state.items.isEmpty && state.spilled.isEmpty { return (nil, nil) }
            if !state.isListed {
                state.isListed = true
                return (endpoint, nil)
            }
            // What is being sent goes on; the old endpoint hands the queue over when it comes back.
            return old === endpoint || state.taken > 0 ? (nil, nil) : (endpoint, old)
        }
    }

    /// Takes in what a row makes for the subscription.
    ///
    /// - Returns: the endpoint that has to list the queue, if any; what was released at once, because too much waits.
    func offer(
        _ parts: [PendingNotification], row: UInt64, limit: Int, backlog: Int, hasMemory: Bool
    ) -> (list: EndpointSender?, taken: Int, released: Released) {
        let footprint = parts.reduce(0) { $0 + $1.footprint }
        return state.withLock { state in
            var released = Released()
            if state.isGone {
                if row > 0 { released.rows = [row] }
                return (nil, 0, released)
            }
            var took = 0
            if state.spilled.isEmpty, state.items.isEmpty || (hasMemory && state.items.count < limit) {
                for part in parts { state.items.append(part) }
                state.bytes += footprint
                took = footprint
            } else if row > 0 {
                state.spilled.append(row)
                if state.spilled.count + state.items.count > backlog, let oldest = state.spilled.popFirst() {
                    released.rows.append(oldest)
                    released.dropped = 1
                }
            }
            if state.isListed || state.items.isEmpty && state.spilled.isEmpty { return (nil, took, released) }
            state.isListed = true
            return (state.endpoint, took, released)
        }
    }

    /// Takes in what a dead letter holds, whatever waits already; the number of dead letters is bounded.
    func replay(_ parts: [PendingNotification]) -> (list: EndpointSender?, taken: Int) {
        let footprint = parts.reduce(0) { $0 + $1.footprint }
        return state.withLock { state in
            if state.isGone { return (nil, 0) }
            for part in parts { state.items.append(part) }
            state.bytes += footprint
            if state.isListed { return (nil, footprint) }
            state.isListed = true
            return (state.endpoint, footprint)
        }
    }

    /// Puts a row behind all others without reading it: at the start.
    func spill(_ row: UInt64) { state.withLock { $0.spilled.append(row) } }

    /// The endpoint that has to list the queue, if it has something and none has it yet.
    func listing() -> EndpointSender? {
        state.withLock { state in
            if state.isListed || state.isGone || state.items.isEmpty && state.spilled.isEmpty { return nil }
            state.isListed = true
            return state.endpoint
        }
    }

    /// What the endpoint that has the queue should do with it now.
    ///
    /// - Parameter isProbe: whether one notification alone is to be tried.
    func take(for endpoint: EndpointSender, at now: Timestamp, isProbe: Bool) -> (Work, Released) {
        state.withLock { state in
            if state.isGone {
                // What was being sent at the end of the subscription, and failed.
                state.isListed = false
                var released = state.discard()
                released.dropped = 0
                return (.nothing, released)
            }
            if state.endpoint !== endpoint { return (.elsewhere(state.endpoint), Released()) }
            let subscription = state.subscription
            if subscription.owner.refusal != nil {
                // What its owner may not see any more is not kept for them.
                state.isListed = false
                return (.nothing, state.discard())
            }
            switch subscription.status(at: now) {
            case "paused":
                state.isListed = false
                return (.nothing, Released())
            case "expired":
                state.isListed = false
                return (.nothing, state.discard())
            default: break
            }
            guard let first = state.items.first else {
                if state.spilled.isEmpty {
                    state.isListed = false
                    return (.nothing, Released())
                }
                return (.read(subscription, state.spilled.prefix(SubscriptionQueue.readLimit)), Released())
            }
            var notification = first
            var count = 1
            if let draft = state.draft, draft.version == ObjectIdentifier(subscription) {
                // What was tried is tried again as it was.
                while count < draft.count, let next = state.items[count] {
                    guard notification.merge(next) else { break }
                    count += 1
                }
                state.taken = count
                let isSame = count == draft.count && draft.reach == subscription.owner.reachNumber
                return (
                    .send(
                        Batch(
                            subscription: subscription, notification: notification, count: count,
                            draft: isSame ? draft : nil)), Released()
                )
            }
            while !isProbe, let next = state.items[count], notification.merge(next) {
                count += 1
            }
            state.taken = count
            return (
                .send(Batch(subscription: subscription, notification: notification, count: count, draft: nil)),
                Released()
            )
        }
    }

    /// Takes in rows that were read back. A row without parts makes nothing any more, or cannot be read.
    ///
    /// - Returns: what the rows without parts release; the memory that was taken.
    func refill(_ rows: [(row: UInt64, parts: [PendingNotification])]) -> (Released, taken: Int) {
        state.withLock { state in
            var released = Released()
            var taken = 0
            for (row, parts) in rows {
                // Dropped meanwhile, or the subscription is gone.
                guard state.spilled.prefix(1).first == row else { continue }
                _ = state.spilled.popFirst()
                if parts.isEmpty { released.rows.append(row) }
                for part in parts {
                    state.items.append(part)
                    taken += part.footprint
                }
            }
            state.bytes += taken
            return (released, taken)
        }
    }

    /// The batch was taken, or given up.
    ///
    /// - Returns: whether the endpoint keeps the queue, because there is more.
    func finish(_ batch: Batch) -> (hasMore: Bool, Released) {
        state.withLock { state in
            var released = Released()
            for _ in 0..<min(batch.count, state.taken) { state.popFirst(into: &released) }
            state.taken = 0
            state.draft = nil
            if state.isGone || state.items.isEmpty && state.spilled.isEmpty {
                state.isListed = false
                return (false, released)
            }
            return (true, released)
        }
    }

    /// The batch was not taken and is to be tried again.
    func fail(_ draft: Draft) {
        state.withLock { state in
            state.taken = 0
            state.draft = state.isGone ? nil : draft
        }
    }

    /// The sending was cut short by the end of the process.
    func giveBack() {
        state.withLock { state in
            state.taken = 0
            state.isListed = false
        }
    }

    /// Drops the oldest that are not being sent and have a row, those in the outbox first.
    func drop(_ count: Int) -> Released {
        state.withLock { state in
            var released = Released()
            while released.rows.count < count, let row = state.spilled.popFirst() { released.rows.append(row) }
            while released.rows.count < count, state.items.count > state.taken {
                guard let item = state.items.remove(at: state.taken) else { break }
                state.free(item, into: &released)
                // A draft is of the first items.
                if state.taken == 0 { state.draft = nil }
            }
            released.dropped = released.rows.count
            return released
        }
    }

    /// Forgets all that waits, for good: the subscription was deleted.
    func end() -> Released {
        state.withLock { state in
            state.isGone = true
            return state.discard()
        }
    }

    // Progress that has to be stored

    /// - Returns: whether it is the first since progress was last stored.
    func noteUnsaved(_ row: UInt64) -> Bool {
        state.withLock { state in
            state.unsaved.append(row)
            return state.unsaved.count == 1
        }
    }

    func takeUnsaved() -> [UInt64] {
        state.withLock { state in
            defer { state.unsaved = [] }
            return state.unsaved
        }
    }
}
