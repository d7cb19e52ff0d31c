import NGSILDModel
import Synchronization

/// When the entities of a tenant, and those of each type, changed last: numbers that never come again in this process,
/// not even for a tenant that was removed and made anew.
struct StateRevisions {
    private static let newest = Atomic<UInt64>(0)

    static func next() -> UInt64 { newest.wrappingAdd(1, ordering: .relaxed).newValue }

    private var all = StateRevisions.next()
    private var byType: [TermID: UInt64] = [:]

    /// An entity of these types came, changed or went.
    mutating func changed(_ types: [TermID]) {
        all = Self.next()
        for type in types { byType[type] = all }
    }

    /// The newest change of the types; of all for `nil`.
    func newest(of types: [TermID]?) -> UInt64 {
        guard let types else { return all }
        return types.reduce(0) { max($0, byType[$1] ?? 0) }
    }
}

extension TenantState {
    func revision(of types: [TermID]?) -> UInt64 { revisions.newest(of: types) }
}
