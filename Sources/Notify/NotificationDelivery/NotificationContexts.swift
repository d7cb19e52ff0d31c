import JSONLD
import JSONTree
import NGSILDModel
import Synchronization

/// The @contexts that notifications are written under, made once for each resolved context.
final class NotificationContexts: Sendable {
    private static let limit = 1_024

    let cache: ContextCache
    let registry: TermRegistry
    private let made = Mutex<[String: TermContext]>([:])

    init(cache: ContextCache, registry: TermRegistry) {
        self.cache = cache
        self.registry = registry
    }

    /// - Throws: when a document it needs cannot be had now, or is not valid any more.
    func context(of definition: SubscriptionDefinition) async throws(ContextError) -> TermContext {
        let resolved: ResolvedContext
        if let url = definition.contextURL {
            if let ready = cache.cached(url) {
                resolved = ready
            } else {
                resolved = try await cache.resolve(.url(url))
            }
        } else {
            guard let document = try? JSONDocument(parsing: definition.contextValue) else {
                throw .invalid(url: nil, .notAContext(.null))
            }
            resolved = try await cache.resolve(.value(document, document.root))
        }
        return made.withLock { made in
            if let known = made[resolved.identity], known.context === resolved { return known }
            if made.count >= NotificationContexts.limit { made.removeAll() }
            let context = TermContext(context: resolved, registry: registry)
            made[resolved.identity] = context
            return context
        }
    }
}
