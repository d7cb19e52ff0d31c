import NGSILDModel
import NGSILDQuery

/// The subscriptions that stand under one key of a `SubscriptionIndex`, apart by their marks.
///
/// What an entity has is looked up among the marks; where it has a value that a look-up cannot tell from others (an array,
/// a text in many languages), all subscriptions with such a mark are candidates.
struct SubscriptionBucket {
    private var unmarked: [Subscription] = []
    private var texts: [TermID: [String: [Subscription]]] = [:]
    private var numbers: [TermID: IntervalTable<Subscription>] = [:]
    private var places: [TermID: IntervalTable<Subscription>] = [:]
    private var prefixes: [String: [Subscription]] = [:]
    /// The lengths of the prefixes, with how many have each.
    private var prefixLengths: [Int: Int] = [:]

    var isEmpty: Bool {
        unmarked.isEmpty && texts.isEmpty && numbers.isEmpty && places.isEmpty && prefixes.isEmpty
    }

    mutating func insert(_ subscription: Subscription) {
        switch SubscriptionMark(subscription.conditions) {
        case .none: unmarked.append(subscription)
        case .text(let mark): texts[mark.attribute, default: [:]][mark.text, default: []].append(subscription)
        case .number(let mark):
            numbers[mark.attribute, default: .init()].insert(subscription, from: mark.low, to: mark.high)
        case .place(let attribute, let box):
            places[attribute, default: .init()].insert(subscription, from: box.minLongitude, to: box.maxLongitude)
        case .prefixes(let marks):
            for mark in marks {
                if prefixes[mark] == nil { prefixLengths[mark.utf8.count, default: 0] += 1 }
                prefixes[mark, default: []].append(subscription)
            }
        }
    }

    mutating func remove(_ subscription: Subscription) {
        switch SubscriptionMark(subscription.conditions) {
        case .none: unmarked.removeAll { $0 === subscription }
        case .text(let mark):
            texts[mark.attribute]?[mark.text]?.removeAll { $0 === subscription }
            if texts[mark.attribute]?[mark.text]?.isEmpty == true { texts[mark.attribute]?[mark.text] = nil }
            if texts[mark.attribute]?.isEmpty == true { texts[mark.attribute] = nil }
        case .number(let mark):
            numbers[mark.attribute]?.remove(subscription, from: mark.low, to: mark.high)
            if numbers[mark.attribute]?.isEmpty == true { numbers[mark.attribute] = nil }
        case .place(let attribute, let box):
            places[attribute]?.remove(subscription, from: box.minLongitude, to: box.maxLongitude)
            if places[attribute]?.isEmpty == true { places[attribute] = nil }
        case .prefixes(let marks):
            for mark in marks {
                prefixes[mark]?.removeAll { $0 === subscription }
                guard prefixes[mark]?.isEmpty == true else { continue }
                prefixes[mark] = nil
                let left = (prefixLengths[mark.utf8.count] ?? 1) - 1
                prefixLengths[mark.utf8.count] = left > 0 ? left : nil
            }
        }
    }

    /// Visits the subscriptions that may select the entity, some of them more than once.
    func visitCandidates(for entity: EntityRecord, _ body: (Subscription) -> Void) {
        for subscription in unmarked { body(subscription) }
        if !prefixes.isEmpty { visitPrefixes(of: entity.id, body) }
        if texts.isEmpty, numbers.isEmpty, places.isEmpty { return }
        let forest = entity.attributes
        for root in forest.roots {
            let name = forest.nodes[root].name
            if let texts = texts[name] { visit(texts, root, forest, body) }
            if let numbers = numbers[name] { visit(numbers, root, forest, body) }
            if let places = places[name] {
                if let box = GeoValue.boundingBox(of: forest, root) {
                    places.visit(from: box.minLongitude, to: box.maxLongitude, body)
                } else {
                    places.visitAll(body)
                }
            }
        }
    }

    private func visitPrefixes(of id: String, _ body: (Subscription) -> Void) {
        for length in prefixLengths.keys where length <= id.utf8.count {
            for subscription in prefixes[String(decoding: id.utf8.prefix(length), as: UTF8.self)] ?? [] {
                body(subscription)
            }
        }
    }

    private func visit(
        _ texts: [String: [Subscription]], _ root: Int, _ forest: AttributeForest, _ body: (Subscription) -> Void
    ) {
        let node = forest.nodes[root]
        if node.flags.contains(.isNumber) || node.flags.contains(.isBoolean) { return }
        if node.kind == .property || node.kind == .relationship, let text = forest.stringValue(of: root) {
            for subscription in texts[text] ?? [] { body(subscription) }
        } else {
            for subscriptions in texts.values { for subscription in subscriptions { body(subscription) } }
        }
    }

    private func visit(
        _ numbers: IntervalTable<Subscription>, _ root: Int, _ forest: AttributeForest,
        _ body: (Subscription) -> Void
    ) {
        let node = forest.nodes[root]
        if node.flags.contains(.isNumber) {
            numbers.visit(from: node.number, to: node.number, body)
        } else if !node.flags.contains(.isString), !node.flags.contains(.isBoolean) {
            numbers.visitAll(body)
        }
    }
}
