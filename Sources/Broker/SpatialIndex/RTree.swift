public import GeoJSON

/// An index of boxes: which keys lie where.
///
/// The same key may stand at several boxes, and the same box may hold many keys; each `insert` is one entry. Boxes are
/// kept in single precision, rounded outwards, so that a search may also offer entries up to 1.7 m outside; whoever
/// asks looks at the exact geometry next. About 35 bytes an entry.
///
/// Invariants:
/// 1. Every path from the root to a leaf has `height` nodes; slots of leaves hold keys, others node numbers.
/// 2. The box of a slot is the smallest around everything below it.
/// 3. A node other than the root has at least `NodeMemory.minimum` slots in use; a root that is no leaf has two.
/// 4. A node is either reached once from the root or once on the free list.
///
/// - Source: A. Guttman, "R-trees" (1984); the split after N. Beckmann et al., "The R*-tree" (1990).
public struct RTree: Sendable {
    // Nodes are numbered places in these two arrays (see `NodeMemory`).
    private var vectors: [NodeMemory.Vector] = []
    private var counts: [UInt8] = []
    private(set) var shape = TreeShape()

    public init() {}

    /// The number of entries.
    public var count: Int { shape.count }
    public var isEmpty: Bool { shape.count == 0 }

    /// The memory that the index holds, in bytes.
    public var memoryBytes: Int {
        vectors.capacity * MemoryLayout<NodeMemory.Vector>.stride + counts.capacity
    }

    /// Adds an entry. An edge of the box that is not a number counts as unbounded.
    ///
    /// Cost: about 1 us among 100,000.
    public mutating func insert(_ key: UInt32, at box: BoundingBox) {
        insert(IndexSlot(box: IndexBox(box), child: key), atLevel: 0)
        shape.count += 1
    }

    /// Removes one entry with this key and this box.
    ///
    /// Cost: about 1 us among 100,000; linear in the entries that share the place.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public mutating func remove(_ key: UInt32, at box: BoundingBox) -> Bool {
        take(IndexSlot(box: IndexBox(box), child: key), orMoveTo: nil) != .notFound
    }

    /// Moves an entry; adds it when it was not there. Cheap when the new box is near the old one.
    public mutating func update(_ key: UInt32, from old: BoundingBox, to new: BoundingBox) {
        if take(IndexSlot(box: IndexBox(old), child: key), orMoveTo: IndexBox(new)) != .moved {
            insert(key, at: new)
        }
    }

    /// Calls the closure with the key of each entry whose box meets the given one, in no order, until it answers
    /// false. Touching counts.
    ///
    /// Cost: among 100,000 entries about a microsecond and what the hits cost.
    public func search(_ box: BoundingBox, visit: (UInt32) -> Bool) {
        let box = IndexBox(box)
        guard let root = shape.root else { return }
        _ = withMemory { memory in RTree.search(box, in: root, level: shape.height - 1, memory, visit) }
    }

    /// The same with the box of each entry, as it is kept: rounded outwards.
    public func entries(meeting box: BoundingBox, visit: (UInt32, BoundingBox) -> Bool) {
        let box = IndexBox(box)
        guard let root = shape.root else { return }
        _ = withMemory { memory in RTree.entries(box, in: root, level: shape.height - 1, memory, visit) }
    }

    /// The box around all entries; `nil` where there are none.
    public var bounds: BoundingBox? {
        guard let root = shape.root, !isEmpty else { return nil }
        return withMemory { BoundingBox($0.bounds(root)) }
    }

    /// The keys of all entries whose box meets the given one, in no order.
    public func keys(meeting box: BoundingBox) -> [UInt32] {
        var keys: [UInt32] = []
        search(box) {
            keys.append($0)
            return true
        }
        return keys
    }

    private static func search(
        _ box: IndexBox, in node: UInt32, level: Int, _ memory: NodeMemory, _ visit: (UInt32) -> Bool
    ) -> Bool {
        var slots = memory.slots(node, meeting: box)
        while slots != 0 {
            let child = memory.child(node, slots.trailingZeroBitCount)
            slots &= slots - 1
            let goesOn = level == 0 ? visit(child) : search(box, in: child, level: level - 1, memory, visit)
            if !goesOn { return false }
        }
        return true
    }

    private static func entries(
        _ box: IndexBox, in node: UInt32, level: Int, _ memory: NodeMemory, _ visit: (UInt32, BoundingBox) -> Bool
    ) -> Bool {
        var slots = memory.slots(node, meeting: box)
        while slots != 0 {
            let slot = slots.trailingZeroBitCount
            let child = memory.child(node, slot)
            slots &= slots - 1
            let goesOn =
                level == 0
                ? visit(child, BoundingBox(memory.box(node, slot)))
                : entries(box, in: child, level: level - 1, memory, visit)
            if !goesOn { return false }
        }
        return true
    }

    private mutating func insert(_ slot: IndexSlot, atLevel level: Int) {
        // Each level may split, and the root may get a parent; the first entry brings the root.
        reserveNodes(shape.height + 2)
        edit { $0.insert(slot, atLevel: level) }
    }

    private mutating func take(_ slot: IndexSlot, orMoveTo target: IndexBox?) -> TreeEditor.Outcome {
        guard shape.root != nil else { return .notFound }
        var orphans: [TreeEditor.Orphan] = []
        let outcome = edit { $0.take(slot, orMoveTo: target, orphans: &orphans) } ?? .notFound
        if outcome == .removed { shape.count -= 1 }
        if !orphans.isEmpty {
            for orphan in orphans { insert(orphan.slot, atLevel: orphan.level) }
            edit { $0.lowerRoot() }
        }
        return outcome
    }
}

