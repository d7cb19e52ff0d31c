import JSONLD
import NGSILDModel
import Synchronization

/// The term tables of the contexts in use, one for each resolved context.
///
/// Bounded: past `limit` contexts the tables start anew, since they can always be made again.
final class TermContexts: Sendable {
    let core: TermContext
    private let registry: TermRegistry
    private let tables = Mutex<[ObjectIdentifier: TermContext]>([:])
    private static let limit = 2_048

    init(registry: TermRegistry) {
        self.registry = registry
        core = TermContext(context: .core, registry: registry)
    }

    func table(for context: ResolvedContext) -> TermContext {
        if context === core.context { return core }
        return tables.withLock { tables in
            if let table = tables[ObjectIdentifier(context)] { return table }
            if tables.count >= Self.limit { tables.removeAll() }
            let table = TermContext(context: context, registry: registry)
            tables[ObjectIdentifier(context)] = table
            return table
        }
    }
}
