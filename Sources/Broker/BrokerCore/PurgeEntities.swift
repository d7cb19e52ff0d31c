import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery
import Synchronization

extension Broker {
    /// CIM 009 clause 5.6.21.
    public func purgeEntities(
        _ query: EntityQuery, _ reduction: AttributeReduction?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void
    ) {
        do throws(NGSILDError) {
            let tenant = try tenants.existing(tenant)
            PurgeRun(query, reduction, tenant, committer.queue, scheduler, reply).step()
        } catch {
            scheduler.deliver([{ reply(.failure(error)) }])
        }
    }
}

extension OperationContext {
    /// One part of a purge: entities that were found, if the query still selects them.
    mutating func purge(
        _ ids: [String], _ query: EntityQuery, _ reduction: AttributeReduction?, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        access = query.access.map { WriteAccess(writing: $0, reading: .all) }
        defer { access = nil }
        for id in ids {
            let position = working.entry(id, in: tenant)
            guard let record = working.entries[position].record, !working.entries[position].isUnreadable,
                query.matches(record)
            else { continue }
            if let reduction {
                if let change = record.attributes.keeping(reduction.keeps) { try write(position, record, change) }
            } else {
                _ = try deleteEntity(id, tenant)
            }
        }
        return .success
    }
}

/// A purge under way: finds a part of the entities, hands it to the committer, and goes on when that is durable.
///
/// Invariants:
/// 1. `cursor` is the place, in the order of creation, up to which entities were looked at.
/// 2. At most one part is with the committer, and `step` runs only while none is.
private final class PurgeRun: Sendable {
    private let query: EntityQuery
    private let reduction: AttributeReduction?
    private let tenant: Tenant
    private let queue: SubmissionQueue
    private let scheduler: any ReplyScheduler
    private let reply: @Sendable (ProvisionResult) -> Void
    private let cursor = Mutex(Int64.min)
    /// The newest entity when the purge began.
    private let end: Int64

    /// Entities that fill a part.
    private static let partSize = 1_000
    /// Entities taken out of the state at a time.
    private static let slice = 256
    /// Entities looked at before others get their turn.
    private static let visitLimit = 8_192

    init(
        _ query: EntityQuery, _ reduction: AttributeReduction?, _ tenant: Tenant, _ queue: SubmissionQueue,
        _ scheduler: any ReplyScheduler, _ reply: @escaping @Sendable (ProvisionResult) -> Void
    ) {
        self.query = query
        self.reduction = reduction
        self.tenant = tenant
        self.queue = queue
        self.scheduler = scheduler
        self.reply = reply
        end = tenant.withState { $0.slots.last?.number ?? .min }
    }

    func step() {
        let (ids, isLast) = nextPart()
        do throws(NGSILDError) { try query.checkLimits() } catch {
            return scheduler.deliver([{ [reply] in reply(.failure(error)) }])
        }
        let submission = Submission(
            work: .provision(.purge(ids, query, reduction), tenant: tenant.name) { [self] result in
                if case .success = result, !isLast { step() } else { reply(result) }
            }, scheduler: scheduler, weight: max(1, ids.count))
        if !queue.append(submission) { scheduler.deliver([{ [reply] in reply(.failure(Broker.overloaded)) }]) }
    }

    /// The next ids that the query selects, and whether there are no more.
    private func nextPart() -> (ids: [String], isLast: Bool) {
        var place = cursor.withLock { $0 }
        var ids: [String] = []
        var visited = 0
        var isLast = false
        while ids.count < Self.partSize, visited < Self.visitLimit, !isLast {
            let candidates = tenant.withState { $0.candidates(for: query, after: place, most: Self.slice) }
            isLast = candidates.count < Self.slice
            for slot in candidates {
                guard slot.number <= end else {
                    isLast = true
                    break
                }
                place = slot.number
                visited += 1
                if let record = slot.record, let whole = tenant.whole(record), query.matches(whole) {
                    ids.append(record.id)
                }
            }
        }
        cursor.withLock { $0 = place }
        return (ids, isLast)
    }
}

extension TenantState {
    /// Slots, in the order of creation, that a query may select: of its ids, its one type, or all.
    fileprivate func candidates(for query: EntityQuery, after number: Int64, most: Int) -> [EntitySlot] {
        if !query.ids.isEmpty {
            let found = query.ids.compactMap { slot(of: $0) }.filter { $0.number > number }
            return Array(found.sorted { $0.number < $1.number }.prefix(most))
        }
        let first = number == .min ? 0 : firstSlot(after: number)
        if let types = query.types?.alternatives, types.count == 1 {
            guard let list = byType[types[0]] else { return [] }
            return list[TenantState.lowerBound(list, UInt32(first))...].prefix(most).map { slots[Int($0)] }
        }
        return Array(slots[min(first, slots.count)...].prefix(most))
    }
}
