import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SpatialIndex

/// Finds one page of the entities that a query selects.
///
/// Candidates come from the narrowest index: ids, space, scopes or types, else all entities; each is checked against the whole
/// query. They are visited in the order of creation, some thousands at a time, so that a long scan never holds
/// the state for long; an entity created or deleted between two slices is seen or not, the others keep their places.
///
/// An order that the query asks for is made by keeping the best that were met, no more than the page reaches to.
struct EntityScan {
    private var query: EntityQuery
    private let tenant: Tenant
    private var page: [EntityRecord] = []
    private var skipped = 0
    private var matched = 0
    private var hasMore = false
    /// The number of the last entity that needs no visit.
    private var cursor = Int64.min
    /// The numbers of the first and last entity of the page.
    private var first: Int64?
    private var last: Int64?
    private let place: EntityQuery.Place?
    private var ranking: Ranking?
    private let links: LinkFollower?
    /// Whether the query has neither links nor an order nor a place, so that a visit needs to look at none.
    private let isPlain: Bool
    /// The numbers of the page, where the query names a place.
    private var numbers: [Int64] = []
    /// Where the oldest entity of a page stands that ends at a place.
    private var ring = 0

    private static let slice = 1_024

    init(query: EntityQuery, tenant: Tenant) {
        self.query = query
        self.tenant = tenant
        place = query.place
        ranking = query.order.map { Ranking(order: $0, capacity: query.offset + query.limit + 1) }
        let access = query.access
        links =
            query.hasLinks
            ? LinkFollower { id in tenant.entity(id).flatMap { access == nil ? $0 : access?.seen($0) } } : nil
        isPlain = query.order == nil && query.place == nil && !query.hasLinks && access == nil
        page.reserveCapacity(min(query.limit, 1_000))
        // What stands before the page counts only for the total.
        if case .after(let number)? = place, !query.counts { cursor = number }
    }

    mutating func run() throws(NGSILDError) -> EntityPage {
        if !query.ids.isEmpty {
            visitIDs()
        } else if let geo = query.geo, let box = geo.searchBox {
            visitSpace(geo.attribute, box)
        } else if let scope = query.scope, isNarrow(scope) {
            visitScopes(scope)
        } else if let types = query.types?.alternatives {
            if types.count == 1 { visitType(types[0]) } else { visitTypes(types) }
        } else {
            visitAll()
        }
        try links?.checkLimit()
        unroll()
        if let ranking {
            let ranked = ranking.sorted()
            hasMore = ranked.count > query.offset + query.limit
            page = ranked.dropFirst(query.offset).prefix(query.limit).compactMap { tenant.whole($0) }.compactMap(seen)
            (first, last) = (nil, nil)
        }
        return EntityPage(
            entities: page, total: query.counts ? matched : nil, hasMore: hasMore, first: first, last: last,
            places: numbers)
    }

    /// - Returns: whether the scan goes on.
    private mutating func visit(_ kept: EntityRecord, _ number: Int64) -> Bool {
        tenant.whole(kept).map { judge($0, kept: kept, number) } ?? true
    }

    /// - Parameter kept: the record as it is in memory, perhaps without its attributes.
    @inline(__always)
    private mutating func judge(_ record: EntityRecord, kept: EntityRecord, _ number: Int64) -> Bool {
        guard isPlain else { return visit(record, kept: kept, number) }
        guard query.matches(record) else { return true }
        matched += 1
        return take(record, number)
    }

    /// The same for a query with links, an order or a place.
    private mutating func visit(_ record: EntityRecord, kept: EntityRecord, _ number: Int64) -> Bool {
        guard let record = query.selected(record, links: links) else { return links?.isExhausted != true }
        matched += 1
        if ranking != nil {
            ranking?.offer(record, kept: kept, number)
            return true
        }
        if let place { return take(record, number, place) }
        return take(record, number)
    }

    /// What of an entity the caller reaches.
    private func seen(_ record: EntityRecord) -> EntityRecord? {
        guard let access = query.access else { return record }
        return access.seen(record)
    }

    /// Puts an entity that matches where the offset and the limit have it.
    ///
    /// - Returns: whether the scan goes on.
    @inline(__always)
    private mutating func take(_ record: EntityRecord, _ number: Int64) -> Bool {
        if skipped < query.offset {
            skipped += 1
        } else if page.count < query.limit {
            append(record, number)
        } else {
            hasMore = true
            return query.counts
        }
        return true
    }

