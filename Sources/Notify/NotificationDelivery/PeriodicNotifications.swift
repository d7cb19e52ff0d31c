import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization

/// Time as periodic notifications need it: a clock that only goes forward, whatever happens to the wall clock.
struct PeriodicClock: Sendable {
    /// The time since some beginning.
    var now: @Sendable () -> Duration
    var sleep: @Sendable (Duration) async throws -> Void

    static var system: PeriodicClock {
        let start = ContinuousClock.now
        return PeriodicClock(
            now: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0, clock: .continuous) })
    }
}

/// Makes the notifications of subscriptions with a `timeInterval`.
///
/// One task waits for the one that is due next. The wait is measured by a clock that only goes forward; the wall clock
/// counts once, at the start, to tell how much of an interval had passed, and can then make a notification come at most
/// one interval early or late. What becomes due while an earlier notification still waits for its endpoint is left out by
/// whoever sends.
///
/// Invariants:
/// 1. A subscription is in `current` from `set` to `remove`, or until it is found expired.
/// 2. Each subscription in `current` has one entry in `heap` with its version; others in `heap` are outdated.
///
/// - Source: CIM 009 clauses 5.2.12 (`timeInterval`), 5.8.6.
final class PeriodicNotifications: Sendable {
    /// Entities in one notification; more go into further ones.
    static let entityLimit = 1_000
    /// Notifications at one time; entities beyond them are not told.
    static let roundLimit = 100

    /// Takes the notifications of a subscription that are due, to send them; must not wait.
    typealias Send = @Sendable (Subscription, [PendingNotification]) -> Void

    fileprivate struct Key: Hashable {
        let tenant: String
        let id: String
    }

    fileprivate struct Current {
        let subscription: Subscription
        let version: UInt64
    }

