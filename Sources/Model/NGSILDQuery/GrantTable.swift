import NGSILDModel

/// Grants by the types that they are about.
final class GrantTable: Sendable {
    typealias Grant = EntityAccess.Grant

    /// The grants for one type, or for any.
    private struct Row: Sendable {
        /// What those of any place open together; `nil`: there are none.
        let attributes: Set<TermID>?
        /// Whether one of them opens all.
        let isOpen: Bool
        let ofAnyPlace: [Grant]
        let placed: GrantIndex

        init(_ grants: [Grant]) {
            ofAnyPlace = grants.filter(\.isOfAnyPlace)
            isOpen = ofAnyPlace.contains { $0.attributes == nil }
            attributes = ofAnyPlace.isEmpty ? nil : ofAnyPlace.reduce(into: []) { $0.formUnion($1.attributes ?? []) }
            placed = GrantIndex(grants.filter { !$0.isOfAnyPlace })
        }
    }

    private let byType: [TermID: Row]
    private let ofAnyType: Row

    var types: some Collection<TermID> { byType.keys }

    /// - Parameter openTypes: types that nothing more need be said about.
    init(_ grants: [Grant], beside openTypes: Set<TermID>) {
        var byType: [TermID: [Grant]] = [:]
        for grant in grants where !grant.isOfTypesAlone {
            for type in grant.types ?? [] where !openTypes.contains(type) { byType[type, default: []].append(grant) }
        }
        self.byType = byType.mapValues { Row($0) }
        ofAnyType = Row(grants.filter { $0.types == nil })
    }

    /// Adds the attributes of all grants that cover an entity.
    ///
    /// - Returns: whether one of them opens all.
    func collect(_ entity: EntityRecord, _ found: inout Set<TermID>?) -> Bool {
        if collect(entity, ofAnyType, &found) { return true }
        for type in entity.types {
            if let row = byType[type], collect(entity, row, &found) { return true }
        }
        return false
    }

    private func collect(_ entity: EntityRecord, _ row: Row, _ found: inout Set<TermID>?) -> Bool {
        if row.isOpen { return true }
        if let attributes = row.attributes { found = found?.union(attributes) ?? attributes }
        if row.placed.isEmpty { return false }
        return row.placed.visit(entity) { grant in grant.covers(entity) && Self.add(grant, &found) }
    }

    /// The same for an entity that is written.
    ///
    /// - Parameter added: the types that it did not have.
    func collect(
        writing entity: EntityRecord, after before: EntityRecord?, adding added: [TermID], _ found: inout Set<TermID>?
    ) -> Bool {
        if collect(writing: entity, after: before, ofAnyType, &found, isOfEach: true) { return true }
        for type in entity.types {
            guard let row = byType[type] else { continue }
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
        return row.placed.visit(entity) { grant in grant.covers(entity, after: before) && Self.add(grant, &found) }
    }

    /// - Returns: whether the grant opens all.
    private static func add(_ grant: Grant, _ found: inout Set<TermID>?) -> Bool {
        guard let attributes = grant.attributes else { return true }
        found = found?.union(attributes) ?? attributes
        return false
    }
}