    private mutating func append(_ record: EntityRecord, _ number: Int64) {
        if page.isEmpty { first = number }
        last = number
        page.append(record)
    }

    /// Takes a matching entity for a page that is named by its place.
    private mutating func take(_ record: EntityRecord, _ number: Int64, _ place: EntityQuery.Place) -> Bool {
        switch place {
        case .after(let start):
            if number <= start { return true }
            if page.count < query.limit {
                append(record, number)
                numbers.append(number)
                return true
            }
            hasMore = true
            return query.counts
        case .before(let end):
            if number >= end {
                hasMore = true
                return query.counts
            }
            guard query.limit > 0 else { return true }
            // The last ones before the end: kept in a ring until it is reached.
            if page.count < query.limit {
                page.append(record)
                numbers.append(number)
            } else {
                page[ring] = record
                numbers[ring] = number
                ring = (ring + 1) % query.limit
            }
            return true
        }
    }

    /// Puts the ring into order.
    private mutating func unroll() {
        guard case .before? = place, !page.isEmpty else { return }
        page = Array(page[ring...] + page[..<ring])
        numbers = Array(numbers[ring...] + numbers[..<ring])
        (first, last) = (numbers.first, numbers.last)
    }

    private mutating func visitIDs() {
        let ids = query.ids
        var found = tenant.withState { state in ids.compactMap { state.slot(of: $0) } }
        found.sort { $0.number < $1.number }
        var last = Int64.min
        found.removeAll { slot in
            defer { last = slot.number }
            return slot.number == last
        }
        visit(found)
    }

    private mutating func visitSpace(_ attribute: TermID, _ box: BoundingBox) {
        let candidates = tenant.withState { state -> [EntitySlot] in
            guard let index = state.spatial[attribute] else { return [] }
            var slots = index.keys(meeting: box)
            slots.sort()
            var found: [EntitySlot] = []
            found.reserveCapacity(slots.count)
            var last: UInt32?
            for slot in slots where slot != last {
                last = slot
                found.append(state.slots[Int(slot)])
            }
            return found
        }
        visit(candidates.drop { $0.number <= cursor })
    }

    private mutating func visitType(_ type: TermID) {
        if isOnlyTypes { return countedType(type) }
        scan(isByType: query.types?.isSingleType == true) { state, cursor, visit in
            guard let list = state.byType[type] else { return nil }
            let first = cursor == .min ? 0 : TenantState.lowerBound(list, UInt32(state.firstSlot(after: cursor)))
            let end = min(first + Self.slice, list.count)
            for position in first..<end where !visit(list[position]) { return nil }
            return end < list.count ? state.slots[Int(list[end - 1])].number : nil
        }
    }

    /// A query by one type alone needs no check of its candidates, and its total is the length of the list.
    private var isOnlyTypes: Bool {
        query.selectors.isEmpty && query.idPattern == nil && query.attributes.isEmpty && query.expression == nil
            && query.geo == nil
            && query.scope == nil && query.types?.isSingleType == true && query.order == nil
            && query.access == nil && !isBefore
    }

    private var isBefore: Bool {
        if case .before? = place { return true }
        return false
    }

