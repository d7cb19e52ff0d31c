/// A view of the nodes of an `RTree` while one operation runs.
///
/// A node has 16 slots, laid out as five vectors so that one comparison covers all slots: the least longitudes, the
/// least latitudes, the greatest longitudes, the greatest latitudes, and the children (bit patterns of `UInt32`).
///
/// Invariants:
/// 1. The slots in use are the first `count(node)`.
/// 2. A slot not in use has a box of plus to minus infinity, which meets nothing and changes no bounds.
/// 3. Node numbers come only from slots of nodes, the root and the free list, all below the number of nodes.
struct NodeMemory {
    static let fanout = 16
    /// The least number of slots in use, except in the root; about 40 % as in Beckmann et al. (1990).
    static let minimum = 6
    static let vectorsPerNode = 5

    typealias Vector = SIMD16<Float>

    private let vectors: UnsafeMutableRawPointer
    private let counts: UnsafeMutablePointer<UInt8>

    /// The buffers must be the arrays of one `RTree`, which has at least one node. For reading only, they may come
    /// from immutable arrays.
    init?(vectors: UnsafePointer<Vector>?, counts: UnsafePointer<UInt8>?) {
        guard let vectors, let counts else { return nil }
        self.vectors = UnsafeMutableRawPointer(mutating: vectors)
        self.counts = UnsafeMutablePointer(mutating: counts)
    }

    @inline(__always)
    private func vector(_ node: UInt32, _ index: Int) -> Vector {
        (vectors + (Int(node) * NodeMemory.vectorsPerNode + index) * MemoryLayout<Vector>.size).load(as: Vector.self)
    }

    @inline(__always)
    private func lane(_ node: UInt32, _ index: Int, _ slot: Int) -> UnsafeMutableRawPointer {
        vectors + (Int(node) * NodeMemory.vectorsPerNode + index) * MemoryLayout<Vector>.size + slot * 4
    }

    @inline(__always)
    func count(_ node: UInt32) -> Int { Int(counts[Int(node)]) }

    @inline(__always)
    func child(_ node: UInt32, _ slot: Int) -> UInt32 { lane(node, 4, slot).load(as: UInt32.self) }

    @inline(__always)
    func box(_ node: UInt32, _ slot: Int) -> IndexBox {
        IndexBox(
            minLongitude: lane(node, 0, slot).load(as: Float.self),
            minLatitude: lane(node, 1, slot).load(as: Float.self),
            maxLongitude: lane(node, 2, slot).load(as: Float.self),
            maxLatitude: lane(node, 3, slot).load(as: Float.self))
    }

    func slot(_ node: UInt32, _ slot: Int) -> IndexSlot { IndexSlot(box: box(node, slot), child: child(node, slot)) }

    @inline(__always)
    func setBox(_ node: UInt32, _ slot: Int, _ box: IndexBox) {
        lane(node, 0, slot).storeBytes(of: box.minLongitude, as: Float.self)
        lane(node, 1, slot).storeBytes(of: box.minLatitude, as: Float.self)
        lane(node, 2, slot).storeBytes(of: box.maxLongitude, as: Float.self)
        lane(node, 3, slot).storeBytes(of: box.maxLatitude, as: Float.self)
    }

    @inline(__always)
    func setChild(_ node: UInt32, _ slot: Int, _ child: UInt32) {
        lane(node, 4, slot).storeBytes(of: child, as: UInt32.self)
    }

    /// Empties a node.
    func clear(_ node: UInt32) {
        for index in 0..<NodeMemory.vectorsPerNode {
            let value: Float = index < 2 ? .infinity : index < 4 ? -.infinity : 0
            lane(node, index, 0).storeBytes(of: Vector(repeating: value), as: Vector.self)
        }
        counts[Int(node)] = 0
    }

    /// Appends a slot; the node must have room.
    func append(_ node: UInt32, _ slot: IndexSlot) {
        let count = count(node)
        assert(count < NodeMemory.fanout)
        setBox(node, count, slot.box)
        setChild(node, count, slot.child)
        counts[Int(node)] = UInt8(count + 1)
    }

    /// Takes a slot out; the last one moves into its place.
    func remove(_ node: UInt32, _ slot: Int) {
        let last = count(node) - 1
        assert(slot <= last)
        if slot != last {
            setBox(node, slot, box(node, last))
            setChild(node, slot, child(node, last))
        }
        setBox(
            node, last,
            IndexBox(
                minLongitude: .infinity, minLatitude: .infinity, maxLongitude: -.infinity, maxLatitude: -.infinity))
        counts[Int(node)] = UInt8(last)
    }

    /// The smallest box around all slots in use.
    func bounds(_ node: UInt32) -> IndexBox {
        IndexBox(
            minLongitude: vector(node, 0).min(), minLatitude: vector(node, 1).min(),
            maxLongitude: vector(node, 2).max(), maxLatitude: vector(node, 3).max())
    }

    /// A bit for each slot whose box meets the given one.
    @inline(__always)
    func slots(_ node: UInt32, meeting box: IndexBox) -> UInt32 {
        bits(
            (vector(node, 0) .<= box.maxLongitude) .& (vector(node, 1) .<= box.maxLatitude)
                .& (vector(node, 2) .>= box.minLongitude) .& (vector(node, 3) .>= box.minLatitude))
    }

    /// A bit for each slot whose box covers the given one.
    @inline(__always)
    func slots(_ node: UInt32, containing box: IndexBox) -> UInt32 {
        bits(
            (vector(node, 0) .<= box.minLongitude) .& (vector(node, 1) .<= box.minLatitude)
                .& (vector(node, 2) .>= box.maxLongitude) .& (vector(node, 3) .>= box.maxLatitude))
    }

    /// The slot whose box grows least in area when it takes in the given one; of equals the one of least area.
    func slot(_ node: UInt32, growingLeastBy added: IndexBox) -> Int {
        var choice = 0
        var least = (growth: Float.infinity, area: Float.infinity)
        for slot in 0..<count(node) {
            var box = box(node, slot)
            let area = box.area
            box.formUnion(added)
            let growth = box.area - area
            if growth < least.growth || (growth == least.growth && area < least.area) {
                least = (growth, area)
                choice = slot
            }
        }
        return choice
    }

    @inline(__always)
    private func bits(_ mask: SIMDMask<SIMD16<Int32>>) -> UInt32 {
        let weights = SIMD16<UInt32>(
            1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
        return SIMD16<UInt32>(repeating: 0).replacing(with: weights, where: mask).wrappedSum()
    }
}