// Memory.
extension RTree {
    /// Nodes in use and free ones.
    var nodeCount: Int { counts.count }

    /// Calls the closure with the nodes for reading; not at all while there are none.
    func withMemory<Result>(_ body: (NodeMemory) -> Result) -> Result? {
        vectors.withUnsafeBufferPointer { vectors in
            counts.withUnsafeBufferPointer { counts in
                NodeMemory(vectors: vectors.baseAddress, counts: counts.baseAddress).map(body)
            }
        }
    }

    @discardableResult
    mutating func edit<Result>(_ body: (inout TreeEditor) -> Result) -> Result? {
        let before = shape
        let outcome: (result: Result, shape: TreeShape)? = vectors.withUnsafeMutableBufferPointer { vectors in
            counts.withUnsafeMutableBufferPointer { counts in
                let memory = NodeMemory(vectors: vectors.baseAddress, counts: counts.baseAddress)
                guard var editor = memory.map({ TreeEditor(memory: $0, shape: before) }) else { return nil }
                let result = body(&editor)
                return (result, editor.shape)
            }
        }
        if let outcome { shape = outcome.shape }
        return outcome?.result
    }

    /// Makes sure that this many nodes can be taken in one edit, which cannot move the memory.
    mutating func reserveNodes(_ needed: Int) {
        guard shape.freeCount < needed else { return }
        let first = counts.count
        let last = first + needed - shape.freeCount
        // Grows by a quarter: doubling would leave up to half of the memory unused.
        if counts.capacity < last { counts.reserveCapacity(last + last / 4) }
        if vectors.capacity < last * NodeMemory.vectorsPerNode {
            vectors.reserveCapacity((last + last / 4) * NodeMemory.vectorsPerNode)
        }
        vectors.append(contentsOf: repeatElement(.zero, count: (last - first) * NodeMemory.vectorsPerNode))
        counts.append(contentsOf: repeatElement(0, count: last - first))
        edit { editor in
            for node in (first..<last).reversed() { editor.giveBack(UInt32(node)) }
        }
    }
}
