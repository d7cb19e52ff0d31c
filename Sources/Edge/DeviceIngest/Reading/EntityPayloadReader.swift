import JSONLD
import JSONTree
import NGSILDModel
import Synchronization

/// Reads entities out of a payload that is NGSI-LD already.
struct EntityPayloadReader {
    let document: JSONDocument
    let terms: TermContext
    /// The URLs that `terms` is made of.
    let context: [String]
    let contexts: PayloadContexts
    let isSimplified: Bool
    /// Empty: entities of any type are taken.
    let types: [String]

    func read(_ node: JSONNode) throws(Refusal) -> MessageReading.Entity {
        let context = try context(of: node)
        do throws(NGSILDError) {
            let draft = try EntityDecoder(context: context, form: isSimplified ? .simplified : .normalized)
                .decodeEntity(document, node)
            if !types.isEmpty {
                var allowed: [TermID] = []
                // Types are named in the mapping, so by the mapping's own @context.
                for type in types { allowed.append(try self.terms.term(type)) }
                guard draft.types.allSatisfy(allowed.contains) else {
                    throw .badRequestData(
                        "Entity \(draft.id) is of a type that the mapping does not take from this topic")
                }
            }
            return MessageReading.Entity(draft: draft, json: Array(document.text(node).utf8))
        } catch { throw Refusal(reason: error.detail) }
    }
}

extension EntityPayloadReader {
    private func context(of node: JSONNode) throws(Refusal) -> TermContext {
        guard let inline = document.member(node, "@context") else { return terms }
        let elements = document.isArray(inline) ? Array(document.elements(inline)) : [inline]
        let urls = elements.map { document.string($0) }
        // The core context is under every other.
        if !context.isEmpty, urls.filter({ $0?.hasPrefix(Self.core) != true }) == context { return terms }
        return try contexts.terms(document, inline)
    }

    private static let core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context"
}

/// The @contexts that payloads bring along: those that are at hand, since no message makes the program fetch anything.
final class PayloadContexts: Sendable {
    private let cache: ContextCache?
    private let registry: TermRegistry
    private let bound = Mutex<[ObjectIdentifier: (context: ResolvedContext, terms: TermContext)]>([:])
    private static let limit = 64

    /// - Parameter cache: `nil`: only what needs no other document is at hand.
    init(cache: ContextCache?, registry: TermRegistry) {
        self.cache = cache
        self.registry = registry
    }

    /// What names stand for under a member `@context`.
    func terms(_ document: JSONDocument, _ node: JSONNode) throws(Refusal) -> TermContext {
        let found: ResolvedContext?
        do throws(ContextError) {
            if let cache {
                found = try cache.resolveInline(document, node)
            } else {
                found = try ResolvedContext.inline(document, node)
            }
        } catch { throw Refusal(reason: "its @context cannot be used: \(error)") }
        guard let found else {
            throw Refusal(
                reason: "its @context is not at hand; name it under context in the mapping, so that it is loaded")
        }
        return bound.withLock { bound in
            if let known = bound[ObjectIdentifier(found)] { return known.terms }
            if bound.count >= Self.limit { bound = [:] }
            let terms = TermContext(context: found, registry: registry)
            bound[ObjectIdentifier(found)] = (found, terms)
            return terms
        }
    }
}
