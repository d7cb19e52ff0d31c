/// Transient attributes (CIM 009 clause 4.22): the head of such an instance or sub-attribute ends with its `expiresAt`,
/// and the node has the flag `.expires`.
extension AttributeForest {
    private static let memberName: StaticString = ",\"expiresAt\":"
    /// A time in the longest form that is written has 27 characters; the NGSI-LD Null is shorter.
    private static let textLimit = 40

    /// When an instance or sub-attribute goes by itself; `.none` for one that stays, and for a fragment's that asks to
    /// stay.
    public func expiry(of index: Int) -> Timestamp {
        let node = nodes[index]
        guard node.flags.contains(.expires), let quote = openingQuote(node) else { return .none }
        return Timestamp(bytes[quote + 1..<node.head.upperBound - 1]) ?? .none
    }

    /// The end of a head without its `expiresAt`, which is a system attribute and not always shown.
    func headEndBeforeExpiry(_ node: AttributeNode) -> Int {
        guard node.flags.contains(.expires), let quote = openingQuote(node) else { return node.head.upperBound }
        return max(node.head.lowerBound, quote - Self.memberName.utf8CodeUnitCount)
    }

    /// Where the text begins that ends the head.
    private func openingQuote(_ node: AttributeNode) -> Int? {
        let end = node.head.upperBound - 1
        guard node.headLength > 2, bytes[end] == UInt8(ascii: "\"") else { return nil }
        let first = max(node.head.lowerBound, end - Self.textLimit)
        return bytes[first..<end].lastIndex(of: UInt8(ascii: "\""))
    }

    /// The first time at which an instance or sub-attribute goes; `.none` when all of them stay.
    public var nextExpiry: Timestamp {
        var result = Timestamp.none
        for index in nodes.indices where nodes[index].flags.contains(.expires) {
            let expiry = expiry(of: index)
            if expiry.isSet, !result.isSet || expiry < result { result = expiry }
        }
        return result
    }

    /// The forest without the instances and sub-attributes whose time has come.
    ///
    /// - Returns: `nil` when there are none.
    public func removingExpired(at now: Timestamp) -> ForestChange? {
        let next = nextExpiry
        guard next.isSet, next <= now else { return nil }
        var result = ForestChange()
        for root in roots {
            let name = nodes[root].name
            let before = result.forest.nodes.count
            result.forest.append(unexpired: root, of: self, at: now)
            let isWhole = result.forest.nodes.count - before == 1 + Int(nodes[root].descendants)
            if !isWhole, result.changes.last?.name != name {
                result.changes.append(AttributeChange(name: name, kind: .modified))
            }
        }
        result.changes = result.changes.map { change in
            result.forest.contains(change.name) ? change : AttributeChange(name: change.name, kind: .deleted)
        }
        return result
    }

    private mutating func append(unexpired index: Int, of other: AttributeForest, at now: Timestamp) {
        let expiry = other.expiry(of: index)
        if expiry.isSet, expiry <= now { return }
        let end = index + Int(other.nodes[index].descendants)
        guard end > index, other.nodes[index + 1...end].contains(where: { $0.flags.contains(.expires) }) else {
            append(subtree: index, of: other)
            return
        }
        let position = nodes.count
        appendAlone(index, of: other)
        for child in other.children(of: index) { append(unexpired: child, of: other, at: now) }
        nodes[position].descendants = UInt32(nodes.count - position - 1)
    }
}

extension EntityRecord {
    /// When the entity or the first of its attributes goes by itself; `.none` when all of it stays.
    ///
    /// - Cost: a look at a flag of each attribute. What an evicted record has in the store is not counted.
    public var nextExpiry: Timestamp {
        let next = attributes.nextExpiry
        guard expiresAt.isSet else { return next }
        return next.isSet ? min(next, expiresAt) : expiresAt
    }
}
