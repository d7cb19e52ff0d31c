import NGSILDModel

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
        /// `nil`: there are none.
        let placed: GrantIndex?

        init(_ grants: [Grant]) {
            isOpen = grants.contains(where: \.isOfTypesAlone)
            // Of entities that are open, nothing more need be said.
            let grants = isOpen ? [] : grants
            ofAnyPlace = grants.filter(\.isOfAnyPlace)
            attributes = ofAnyPlace.isEmpty ? nil : ofAnyPlace.reduce(into: []) { $0.formUnion($1.attributes ?? []) }
            let placed = grants.filter { !$0.isOfAnyPlace }
            self.placed = placed.isEmpty ? nil : GrantIndex(placed)
        }
    }

    /// The types that a grant names, in their order, and the row of each.
    let types: [TermID]
    private let rows: [Row]
    private let rowByType: KeyTable
    /// `nil`: all grants name types.
    private let ofAnyType: Row?

    init(_ grants: [Grant]) {
        var byType: [TermID: [Grant]] = [:]
        for grant in grants {
            for type in grant.types ?? [] { byType[type, default: []].append(grant) }
        }
        types = byType.keys.sorted()
        rows = types.map { Row(byType[$0] ?? []) }
        rowByType = KeyTable(
            Dictionary(uniqueKeysWithValues: types.enumerated().map { (UInt64($1.number), [$0]) }))
        let others = grants.filter { $0.types == nil }
        ofAnyType = others.isEmpty ? nil : Row(others)
    }

    /// Whether every entity of a type is open, whole.
    func isOpen(_ type: TermID) -> Bool { ofAnyType?.isOpen == true || row(of: type)?.isOpen == true }

    @inline(__always)
    private func row(of type: TermID) -> Row? {
        rowByType.range(of: UInt64(type.number)).first.map { rows[rowByType.numbers[$0]] }
    }

    /// Adds the attributes of all grants that cover an entity.
    ///
    /// - Returns: whether one of them opens all.
    func collect(_ entity: EntityRecord, _ found: inout Set<TermID>?) -> Bool {
        if let ofAnyType, collect(entity, ofAnyType, &found) { return true }
        for index in entity.types.indices {
            if let row = row(of: entity.types[index]), collect(entity, row, &found) { return true }
        }
        return false
    }

    private func collect(_ entity: EntityRecord, _ row: Row, _ found: inout Set<TermID>?) -> Bool {
        if row.isOpen { return true }
        if let attributes = row.attributes { found = found?.union(attributes) ?? attributes }
        return row.placed?.collect(entity, &found) ?? false
    }

    /// The same for an entity that is written.
    ///
    /// - Parameter added: the types that it did not have.
    func collect(
        writing entity: EntityRecord, after before: EntityRecord?, adding added: [TermID], _ found: inout Set<TermID>?
    ) -> Bool {
        if let ofAnyType, collect(writing: entity, after: before, ofAnyType, &found, isOfEach: true) { return true }
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
                if grant.add(&found) { return true }
            }
        }
        return row.placed?.collect(writing: entity, after: before, &found) ?? false
    }
}
