import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SpatialIndex

/// One survey on its way: visits the entries of the index of space, a part of the box at a time.
///
/// The state is locked for the entries of one part only; a part that holds too many is cut into four. Where there are
/// many, types are looked up in a table by slot, and numbers in columns, so that most entities are not looked at.
///
/// Invariants:
/// 1. An entry is visited in the part that holds its south-western corner, as far as that lies in the box.
/// 2. `classes` is as the types were when it was made; slots that came later have no class yet and are passed over.
struct SurveyRun {
    private let request: EntitySurveyRequest
    /// The box as far as it is in the area; `nil` where nothing of it is.
    private let searched: BoundingBox?
    private let tenant: Tenant
    private let links: LinkFollower?
    /// Whether types alone decide.
    private let isByTypes: Bool
    private var numbering: UInt64 = 0
    /// For each slot the place of its type in `types`, from 1; 0: not asked for.
    private var classes: [UInt8] = []
    private var types: [TermID] = []
    private var hits: [PlacedEntity] = []

    /// Entries of one part. Looking at an entity takes about ten times as long as a look into the tables.
    private let partLimit: Int
    /// Parts of 1e-5 degrees and less are not cut any more: all that they hold stands at one place.
    private static let leastDegrees = 1e-5
    private static let classLimit = 254

    private enum Outcome { case done, tooMany, renumbered }

    init(_ request: EntitySurveyRequest, _ tenant: Tenant) {
        var request = request
        if let area = request.area?.box { searched = request.box.intersection(area) } else { searched = request.box }
        request.box = searched ?? request.box
        self.request = request
        self.tenant = tenant
        let query = request.query
        let access = query.access
        links =
            query.hasLinks
            ? LinkFollower { id in tenant.entity(id).flatMap { access == nil ? $0 : access?.seen($0) } } : nil
        isByTypes =
            query.ids.isEmpty && query.idPattern == nil && query.attributes.isEmpty && query.expression == nil
            && query.scope == nil && query.selectors.isEmpty && access == nil
            && (query.types?.alternatives == nil || query.types?.isPlainList == true)
        partLimit = isByTypes ? 8_192 : 1_024
    }

    /// - Returns: the numbering of the slots; `nil` where they were numbered anew on the way.
    mutating func run(_ visit: (PlacedEntity) -> Void) -> UInt64? {
        numbering = tenant.withState { $0.numbering }
        guard let searched else { return numbering }
        return part(searched, visit) ? numbering : nil
    }

    private mutating func part(_ part: BoundingBox, _ visit: (PlacedEntity) -> Void) -> Bool {
        var later: [(slot: EntitySlot, place: PlacedEntity)] = []
        let outcome = tenant.withState { state in search(part, &state, &later, visit) }
        switch outcome {
        case .renumbered: return false
        case .done:
            look(later, visit)
            return true
        case .tooMany:
            let middle = part.center
            for east in [false, true] {
                for north in [false, true] {
                    let quarter = BoundingBox(
                        minLongitude: east ? middle.longitude : part.minLongitude,
                        minLatitude: north ? middle.latitude : part.minLatitude,
                        maxLongitude: east ? part.maxLongitude : middle.longitude,
                        maxLatitude: north ? part.maxLatitude : middle.latitude)
                    if !self.part(quarter, visit) { return false }
                }
            }
            return true
        }
    }

    // MARK: Under the lock

    private mutating func search(
        _ part: BoundingBox, _ state: inout TenantState, _ later: inout [(slot: EntitySlot, place: PlacedEntity)],
        _ visit: (PlacedEntity) -> Void
    ) -> Outcome {
        guard state.numbering == numbering else { return .renumbered }
        guard let index = state.spatial[request.geometry] else { return .done }
        let limit =
            max(part.maxLongitude - part.minLongitude, part.maxLatitude - part.minLatitude) > Self.leastDegrees
            ? partLimit : .max
        hits.removeAll(keepingCapacity: true)
        let none = SIMD4<Float>(repeating: .nan)
        index.entries(meeting: part) { slot, box in
            guard holds(part, box) else { return true }
            hits.append(PlacedEntity(slot: slot, box: box, type: .none, numbers: none))
            return hits.count <= limit
        }
        if hits.count > limit {
            if classes.isEmpty { classify(state) }
            return .tooMany
        }
        let columns = request.numbers.prefix(EntitySurveyRequest.numberLimit).map {
            state.numbers.column(of: $0, slotCount: state.slots.count)
        }
        let known = bounded(&state)
        for hit in hits {
            if let known, !known.column.mayHold(hit.slot, known.range) { continue }
            take(hit, state, columns, known?.column, &later, visit)
        }
        return .done
    }

    /// Whether the entry is of this part.
    private func holds(_ part: BoundingBox, _ box: BoundingBox) -> Bool {
        let longitude = max(box.minLongitude, request.box.minLongitude)
        let latitude = max(box.minLatitude, request.box.minLatitude)
        return longitude >= part.minLongitude && latitude >= part.minLatitude
            && (longitude < part.maxLongitude || part.maxLongitude == request.box.maxLongitude)
            && (latitude < part.maxLatitude || part.maxLatitude == request.box.maxLatitude)
    }

