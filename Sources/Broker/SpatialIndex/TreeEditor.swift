/// What an `RTree` knows besides its nodes.
struct TreeShape: Sendable {
    /// `nil` before the first entry.
    var root: UInt32?
    /// Nodes from the root to a leaf, both counted; the level of a leaf is 0.
    var height = 0
    var count = 0
    /// The head of the free list, which goes on in the first slot of each free node; `UInt32.max` ends it.
    var firstFree = UInt32.max
    var freeCount = 0
}

/// Changes the nodes of an `RTree`. The tree has reserved the nodes that a change may take.
struct TreeEditor {
    let memory: NodeMemory
    private(set) var shape: TreeShape

    init(memory: NodeMemory, shape: TreeShape) {
        self.memory = memory
        self.shape = shape
    }

    mutating func giveBack(_ node: UInt32) {
        memory.clear(node)
        memory.setChild(node, 0, shape.firstFree)
        shape.firstFree = node
        shape.freeCount += 1
    }

    private mutating func takeNode() -> UInt32 {
        precondition(shape.freeCount > 0, "nodes are reserved before an edit")
        let node = shape.firstFree
        shape.firstFree = memory.child(node, 0)
        shape.freeCount -= 1
        return node
    }

    // Insertion

    mutating func insert(_ slot: IndexSlot, atLevel level: Int) {
        guard let root = shape.root else {
            let root = takeNode()
            memory.append(root, slot)
            shape.root = root
            shape.height = 1
            return
        }
        guard let sibling = insert(slot, into: root, level: shape.height - 1, target: level) else { return }
        let parent = takeNode()
        memory.append(parent, IndexSlot(box: memory.bounds(root), child: root))
        memory.append(parent, sibling)
        shape.root = parent
        shape.height += 1
    }

    /// - Returns: The slot of a new node beside this one, when it was split.
    private mutating func insert(_ slot: IndexSlot, into node: UInt32, level: Int, target: Int) -> IndexSlot? {
        if level == target { return append(slot, to: node) }
        let choice = memory.slot(node, growingLeastBy: slot.box)
        let child = memory.child(node, choice)
        if let sibling = insert(slot, into: child, level: level - 1, target: target) {
            memory.setBox(node, choice, memory.bounds(child))
            return append(sibling, to: node)
        }
        var box = memory.box(node, choice)
        box.formUnion(slot.box)
        memory.setBox(node, choice, box)
        return nil
    }

    private mutating func append(_ slot: IndexSlot, to node: UInt32) -> IndexSlot? {
        if memory.count(node) < NodeMemory.fanout {
            memory.append(node, slot)
            return nil
        }
        let split = NodeSplit(of: node, and: slot, memory)
        let sibling = takeNode()
        memory.clear(node)
        for index in 0..<split.boundary { memory.append(node, split.slots[index]) }
        for index in split.boundary..<NodeSplit.size { memory.append(sibling, split.slots[index]) }
        return IndexSlot(box: memory.bounds(sibling), child: sibling)
    }

    // Loading

    /// A new node with these slots, and the slot for it in its parent.
    mutating func node(holding slots: ArraySlice<IndexSlot>) -> IndexSlot {
        let node = takeNode()
        for slot in slots { memory.append(node, slot) }
        return IndexSlot(box: memory.bounds(node), child: node)
    }

    /// Makes a node the root of a tree that had none.
    mutating func plant(_ root: IndexSlot, height: Int, count: Int) {
        shape.root = root.child
        shape.height = height
        shape.count = count
    }

    // Removal

    enum Outcome { case notFound, removed, moved }

    /// A slot of a dissolved node, to be inserted again at its level.
    struct Orphan {
        var slot: IndexSlot
        var level: Int
    }

    /// Takes an entry out, or gives it another box where that changes no box above its leaf.
    ///
    /// The caller inserts the orphans again and then calls `lowerRoot`.
    mutating func take(
        _ entry: IndexSlot, orMoveTo target: IndexBox?, orphans: inout [Orphan]
    ) -> Outcome {
        guard let root = shape.root else { return .notFound }
        return take(entry, orMoveTo: target, from: root, level: shape.height - 1, within: nil, &orphans)
    }

    private mutating func take(
        _ entry: IndexSlot, orMoveTo target: IndexBox?, from node: UInt32, level: Int, within room: IndexBox?,
        _ orphans: inout [Orphan]
    ) -> Outcome {
        var slots = memory.slots(node, containing: entry.box)
        while slots != 0 {
            let slot = slots.trailingZeroBitCount
            slots &= slots - 1
            let child = memory.child(node, slot)
            if level == 0 {
                guard child == entry.child, memory.box(node, slot) == entry.box else { continue }
                if let target, room?.contains(target) ?? true {
                    memory.setBox(node, slot, target)
                    return .moved
                }
                memory.remove(node, slot)
                return .removed
            }
            let outcome = take(
                entry, orMoveTo: target, from: child, level: level - 1, within: memory.box(node, slot), &orphans)
            guard outcome != .notFound else { continue }
            if memory.count(child) < NodeMemory.minimum {
                for index in 0..<memory.count(child) {
                    orphans.append(Orphan(slot: memory.slot(child, index), level: level - 1))
                }
                memory.remove(node, slot)
                giveBack(child)
            } else {
                memory.setBox(node, slot, memory.bounds(child))
            }
            return outcome
        }
        return .notFound
    }

    /// Drops roots that have a single child.
    mutating func lowerRoot() {
        while shape.height > 1, let root = shape.root, memory.count(root) == 1 {
            shape.root = memory.child(root, 0)
            shape.height -= 1
            giveBack(root)
        }
    }
}
