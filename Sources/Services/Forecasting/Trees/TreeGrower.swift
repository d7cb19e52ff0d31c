/// Grows boosted trees on a table of bins.
///
/// Invariants:
/// 1. `members` holds the sampled rows; each open leaf is a range of it, and ranges do not overlap.
/// 2. `current[r]` is the estimate for row `r` with all trees so far, rows outside of the sample included.
final class TreeGrower {
    private let table: BinnedTable
    private let targets: [Double]
    private let parameters: BoostedTrees.Parameters
    private var random: FixedRandom
    private var members: [Int32] = []
    private var scratch: [Int32] = []
    private var signs: [Float] = []
    private var columns: [Int] = []
    /// Which rows may be learnt from.
    private let learning: [Int32]
    private(set) var current: [Double]

    private struct Leaf {
        var node: Int
        var range: Range<Int>
        /// For each sampled column and bin the sum of signs and the count of rows; empty when the leaf stays one.
        var histogram: [SIMD2<Float>] = []
        var split: Split?
    }

    private struct Split {
        var gain: Float
        var feature: Int
        var bin: UInt8
    }

    /// - Parameters:
    ///   - targets: One for each row of the table.
    ///   - learning: The rows to learn from; the others only get estimates.
    init(
        table: BinnedTable, targets: [Double], learning: [Int32], parameters: BoostedTrees.Parameters, seed: UInt64
    ) {
        self.table = table
        self.targets = targets
        self.learning = learning
        self.parameters = parameters
        random = FixedRandom(seed: seed)
        current = Array(repeating: 0, count: targets.count)
        signs = Array(repeating: 0, count: targets.count)
    }

    /// Grows one more tree and adds it to the estimates.
    func grow() -> BoostedTrees.Tree {
        sample()
        for row in members { signs[Int(row)] = targets[Int(row)] > current[Int(row)] ? 1 : -1 }
        var tree = BoostedTrees.Tree(nodes: [Self.leafNode])
        var root = Leaf(node: 0, range: 0..<members.count, histogram: histogram(of: 0..<members.count))
        root.split = best(root)
        var leaves = [root]
        while leaves.count < parameters.leaves {
            guard
                let chosen = leaves.indices.filter({ leaves[$0].split != nil })
                    .max(by: { (leaves[$0].split?.gain ?? 0) < (leaves[$1].split?.gain ?? 0) }),
                let split = leaves[chosen].split
            else { break }
            let leaf = leaves[chosen]
            let middle = partition(leaf.range, split)
            tree.nodes[leaf.node].feature = Int32(split.feature)
            tree.nodes[leaf.node].bin = split.bin
            tree.nodes[leaf.node].left = Int32(tree.nodes.count)
            tree.nodes[leaf.node].right = Int32(tree.nodes.count + 1)
            tree.nodes.append(Self.leafNode)
            tree.nodes.append(Self.leafNode)
            var left = Leaf(node: tree.nodes.count - 2, range: leaf.range.lowerBound..<middle)
            var right = Leaf(node: tree.nodes.count - 1, range: middle..<leaf.range.upperBound)
            if leaves.count + 1 < parameters.leaves { findSplits(of: leaf, &left, &right) }
            leaves[chosen] = left
            leaves.append(right)
        }
        for leaf in leaves {
            let missed = members[leaf.range].map { targets[Int($0)] - current[Int($0)] }
            tree.nodes[leaf.node].value = Self.median(missed) * parameters.learningRate
        }
        add(tree)
        return tree
    }

    private static let leafNode = BoostedTrees.Tree.Node(feature: -1, bin: 0, left: 0, right: 0, value: 0)

    private func sample() {
        members.removeAll(keepingCapacity: true)
        let bound = UInt32(min(1, max(0, parameters.rowShare)) * Double(UInt32.max))
        for row in learning where random.next() <= bound { members.append(row) }
        columns = Array(0..<table.columns)
        let wanted = max(1, Int(Double(table.columns) * parameters.columnShare))
        for place in 0..<min(wanted, columns.count) {
            columns.swapAt(place, place + random.next(below: columns.count - place))
        }
        columns.removeSubrange(min(wanted, columns.count)...)
    }

