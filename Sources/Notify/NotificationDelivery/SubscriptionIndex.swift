import NGSILDModel
import NGSILDOperations

/// Finds the subscriptions of one tenant that a change could concern.
///
/// A subscription stands under each of its ids when all its selectors name ids; or else under each pair of a type and a
/// watched attribute, `TermID.none` standing for any, and there by its `SubscriptionMark`. So a change looks up its id,
/// the pairs of its types and attributes, and what the entity has of what `q`, `idPattern` and `geoQ` ask for, however
/// many subscriptions there are.
///
/// Periodic subscriptions wait for no change and stand nowhere.
struct SubscriptionIndex {
    private struct Pair: Hashable {
        let type: TermID
        let attribute: TermID
    }

    private var byID: [String: [Subscription]] = [:]
    private var byPair: [Pair: SubscriptionBucket] = [:]

    mutating func insert(_ subscription: Subscription) {
        switch SubscriptionIndex.keys(of: subscription) {
        case .ids(let ids): for id in ids { byID[id, default: []].append(subscription) }
        case .pairs(let pairs): for pair in pairs { byPair[pair, default: .init()].insert(subscription) }
        }
    }

    mutating func remove(_ subscription: Subscription) {
        switch SubscriptionIndex.keys(of: subscription) {
        case .ids(let ids):
            for id in ids {
                byID[id]?.removeAll { $0 === subscription }
                if byID[id]?.isEmpty == true { byID[id] = nil }
            }
        case .pairs(let pairs):
            for pair in pairs {
                byPair[pair]?.remove(subscription)
                if byPair[pair]?.isEmpty == true { byPair[pair] = nil }
            }
        }
    }

    private enum Keys {
        case ids(Set<String>)
        case pairs(Set<Pair>)
    }

    private static func keys(of subscription: Subscription) -> Keys {
        let conditions = subscription.conditions
        if subscription.timeInterval > 0 { return .pairs([]) }
        if !conditions.selectors.isEmpty, conditions.selectors.allSatisfy({ !$0.ids.isEmpty }) {
            return .ids(conditions.selectors.reduce(into: []) { $0.formUnion($1.ids) })
        }
        var types: Set<TermID> = []
        for selector in conditions.selectors { types.formUnion(selector.types.alternatives ?? [.none]) }
        // No selector, or one for any type: any type. An empty list cannot be: the types of subscriptions are interned.
        if types.isEmpty || types.contains(.none) { types = [.none] }
        let attributes: Set<TermID> = conditions.watched.isEmpty ? [.none] : conditions.watched
        var pairs: Set<Pair> = []
        for type in types { for attribute in attributes { pairs.insert(Pair(type: type, attribute: attribute)) } }
        return .pairs(pairs)
    }

    var isEmpty: Bool { byID.isEmpty && byPair.isEmpty }

    /// The subscriptions that match, each once, in no particular order.
    ///
    /// - Cost: a look-up for each pair of a type and a changed attribute, and a check of what they find.
    func matches(_ change: EntityChange) -> [Subscription] {
        var filter = CandidateFilter(change)
        visitCandidates(change) { filter.take($0) }
        return filter.found
    }

    /// Visits the subscriptions that may match, some of them more than once.
    func visitCandidates(_ change: EntityChange, _ body: (Subscription) -> Void) {
        guard let entity = change.after ?? change.before else { return }
        for subscription in byID[entity.id] ?? [] { body(subscription) }
        if byPair.isEmpty { return }
        visit(.none, change, entity, body)
        for type in entity.types { visit(type, change, entity, body) }
    }

    private func visit(
        _ type: TermID, _ change: EntityChange, _ entity: EntityRecord, _ body: (Subscription) -> Void
    ) {
        byPair[Pair(type: type, attribute: .none)]?.visitCandidates(for: entity, body)
        for attribute in change.attributes {
            byPair[Pair(type: type, attribute: attribute.name)]?.visitCandidates(for: entity, body)
        }
    }
}

/// Holds candidates against one change and keeps those that match, each once.
private struct CandidateFilter {
    private let change: EntityChange
    /// Made when there is a first candidate.
    private var triggers: ChangeTriggers?
    private(set) var found: [Subscription] = []
    private var known: Set<ObjectIdentifier> = []

    init(_ change: EntityChange) { self.change = change }

    mutating func take(_ candidate: Subscription) {
        let triggers = triggers ?? ChangeTriggers(change)
        self.triggers = triggers
        guard candidate.matches(change, triggers), isNew(candidate) else { return }
        found.append(candidate)
    }

    /// A set only once there are many.
    private mutating func isNew(_ candidate: Subscription) -> Bool {
        if found.count < 16 { return !found.contains { $0 === candidate } }
        if known.isEmpty { known = Set(found.map { ObjectIdentifier($0) }) }
        return known.insert(ObjectIdentifier(candidate)).inserted
    }
}
