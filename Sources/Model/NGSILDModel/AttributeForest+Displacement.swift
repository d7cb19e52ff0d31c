/// What a new state of an entity takes from the present, and history keeps.
extension AttributeForest {
    /// Visits the instances that a change took from the present: those that are gone, and those in whose place one of
    /// another time stands. An instance whose successor has its very time is overwritten, in the history too.
    ///
    /// - Parameters:
    ///   - changes: what changed; other attributes are left out.
    ///   - after: the state after the change.
    ///   - visit: gets a root of this forest, and whether no instance took its place.
    public func forEachDisplaced(
        _ changes: [AttributeChange], by after: AttributeForest, _ visit: (_ root: Int, _ isGone: Bool) -> Void
    ) {
        let names = changes.count > 16 ? Set(changes.map(\.name)) : []
        var index = 0
        while index < nodes.count {
            let node = nodes[index]
            let root = index
            index += 1 + Int(node.descendants)
            let isChanged =
                changes.count > 16 ? names.contains(node.name) : changes.contains { $0.name == node.name }
            guard isChanged, node.valueLength > 0 else { continue }
            guard let successor = after.instance(like: root, of: self) else {
                visit(root, true)
                continue
            }
            if after.nodes[successor].historyTime != node.historyTime { visit(root, false) }
        }
    }

    /// The root with the name and dataset of another forest's root.
    private func instance(like root: Int, of other: AttributeForest) -> Int? {
        let name = other.nodes[root].name
        var index = 0
        while index < nodes.count {
            if nodes[index].name == name, sameDataset(index, other, root) { return index }
            index += 1 + Int(nodes[index].descendants)
        }
        return nil
    }
}

extension AttributeNode {
    /// The time at which an instance stands in its series: its `observedAt`, or where it has none its `modifiedAt`.
    public var historyTime: Timestamp { observedAt.isSet ? observedAt : modifiedAt }
}
