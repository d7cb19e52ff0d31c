import BrokerStorage
import JSONTree
import NGSILDModel
import NGSILDQuery

/// The scopes of an entity over time: each set holds from the time it was set until the next one, or its removal.
///
/// - Source: CIM 009 clauses 4.18, 5.7.4.4; the example in C.5.16.
struct ScopeEvolution {
    private struct Period {
        var start: Int64
        var end: Int64
        let scopes: [String]
    }

    private var periods: [Period] = []

    var isEmpty: Bool { periods.isEmpty }

    /// Takes in the next instance; instances come in the order of time.
    mutating func append(_ samples: SampleColumns, _ index: Int) {
        let time = samples.times[index]
        if let last = periods.indices.last { periods[last].end = time }
        // Of the time before its creation an entity may have a history all the same, brought in later; the scope that
        // it was created with counts for that too.
        let isFromCreation = periods.isEmpty && samples.createdAt[index] == time
        let scopes = samples.flags(index).contains(.isDeletion) ? [] : samples.withValue(index, Self.scopes)
        periods.append(Period(start: isFromCreation ? .min : time, end: .max, scopes: scopes))
    }

    /// The times at which the scopes match, in order, from inclusive to exclusive.
    func times(matching query: ScopeQuery) -> [Range<Int64>] {
        periods.filter { $0.start < $0.end && query.matches($0.scopes) }.map { $0.start..<$0.end }
    }

    /// The scopes in a value, a string or an array of strings.
    private static func scopes(_ value: UnsafeRawBufferPointer) -> [String] {
        guard let document = try? JSONDocument(parsing: Array(value)) else { return [] }
        if let scope = document.string(document.root) { return [scope] }
        guard document.isArray(document.root) else { return [] }
        return document.elements(document.root).compactMap { document.string($0) }
    }
}

extension HistoryStore {
    /// The evolution of an entity's scope; empty when none is kept.
    func scopeEvolution(of entity: KnownEntity) throws -> ScopeEvolution {
        var evolution = ScopeEvolution()
        guard let term = scopeTerm else { return evolution }
        let key = SeriesKey(tenant: entity.tenant, entity: entity.id, attribute: term)
        try visit(key, of: entity, newestFirst: false) { samples, index in
            evolution.append(samples, index)
            return true
        }
        return evolution
    }
}
