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
        let resolved = try await resolved(definition)
        return made.withLock { made in
            if let known = made[resolved.identity], known.context === resolved { return known }
            if made.count >= NotificationContexts.limit { made.removeAll() }
            let context = TermContext(context: resolved, registry: registry)
            made[resolved.identity] = context
            return context
        }
    }

    private func resolved(_ definition: SubscriptionDefinition) async throws(ContextError) -> ResolvedContext {
        if let url = definition.contextURL {
            if let ready = cache.cached(url) { return ready }
            // One that was hosted here may have been deleted; the subscription still knows what it says.
            if let named = try? await cache.resolve(.url(url)) { return named }
        }
        guard let document = try? JSONDocument(parsing: definition.contextValue) else {
            throw .invalid(url: nil, .notAContext(.null))
        }
        return try await cache.resolve(.value(document, document.root))
    }
}
