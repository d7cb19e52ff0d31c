import GeoJSON
import Testing

@testable import SpatialIndex

extension RTree {
    /// Walks all nodes and checks the numbered invariants of `RTree` and `NodeMemory`.
    func checkInvariants(_ location: SourceLocation = #_sourceLocation) {
        guard let root = shape.root else { return }
        withMemory { memory in
            var entries = 0
            var nodes = 0
            func visit(_ node: UInt32, _ level: Int) {
                nodes += 1
                let count = memory.count(node)
                let least = node != root ? NodeMemory.minimum : level > 0 ? 2 : 0
                #expect((least...NodeMemory.fanout).contains(count), sourceLocation: location)
                for slot in count..<NodeMemory.fanout {
                    #expect(memory.box(node, slot).minLongitude == .infinity, sourceLocation: location)
                }
                if level == 0 {
                    entries += count
                } else {
                    for slot in 0..<count {
                        let child = memory.child(node, slot)
                        #expect(memory.box(node, slot) == memory.bounds(child), sourceLocation: location)
                        visit(child, level - 1)
                    }
                }
            }
            visit(root, shape.height - 1)
            #expect(entries == count, sourceLocation: location)
            var free = 0
            var node = shape.firstFree
            while node != .max {
                free += 1
                node = memory.child(node, 0)
            }
            #expect(free == shape.freeCount, sourceLocation: location)
            #expect(free + nodes == nodeCount, sourceLocation: location)
        }
    }
}

/// `#expect` cannot hold a call that changes its receiver.
func expectRemoval(
    _ key: UInt32, at box: BoundingBox, from tree: inout RTree, is expected: Bool = true,
    _ location: SourceLocation = #_sourceLocation
) {
    let isRemoved = tree.remove(key, at: box)
    #expect(isRemoved == expected, sourceLocation: location)
}