    private mutating func countedType(_ type: TermID) {
        let (offset, limit, place) = (query.offset, query.limit, place)
        let (slots, total, ends) = tenant.withState { state -> ([EntitySlot], Int, (Int, Int64?, Int64?)) in
            guard let list = state.byType[type] else { return ([], 0, (0, nil, nil)) }
            var first = min(offset, list.count)
            if case .after(let number)? = place {
                first = TenantState.lowerBound(list, UInt32(state.firstSlot(after: number)))
            }
            let end = first + min(limit, list.count - first)
            var slots: [EntitySlot] = []
            slots.reserveCapacity(end - first)
            for position in first..<end { slots.append(state.slots[Int(list[position])]) }
            guard first < end else { return (slots, list.count, (end, nil, nil)) }
            return (
                slots, list.count,
                (end, state.slots[Int(list[first])].number, state.slots[Int(list[end - 1])].number)
            )
        }
        for (slot, record) in zip(slots, tenant.whole(slots)) {
            guard let record else { continue }
            page.append(record)
            if place != nil { numbers.append(slot.number) }
        }
        matched = total
        hasMore = ends.0 < total
        (first, last) = (ends.1, ends.2)
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
                if !visit(slot) { return nil }
                visited += 1
                if visited == Self.slice { return state.slots[Int(slot)].number }
            }
            return nil
        }
    }

    /// Whether the index of scopes leaves fewer candidates than that of types.
    private func isNarrow(_ scope: ScopeQuery) -> Bool {
        tenant.withState { state in
            guard let count = state.scopes.candidates(for: scope)?.count else { return false }
            let others = query.types?.alternatives?.reduce(0) { $0 + (state.byType[$1]?.count ?? 0) }
            return count < others ?? state.count
        }
    }

    private mutating func visitScopes(_ scope: ScopeQuery) {
        scan { state, cursor, visit in
            // What was narrow may have grown meanwhile.
            guard let (lists, _) = state.scopes.candidates(for: scope) else { return Self.all(state, cursor, visit) }
            var merge = SlotMerge(lists, from: cursor == .min ? 0 : UInt32(state.firstSlot(after: cursor)))
            var number = cursor
            for _ in 0..<Self.slice {
                guard let slot = merge.next(), visit(slot) else { return nil }
                number = state.slots[Int(slot)].number
            }
            return number
        }
    }

    private mutating func visitAll() { scan { state, cursor, visit in Self.all(state, cursor, visit) } }

    private static func all(
        _ state: borrowing TenantState, _ cursor: Int64, _ visit: (UInt32) -> Bool
    ) -> Int64? {
        let first = cursor == .min ? 0 : state.firstSlot(after: cursor)
        let end = min(first + slice, state.slots.count)
        for position in first..<end where !visit(UInt32(position)) { return nil }
        return end < state.slots.count ? state.slots[end - 1].number : nil
    }

    /// Runs slices until one says there is nothing left; each gets the cursor and gives the next.
    ///
    /// - Parameter isByType: whether the slices name only entities of the type asked for.
    private mutating func scan(
        isByType: Bool = false,
        _ slice: (borrowing TenantState, Int64, (UInt32) -> Bool) -> Int64?
    ) {
        var next: Int64? = cursor
        if links != nil || ranking != nil || tenant.withState({ $0.evictedCount > 0 }) { return scanOutside(slice) }
        // Looking at each entity's own types again would cost a cache miss.
        if isByType { query.types = nil }
        while let from = next {
            next = tenant.withState { state in
                guard let (column, range) = numbers(of: &state) else {
                    return slice(state, from) { index in
                        let slot = state.slots[Int(index)]
                        return slot.record.map { visit($0, slot.number) } ?? true
                    }
                }
                return slice(state, from) { index in
                    guard column.mayHold(index, range) else { return true }
                    let slot = state.slots[Int(index)]
                    guard let record = slot.record else { return true }
                    column.note(index, record)
                    return visit(record, slot.number)
                }
            }
        }
    }

    /// What is known of the numbers that the query asks for, and the range of them.
    private func numbers(of state: inout TenantState) -> (column: NumberColumn, range: ClosedRange<Float>)? {
        guard let bounds = query.expression?.numericBounds, !bounds.isEmpty,
            let (column, bound) = state.numbers.column(for: bounds, slotCount: state.slots.count),
            bound.low <= bound.high
        else { return nil }
        return (column, Float(bound.low)...Float(bound.high))
    }

    /// The same for visits that look up other entities, read the store or take long: they are made outside of the
    /// state's lock.
    private mutating func scanOutside(
        _ slice: (borrowing TenantState, Int64, (UInt32) -> Bool) -> Int64?
    ) {
        var next: Int64? = cursor
        var candidates: [EntitySlot] = []
        candidates.reserveCapacity(Self.slice)
        while let from = next {
            candidates.removeAll(keepingCapacity: true)
            next = tenant.withState { state in
                let known = numbers(of: &state)
                return slice(state, from) { index in
                    if let known, !known.column.mayHold(index, known.range) { return true }
                    candidates.append(state.slots[Int(index)])
                    return true
                }
            }
            if !visit(candidates) { return }
        }
    }

    /// Visits candidates in their order. Those whose attributes are in the store only are read some at a time, first a
    /// few, then more, since few may be enough for a page.
    ///
    /// - Returns: whether the scan goes on.
    @discardableResult
    private mutating func visit(_ candidates: some Collection<EntitySlot>) -> Bool {
        var rest = candidates[...]
        var some = 32
        while !rest.isEmpty {
            let part = rest.prefix(some).filter { $0.record.map { !$0.isEvicted || query.mayMatch($0) } ?? false }
            for (record, slot) in zip(tenant.whole(part), part) {
                if let record, let kept = slot.record, !judge(record, kept: kept, slot.number) { return false }
            }
            rest = rest.dropFirst(some)
            some = min(2 * some, Self.slice)
        }
        return true
    }
}
