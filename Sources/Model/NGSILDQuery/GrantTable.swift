import NGSILDModel

/// A grant that is not copied when it is looked at.
final class KeptGrant: Sendable {
    let grant: EntityAccess.Grant

    init(_ grant: EntityAccess.Grant) { self.grant = grant }
}

/// Grants by the types that they are about.
final class GrantTable: Sendable {
    typealias Grant = EntityAccess.Grant

    /// The grants for one type, or for any.
    private final class Row: Sendable {
        /// What those of any place open together; `nil`: there are none.
        let attributes: Set<TermID>?
        /// Whether one of them opens all.
        let isOpen: Bool
        let ofAnyPlace: [Grant]
        let placed: GrantIndex

        init(_ grants: [Grant]) {
            isOpen = grants.contains(where: \.isOfTypesAlone)
            // Of entities that are open, nothing more need be said.
            let grants = isOpen ? [] : grants
            ofAnyPlace = grants.filter(\.isOfAnyPlace)
            attributes = ofAnyPlace.isEmpty ? nil : ofAnyPlace.reduce(into: []) { $0.formUnion($1.attributes ?? []) }
            placed = GrantIndex(grants.filter { !$0.isOfAnyPlace })
        }
    }

    /// The types that a grant names, in their order, and the row of each.
    let types: [TermID]
    private let rows: [Row]
    private let ofAnyType: Row

    init(_ grants: [Grant]) {
        var byType: [TermID: [Grant]] = [:]
        for grant in grants {
            for type in grant.types ?? [] { byType[type, default: []].append(grant) }
        }
        types = byType.keys.sorted()
        rows = types.map { Row(byType[$0] ?? []) }
        ofAnyType = Row(grants.filter { $0.types == nil })
    }

    /// Whether every entity of a type is open, whole.
    func isOpen(_ type: TermID) -> Bool { ofAnyType.isOpen || row(of: type)?.isOpen == true }

    /// By halves, since hashing a number would take longer than the few steps.
    private func row(of type: TermID) -> Row? {
        var low = 0
        var high = types.count
        while low < high {
            let middle = (low + high) / 2
            if types[middle] < type { low = middle + 1 } else { high = middle }
        }
        return low < types.count && types[low] == type ? rows[low] : nil
    }

    /// Adds the attributes of all grants that cover an entity.
    ///
    /// - Returns: whether one of them opens all.
    func collect(_ entity: EntityRecord, _ found: inout Set<TermID>?) -> Bool {
        if collect(entity, ofAnyType, &found) { return true }
        for type in entity.types {
            if let row = row(of: type), collect(entity, row, &found) { return true }
        }
        return false
    }

    private func collect(_ entity: EntityRecord, _ row: Row, _ found: inout Set<TermID>?) -> Bool {
        if row.isOpen { return true }
        if let attributes = row.attributes { found = found?.union(attributes) ?? attributes }
        if row.placed.isEmpty { return false }
        return row.placed.visit(entity) { kept in kept.grant.covers(entity) && Self.add(kept.grant, &found) }
    }

    /// The same for an entity that is written.
    ///
    /// - Parameter added: the types that it did not have.
    func collect(
        writing entity: EntityRecord, after before: EntityRecord?, adding added: [TermID], _ found: inout Set<TermID>?
    ) -> Bool {
        if collect(writing: entity, after: before, ofAnyType, &found, isOfEach: true) { return true }
        for type in entity.types {
            guard let row = row(of: type) else { continue }
            let isOfEach = added.allSatisfy { $0 == type }
            if collect(writing: entity, after: before, row, &found, isOfEach: isOfEach) { return true }
        }
        return false
    }

    /// - Parameter isOfEach: whether each grant of the row is about all types that are added.
    private func collect(
        writing entity: EntityRecord, after before: EntityRecord?, _ row: Row, _ found: inout Set<TermID>?,
        isOfEach: Bool
    ) -> Bool {
        if isOfEach {
            if row.isOpen { return true }
            if let attributes = row.attributes { found = found?.union(attributes) ?? attributes }
        } else {
            for grant in row.ofAnyPlace where grant.covers(entity, after: before) {
                if Self.add(grant, &found) { return true }
            }
        }
        if row.placed.isEmpty { return false }
        return row.placed.visit(entity) { kept in
            kept.grant.covers(entity, after: before) && Self.add(kept.grant, &found)
        }
    }

    /// - Returns: whether the grant opens all.
    private static func add(_ grant: Grant, _ found: inout Set<TermID>?) -> Bool {
        guard let attributes = grant.attributes else { return true }
        found = found?.union(attributes) ?? attributes
        return false
    }
}