    fileprivate struct State {
        var current: [Key: Current] = [:]
        var heap = DueHeap<Key>()
        var versions: UInt64 = 0
        var sleeper: Task<Void, Never>?
        /// Counts what may have changed the time to wait for.
        var changes: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: PeriodicClock
    private let wallClock: @Sendable () -> Timestamp
    private let consumption: any EntityConsumption

    /// - Parameter wallClock: the time that expiry and `lastNotification` are in.
    init(
        clock: PeriodicClock, wallClock: @escaping @Sendable () -> Timestamp, consumption: any EntityConsumption
    ) {
        self.clock = clock
        self.wallClock = wallClock
        self.consumption = consumption
    }

    /// Takes a subscription in, or its new version; one without `timeInterval`, or that is paused, is left out.
    ///
    /// - Parameter isRestored: it ran before, so what remains of its interval counts; else a whole interval is waited.
    func set(_ subscription: Subscription, isRestored: Bool = false) {
        let key = Key(tenant: subscription.tenant, id: subscription.id)
        let isRunning =
            subscription.timeInterval > 0 && subscription.isActive
        let wait = isRestored ? remainder(subscription) : .microseconds(subscription.timeInterval)
        let now = clock.now()
        let sleeper = state.withLock { state -> Task<Void, Never>? in
            let old = state.current[key]
            guard isRunning else {
                state.current[key] = nil
                return nil
            }
            if let old, old.subscription.timeInterval == subscription.timeInterval {
                // The rhythm stays; the entry in the heap has its version.
                state.current[key] = Current(subscription: subscription, version: old.version)
                return nil
            }
            state.versions += 1
            state.current[key] = Current(subscription: subscription, version: state.versions)
            state.heap.push(.init(due: now + wait, key: key, version: state.versions))
            state.tidy()
            state.changes += 1
            return state.sleeper
        }
        sleeper?.cancel()
    }

    func remove(tenant: String, id: String) {
        state.withLock { state in
            state.current[Key(tenant: tenant, id: id)] = nil
            state.tidy()
        }
    }

    func removeAll(tenant: String) {
        state.withLock { state in
            state.current = state.current.filter { $0.key.tenant != tenant }
            state.tidy()
        }
    }

    var count: Int { state.withLock { $0.current.count } }

    /// Entries in the heap, outdated ones included.
    var waiting: Int { state.withLock { $0.heap.count } }

    /// What is left of the interval that was running when the process ended: 0 to the whole.
    private func remainder(_ subscription: Subscription) -> Duration {
        let last = subscription.record.values.lastNotification
        let since = last.isSet ? last : subscription.stored.modifiedAt
        let left = since.microseconds.subtractingReportingOverflow(wallClock().microseconds)
        let wait = left.overflow ? 0 : left.partialValue.addingReportingOverflow(subscription.timeInterval).partialValue
        return .microseconds(min(max(0, wait), subscription.timeInterval))
    }

    /// Makes notifications until the task is cancelled.
    func run(_ send: Send) async {
        while !Task.isCancelled {
            let (due, seen) = state.withLock { ($0.heap.first?.due, $0.changes) }
            let wait = max(.zero, due.map { $0 - clock.now() } ?? .seconds(86_400))
            if wait > .zero {
                let clock = clock
                let sleeper = Task { _ = try? await clock.sleep(wait) }
                let isCurrent = state.withLock { state in
                    state.sleeper = sleeper
                    return state.changes == seen
                }
                if !isCurrent { sleeper.cancel() }
                await withTaskCancellationHandler {
                    await sleeper.value
                } onCancel: {
                    sleeper.cancel()
                }
            }
            if !Task.isCancelled { notifyDue(send) }
        }
    }

    /// Makes the notifications that are due, and schedules their next.
    func notifyDue(_ send: (Subscription, [PendingNotification]) -> Void) {
        let now = clock.now()
        while let subscription = takeDue(now) {
            if subscription.status(at: wallClock()) != "active" { continue }
            notify(subscription, send)
        }
    }

    /// The next subscription whose time has come, scheduled again.
    private func takeDue(_ now: Duration) -> Subscription? {
        let wall = wallClock()
        return state.withLock { state in
            while let first = state.heap.first, first.due <= now {
                state.heap.removeFirst()
                guard let current = state.current[first.key], current.version == first.version else { continue }
                let subscription = current.subscription
                if subscription.status(at: wall) == "expired" {
                    // An update that gives it more time takes it in again.
                    state.current[first.key] = nil
                    continue
                }
                let interval = Duration.microseconds(subscription.timeInterval)
                // In step with the rhythm, unless that is behind: what was missed is not made up for.
                let next = first.due + interval
                state.heap.push(.init(due: next > now ? next : now + interval, key: first.key, version: first.version))
                return subscription
            }
            return nil
        }
    }

    /// Sends the entities that match now; nothing when there are none.
    private func notify(_ subscription: Subscription, _ send: (Subscription, [PendingNotification]) -> Void) {
        guard var query = subscription.query else { return }
        query.limit = Self.entityLimit
        var notifications: [PendingNotification] = []
        while notifications.count < Self.roundLimit {
            let page: EntityPage
            do throws(NGSILDError) {
                page = try consumption.queryEntities(query, tenant: subscription.tenant)
            } catch {
                // A tenant that is not there has no entities.
                if case .nonexistentTenant = error { return }
                subscription.record.update { $0.lastError = "the entities cannot be queried: \(error.detail)" }
                return
            }
            if !page.entities.isEmpty {
                notifications.append(PendingNotification(entities: page.entities, notifiedAt: wallClock()))
            }
            guard page.hasMore, let last = page.last else { break }
            query.place = .after(last)
        }
        if !notifications.isEmpty { send(subscription, notifications) }
    }
}

extension PeriodicNotifications.State {
    /// Drops outdated entries once they are the most.
    fileprivate mutating func tidy() {
        guard heap.count > 2 * current.count + 64 else { return }
        let current = current
        heap.keep { current[$0.key]?.version == $0.version }
    }
}

extension Subscription {
    /// What selects the entities that it would notify now, as far as its owner sees them; `nil` where they see nothing.
    var query: EntityQuery? {
        var query = conditions.query
        switch owner.reach {
        case .all: break
        case .nothing: return nil
        case .limited(let access): query.access = access
        }
        return query
    }
}

extension Subscription.Conditions {
    /// The query that selects the entities of a periodic notification.
    var query: EntityQuery {
        var query = EntityQuery()
        let alternatives = selectors.map { selector in
            var result = NGSILDQuery.EntitySelector()
            result.types = selector.types
            result.ids = selector.ids.sorted()
            result.idPattern = selector.ids.isEmpty ? selector.idPattern : nil
            return result
        }
        if alternatives.count == 1 {
            // So that the indexes of types and ids lead to them.
            query.types = alternatives[0].types
            query.ids = alternatives[0].ids
            query.idPattern = alternatives[0].idPattern
        } else {
            query.selectors = alternatives
        }
        query.expression = expression
        query.geo = geo
        query.scope = scope
        return query
    }
}
