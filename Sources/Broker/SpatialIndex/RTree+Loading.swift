public import GeoJSON

extension RTree {
    /// Builds an index of many entries at once: ten times as fast as inserting them, and quicker to search.
    ///
    /// - Source: S. Leutenegger et al., "STR: a simple and efficient algorithm for R-tree packing" (1997).
    public init(loading entries: some Sequence<(key: UInt32, box: BoundingBox)>) {
        self.init()
        let slots = entries.map { IndexSlot(box: IndexBox($0.box), child: $0.key) }
        load(slots)
    }

    /// Slots in use of a packed node; the others are room for entries to come.
    private static let packed = 13

    private mutating func load(_ entries: [IndexSlot]) {
        guard !entries.isEmpty else { return }
        var slots = entries
        var height = 1
        while slots.count > NodeMemory.fanout {
            slots = pack(slots)
            height += 1
        }
        reserveNodes(1)
        edit { $0.plant($0.node(holding: slots[...]), height: height, count: entries.count) }
    }

    /// Puts the slots of one level into nodes, tile by tile.
    ///
    /// - Returns: The slots of those nodes, for the level above.
    private mutating func pack(_ slots: [IndexSlot]) -> [IndexSlot] {
        var slots = slots
        let nodeCount = (slots.count + RTree.packed - 1) / RTree.packed
        let sliceCount = Int(Double(nodeCount).squareRoot().rounded(.up))
        slots.sort { $0.box.minLongitude + $0.box.maxLongitude < $1.box.minLongitude + $1.box.maxLongitude }
        reserveNodes(nodeCount + sliceCount)
        var parents: [IndexSlot] = []
        parents.reserveCapacity(nodeCount + sliceCount)
        for slice in RTree.evenParts(of: slots.indices, sliceCount) {
            slots[slice].sort { $0.box.minLatitude + $0.box.maxLatitude < $1.box.minLatitude + $1.box.maxLatitude }
            let tiles = RTree.evenParts(of: slice, (slice.count + RTree.packed - 1) / RTree.packed)
            edit { editor in
                for tile in tiles { parents.append(editor.node(holding: slots[tile])) }
            }
        }
        return parents
    }

    private static func evenParts(of range: Range<Int>, _ count: Int) -> [Range<Int>] {
        (0..<count).map { part in
            range.lowerBound + range.count * part / count..<range.lowerBound + range.count * (part + 1) / count
        }
    }
}
