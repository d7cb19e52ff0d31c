/// A sum of small regression trees that estimates the median of a target; without a tree it is 0.
///
/// Gradient boosting of the absolute error (Friedman 2001): each tree is grown on the signs of what is still missed, best
/// leaf first, and each leaf then takes the median of what is missed there, times the learning rate. Rows and columns are
/// sampled for each tree by a fixed recurrence, so that the same data gives the same trees.
struct BoostedTrees: Sendable {
    struct Parameters: Sendable {
        var leaves = 8
        var learningRate = 0.08
        var fewestInLeaf = 80
        var rowShare = 0.4
        var columnShare = 0.25
        /// Added to the rows of a leaf when splits are weighed.
        var smoothing = 40.0
    }

    /// One tree: nodes in a row, the root first.
    struct Tree: Sendable {
        struct Node: Sendable {
            /// -1 marks a leaf.
            var feature: Int32
            /// Rows whose bin is at most this go left.
            var bin: UInt8
            var left: Int32
            var right: Int32
            var value: Double
        }
        var nodes: [Node]

        @inline(__always)
        func value(_ bin: (Int) -> UInt8) -> Double {
            var node = 0
            while nodes[node].feature >= 0 {
                let one = nodes[node]
                node = Int(bin(Int(one.feature)) <= one.bin ? one.left : one.right)
            }
            return nodes[node].value
        }
    }

    let trees: [Tree]
    let binnings: [Binning]

    /// The estimate for a row of raw features.
    func value(_ row: [Double]) -> Double {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, binnings.count)) { bins in
            for index in binnings.indices { bins[index] = index < row.count ? binnings[index].bin(row[index]) : 0 }
            return trees.reduce(0) { $0 + $1.value { bins[$0] } }
        }
    }
}
