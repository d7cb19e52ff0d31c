/// Divides the slots of a full node and one more between two nodes.
///
/// - Source: N. Beckmann et al., "The R*-tree" (1990), clause 4.2, but sorting by centres only: of both axes the one
///   with the least sum of margins, on it the place of least overlap, then of least area.
struct NodeSplit {
    static let size = NodeMemory.fanout + 1

    /// The slots in order; those before `boundary` stay together.
    private(set) var slots: InlineArray<17, IndexSlot>
    private(set) var boundary = size / 2

    init(of node: UInt32, and extra: IndexSlot, _ memory: NodeMemory) {
        slots = InlineArray(repeating: extra)
        for index in 0..<NodeMemory.fanout { slots[index] = memory.slot(node, index) }
        var other = slots
        NodeSplit.sort(&slots) { $0.minLongitude + $0.maxLongitude }
        NodeSplit.sort(&other) { $0.minLatitude + $0.maxLatitude }
        let byLongitude = NodeSplit.bestBoundary(slots)
        let byLatitude = NodeSplit.bestBoundary(other)
        if byLatitude.marginSum < byLongitude.marginSum {
            slots = other
            boundary = byLatitude.boundary
        } else {
            boundary = byLongitude.boundary
        }
    }

    /// Insertion sort: the fewest steps for 17 elements that are often nearly in order.
    private static func sort(_ slots: inout InlineArray<17, IndexSlot>, by key: (IndexBox) -> Float) {
        for index in 1..<size {
            let moving = slots[index]
            let movingKey = key(moving.box)
            var place = index
            while place > 0, key(slots[place - 1].box) > movingKey {
                slots[place] = slots[place - 1]
                place -= 1
            }
            slots[place] = moving
        }
    }

    private static func bestBoundary(_ slots: InlineArray<17, IndexSlot>) -> (boundary: Int, marginSum: Float) {
        // after[i] is the box around the slots from i on.
        var after = InlineArray<17, IndexBox>(repeating: slots[size - 1].box)
        for index in (0..<size - 1).reversed() {
            after[index] = after[index + 1]
            after[index].formUnion(slots[index].box)
        }
        var before = slots[0].box
        var best = (boundary: size / 2, overlap: Float.infinity, area: Float.infinity)
        var marginSum: Float = 0
        for boundary in 1...size - NodeMemory.minimum {
            if boundary >= NodeMemory.minimum {
                let rest = after[boundary]
                marginSum += before.margin + rest.margin
                let (overlap, area) = (before.overlap(rest), before.area + rest.area)
                if overlap < best.overlap || (overlap == best.overlap && area < best.area) {
                    best = (boundary, overlap, area)
                }
            }
            before.formUnion(slots[boundary].box)
        }
        return (best.boundary, marginSum)
    }
}
