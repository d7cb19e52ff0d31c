import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SpatialIndex

/// Finds one page of the entities that a query selects.
///
/// Candidates come from the narrowest index: ids, space, types, else all entities; each is checked against the whole
/// query. They are visited in the order of creation, some thousands at a time, so that a long scan never holds
/// the state for long; an entity created or deleted between two slices is seen or not, the others keep their places.
struct EntityScan {
    private let query: EntityQuery
    private let tenant: Tenant
    private var page: [EntityRecord] = []
    private var skipped = 0
    private var matched = 0
    private var hasMore = false
    /// The number of the last entity visited.
    private var cursor = Int64.min

    private static let slice = 1_024

    init(query: EntityQuery, tenant: Tenant) {
        self.query = query
        self.tenant = tenant
        page.reserveCapacity(min(query.limit, 1_000))
    }

    mutating func run() -> EntityPage {
        if !query.ids.isEmpty {
            visitIDs()
        } else if let geo = query.geo, let box = geo.searchBox {
            visitSpace(geo.attribute, box)
        } else if let types = query.types?.alternatives {
            if types.count == 1 { visitType(types[0]) } else { visitTypes(types) }
        } else {
            visitAll()
        }
        return EntityPage(entities: page, total: query.counts ? matched : nil, hasMore: hasMore)
    }

    /// - Returns: whether the scan goes on.
    private mutating func visit(_ kept: EntityRecord) -> Bool {
        guard let record = tenant.whole(kept), query.matches(record) else { return true }
        matched += 1
        if skipped < query.offset {
            skipped += 1
        } else if page.count < query.limit {
            page.append(record)
        } else {
            hasMore = true
            return query.counts
        }
        return true
    }

    private mutating func visitIDs() {
        let ids = query.ids
        var found = tenant.withState { state in ids.compactMap { state.slot(of: $0) } }
        found.sort { $0.number < $1.number }
        var last = Int64.min
        for slot in found where slot.number != last {
            last = slot.number
            if let record = slot.record, !visit(record) { return }
        }
    }

    private mutating func visitSpace(_ attribute: TermID, _ box: BoundingBox) {
        let candidates = tenant.withState { state -> [EntityRecord] in
            guard let index = state.spatial[attribute] else { return [] }
            var slots = index.keys(meeting: box)
            slots.sort()
            var records: [EntityRecord] = []
            records.reserveCapacity(slots.count)
            var last: UInt32?
            for slot in slots where slot != last {
                last = slot
                if let record = state.slots[Int(slot)].record { records.append(record) }
            }
            return records
        }
        for record in candidates where !visit(record) { return }
    }

    private mutating func visitType(_ type: TermID) {
        if isOnlyTypes { return countedType(type) }
        scan { state, cursor, visit in
            guard let list = state.byType[type] else { return nil }
            let first = cursor == .min ? 0 : TenantState.lowerBound(list, UInt32(state.firstSlot(after: cursor)))
            let end = min(first + Self.slice, list.count)
            for position in first..<end where !visit(state.slots[Int(list[position])]) { return nil }
            return end < list.count ? state.slots[Int(list[end - 1])].number : nil
        }
    }

    /// A query by one type alone needs no check of its candidates, and its total is the length of the list.
    private var isOnlyTypes: Bool {
        query.selectors.isEmpty && query.idPattern == nil && query.attributes.isEmpty && query.expression == nil
            && query.geo == nil
            && query.scope == nil && query.types?.isSingleType == true
    }

    private mutating func countedType(_ type: TermID) {
        let (offset, limit) = (query.offset, query.limit)
        let (records, total) = tenant.withState { state -> ([EntityRecord], Int) in
            guard let list = state.byType[type] else { return ([], 0) }
            let first = min(offset, list.count)
            let end = first + min(limit, list.count - first)
            var records: [EntityRecord] = []
            records.reserveCapacity(end - first)
            for position in first..<end {
                if let record = state.slots[Int(list[position])].record { records.append(record) }
            }
            return (records, list.count)
        }
        page = records.compactMap { tenant.whole($0) }
        matched = total
        hasMore = offset + records.count < total
    }

    private mutating func visitTypes(_ types: [TermID]) {
        scan { state, cursor, visit in
            let first = cursor == .min ? 0 : UInt32(state.firstSlot(after: cursor))
            // Merge the lists of the types, a slice at a time.
            var positions = types.map { type in state.byType[type].map { TenantState.lowerBound($0, first) } ?? 0 }
            var visited = 0
            while visited < Self.slice {
                var least: UInt32?
                for (which, type) in types.enumerated() {
                    guard let list = state.byType[type], positions[which] < list.count else { continue }
                    if least.map({ list[positions[which]] < $0 }) ?? true { least = list[positions[which]] }
                }
                guard let slot = least else { return nil }
                for (which, type) in types.enumerated() {
                    if let list = state.byType[type], positions[which] < list.count, list[positions[which]] == slot {
                        positions[which] += 1
                    }
                }
                if !visit(state.slots[Int(slot)]) { return nil }
                visited += 1
                if visited == Self.slice { return state.slots[Int(slot)].number }
            }
            return nil
        }
    }

    private mutating func visitAll() {
        scan { state, cursor, visit in
            let first = cursor == .min ? 0 : state.firstSlot(after: cursor)
            let end = min(first + Self.slice, state.slots.count)
            for position in first..<end where !visit(state.slots[position]) { return nil }
            return end < state.slots.count ? state.slots[end - 1].number : nil
        }
    }

    /// Runs slices until one says there is nothing left; each gets the cursor and gives the next.
    private mutating func scan(
        _ slice: (borrowing TenantState, Int64, (EntitySlot) -> Bool) -> Int64?
    ) {
        var next: Int64? = cursor
        while let from = next {
            next = tenant.withState { state in
                slice(state, from) { slot in slot.record.map { visit($0) } ?? true }
            }
        }
    }
}
