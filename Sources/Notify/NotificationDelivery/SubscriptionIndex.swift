import NGSILDModel
import NGSILDOperations

/// Finds the subscriptions of one tenant that a change could concern.
///
/// A subscription stands under each of its ids when all its selectors name ids; or else under each pair of a type and a
/// watched attribute, `TermID.none` standing for any. So a change looks up its id and the pairs of its types and
/// attributes, however many subscriptions there are.
struct SubscriptionIndex {
    private struct Pair: Hashable {
        let type: TermID
        let attribute: TermID
    }

    private var byID: [String: [Subscription]] = [:]
    private var byPair: [Pair: [Subscription]] = [:]

    mutating func insert(_ subscription: Subscription) {
        switch SubscriptionIndex.keys(of: subscription) {
        case .ids(let ids): for id in ids { byID[id, default: []].append(subscription) }
        case .pairs(let pairs): for pair in pairs { byPair[pair, default: []].append(subscription) }
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
                byPair[pair]?.removeAll { $0 === subscription }
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
        if !conditions.selectors.isEmpty, conditions.selectors.allSatisfy({ !$0.ids.isEmpty }) {
            return .ids(conditions.selectors.reduce(into: []) { $0.formUnion($1.ids) })
        }
        var types: Set<TermID> = []
        for selector in conditions.selectors { types.formUnion(selector.types.alternatives ?? [.none]) }
        if types.isEmpty || types.contains(.none) { types = [.none] }
        let attributes: Set<TermID> = conditions.watched.isEmpty ? [.none] : conditions.watched
        var pairs: Set<Pair> = []
        for type in types { for attribute in attributes { pairs.insert(Pair(type: type, attribute: attribute)) } }
        return .pairs(pairs)
    }

    /// The subscriptions that match, each once, in no particular order.
    ///
    /// - Cost: a look-up for each pair of a type and a changed attribute, and a check of what they find.
    func matches(_ change: EntityChange) -> [Subscription] {
        guard let entity = change.after ?? change.before else { return [] }
        var found: [Subscription] = []
        if !byID.isEmpty, let subscriptions = byID[change.id] {
            for subscription in subscriptions where subscription.matches(change) { found.append(subscription) }
        }
        if byPair.isEmpty { return found }
        let fromIDs = found.count
        for type in [.none] + entity.types {
            collect(byPair[Pair(type: type, attribute: .none)], change, fromIDs, &found)
            for attribute in change.attributes {
                collect(byPair[Pair(type: type, attribute: attribute.name)], change, fromIDs, &found)
            }
        }
        return found
    }

    private func collect(
        _ candidates: [Subscription]?, _ change: EntityChange, _ start: Int, _ found: inout [Subscription]
    ) {
        guard let candidates else { return }
        if found.count - start > 32 {
            // Many matches: a set of identities keeps the check for repetition linear.
            var known = Set(found[start...].map { ObjectIdentifier($0) })
            for candidate in candidates
            where candidate.matches(change) && known.insert(ObjectIdentifier(candidate)).inserted {
                found.append(candidate)
            }
            return
        }
        let knownEnd = found.count
        for candidate in candidates where candidate.matches(change) {
            if !found[start..<knownEnd].contains(where: { $0 === candidate }) { found.append(candidate) }
        }
    }
}