    /// Notes the types of all slots. Cost: about 2 ns an entity.
    private mutating func classify(_ state: borrowing TenantState) {
        types = Array((request.query.types?.alternatives ?? state.byType.keys.sorted()).prefix(Self.classLimit))
        classes = [UInt8](repeating: 0, count: state.slots.count)
        let (types, byType) = (types, state.byType)
        let others = request.query.types?.alternatives == nil ? byType.keys.filter { !types.contains($0) } : []
        classes.withUnsafeMutableBufferPointer { classes in
            for type in others { for slot in byType[type] ?? [] { classes[Int(slot)] = .max } }
            // The first ones last, since the first one counts.
            for (place, type) in types.enumerated().reversed() {
                for slot in byType[type] ?? [] { classes[Int(slot)] = UInt8(place + 1) }
            }
        }
    }

    /// What is known of the numbers that the query asks for, and the range of them.
    private func bounded(_ state: inout TenantState) -> (column: NumberColumn, range: ClosedRange<Float>)? {
        guard let bounds = request.query.expression?.numericBounds, !bounds.isEmpty,
            let (column, bound) = state.numbers.column(for: bounds, slotCount: state.slots.count),
            bound.low <= bound.high
        else { return nil }
        return (column, Float(bound.low)...Float(bound.high))
    }

    /// - Parameter bounded: the column of what the query asks for.
    private func take(
        _ hit: PlacedEntity, _ state: borrowing TenantState, _ columns: [NumberColumn?], _ bounded: NumberColumn?,
        _ later: inout [(slot: EntitySlot, place: PlacedEntity)], _ visit: (PlacedEntity) -> Void
    ) {
        var hit = hit
        if !classes.isEmpty {
            guard hit.slot < classes.count, classes[Int(hit.slot)] > 0 else { return }
            let place = Int(classes[Int(hit.slot)]) - 1
            if place < types.count { hit.type = types[place] }
            if isByTypes, isInside(hit), readNumbers(&hit, columns) { return visit(hit) }
        }
        let slot = state.slots[Int(hit.slot)]
        guard let record = slot.record, request.query.mayMatch(record) else { return }
        if hit.type == .none { hit.type = shownType(record) }
        if record.isEvicted ? !(isByTypes && request.numbers.isEmpty && isInside(hit)) : links != nil {
            later.append((slot, hit))
            return
        }
        bounded?.note(hit.slot, record)
        for column in columns { column?.note(hit.slot, record) }
        if finish(&hit, record) { visit(hit) }
    }

    /// Whether the index knows that the place touches the area: its boxes are up to 1.7 m too large, never too small.
    private func isInside(_ hit: PlacedEntity) -> Bool { request.area.map { $0.box.contains(hit.box) } ?? true }

    /// - Returns: whether the columns know all numbers.
    private func readNumbers(_ hit: inout PlacedEntity, _ columns: [NumberColumn?]) -> Bool {
        for (place, column) in columns.enumerated() {
            guard let number = column?.number(hit.slot) else { return false }
            hit.numbers[place] = number
        }
        return true
    }

    // MARK: With the entity

    private func look(_ later: [(slot: EntitySlot, place: PlacedEntity)], _ visit: (PlacedEntity) -> Void) {
        if later.isEmpty { return }
        let ordered = later.sorted { $0.slot.number < $1.slot.number }
        let records = tenant.whole(ordered.map(\.slot))
        note(ordered, records)
        for (entry, record) in zip(ordered, records) {
            var place = entry.place
            if let record, finish(&place, record) { visit(place) }
        }
    }

    /// Notes the numbers of entities that were read from the store, as far as they are what they were: the next survey
    /// then reads none of them.
    private func note(_ entries: [(slot: EntitySlot, place: PlacedEntity)], _ records: [EntityRecord?]) {
        let attributes =
            request.numbers.prefix(EntitySurveyRequest.numberLimit)
            + (request.query.expression?.numericBounds.prefix(1).map(\.attribute) ?? [])
        if attributes.isEmpty { return }
        tenant.withState { state in
            guard state.numbering == numbering else { return }
            for attribute in attributes {
                guard let column = state.numbers.column(of: attribute, slotCount: state.slots.count) else { return }
                for (entry, record) in zip(entries, records) {
                    guard let record, state.slots[Int(entry.place.slot)].revision == entry.slot.revision else {
                        continue
                    }
                    column.note(entry.place.slot, record)
                }
            }
        }
    }

    private func finish(_ hit: inout PlacedEntity, _ record: EntityRecord) -> Bool {
        var record = record
        if !isByTypes {
            guard let selected = request.query.selected(record, links: links) else { return false }
            // Where an entity is may be what the caller does not see of it.
            guard request.query.access == nil || selected.attributes.contains(request.geometry) else { return false }
            record = selected
        }
        if let area = request.area, !isInside(hit), !area.touches(record, request.geometry, in: hit.box) {
            return false
        }
        for (place, attribute) in request.numbers.prefix(EntitySurveyRequest.numberLimit).enumerated() {
            hit.numbers[place] = NumberColumn.number(of: record, attribute)
        }
        return true
    }

    private func shownType(_ record: EntityRecord) -> TermID {
        guard let asked = request.query.types?.alternatives else { return record.types.min() ?? .none }
        return asked.first { record.types.contains($0) } ?? record.types.first ?? .none
    }
}