    /// Finds the splits of both sides of a leaf; the larger side's histogram is what the smaller leaves of the whole.
    private func findSplits(of leaf: Leaf, _ left: inout Leaf, _ right: inout Leaf) {
        let isLeftSmaller = left.range.count <= right.range.count
        let smaller = histogram(of: isLeftSmaller ? left.range : right.range)
        var larger = leaf.histogram
        for index in larger.indices { larger[index] -= smaller[index] }
        left.histogram = isLeftSmaller ? smaller : larger
        right.histogram = isLeftSmaller ? larger : smaller
        left.split = best(left)
        right.split = best(right)
    }

    private func histogram(of range: Range<Int>) -> [SIMD2<Float>] {
        var histogram = Array(repeating: SIMD2<Float>.zero, count: columns.count * Binning.maximumBins)
        histogram.withUnsafeMutableBufferPointer { histogram in
            members.withUnsafeBufferPointer { members in
                signs.withUnsafeBufferPointer { signs in
                    table.bins.withUnsafeBufferPointer { bins in
                        for (place, feature) in columns.enumerated() {
                            let (start, column) = (place * Binning.maximumBins, feature * table.rows)
                            for member in range {
                                let row = Int(members[member])
                                histogram[start + Int(bins[column + row])] += SIMD2(signs[row], 1)
                            }
                        }
                    }
                }
            }
        }
        return histogram
    }

    /// The split with the largest gain; `nil` when none leaves enough rows on both sides.
    private func best(_ leaf: Leaf) -> Split? {
        guard leaf.range.count >= 2 * parameters.fewestInLeaf else { return nil }
        var best: Split?
        let bins = Binning.maximumBins
        let smoothing = Float(parameters.smoothing)
        let fewest = Float(parameters.fewestInLeaf)
        leaf.histogram.withUnsafeBufferPointer { histogram in
            var total = SIMD2<Float>.zero
            for bin in 0..<bins { total += histogram[bin] }
            let whole = total.x * total.x / (total.y + smoothing)
            for (place, feature) in columns.enumerated() {
                var left = SIMD2<Float>.zero
                for bin in 0..<(bins - 1) {
                    left += histogram[place * bins + bin]
                    let right = total - left
                    guard left.y >= fewest else { continue }
                    guard right.y >= fewest else { break }
                    let gain =
                        left.x * left.x / (left.y + smoothing) + right.x * right.x / (right.y + smoothing) - whole
                    if gain > (best?.gain ?? 1e-3) {
                        best = Split(gain: gain, feature: feature, bin: UInt8(bin))
                    }
                }
            }
        }
        return best
    }

    /// Brings the rows that go left to the front of the range; returns where the others start.
    private func partition(_ range: Range<Int>, _ split: Split) -> Int {
        scratch.removeAll(keepingCapacity: true)
        var place = range.lowerBound
        let column = split.feature * table.rows
        for index in range {
            let row = members[index]
            if table.bins[column + Int(row)] <= split.bin {
                members[place] = row
                place += 1
            } else {
                scratch.append(row)
            }
        }
        for (offset, row) in scratch.enumerated() { members[place + offset] = row }
        return place
    }

    private func add(_ tree: BoostedTrees.Tree) {
        let rows = table.rows
        table.bins.withUnsafeBufferPointer { bins in
            current.withUnsafeMutableBufferPointer { current in
                tree.nodes.withUnsafeBufferPointer { nodes in
                    for row in 0..<rows {
                        var node = 0
                        while nodes[node].feature >= 0 {
                            let goesLeft = bins[Int(nodes[node].feature) * rows + row] <= nodes[node].bin
                            node = Int(goesLeft ? nodes[node].left : nodes[node].right)
                        }
                        current[row] += nodes[node].value
                    }
                }
            }
        }
    }

    /// The middle number by quickselect; 0 of none.
    static func median(_ numbers: [Double]) -> Double {
        guard !numbers.isEmpty else { return 0 }
        var numbers = numbers
        let wanted = numbers.count / 2
        var (low, high) = (0, numbers.count - 1)
        while low < high {
            let pivot = numbers[(low + high) / 2]
            var (i, j) = (low, high)
            while i <= j {
                while numbers[i] < pivot { i += 1 }
                while numbers[j] > pivot { j -= 1 }
                if i <= j {
                    numbers.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if wanted <= j { high = j } else if wanted >= i { low = i } else { break }
        }
        return numbers[wanted]
    }
}
