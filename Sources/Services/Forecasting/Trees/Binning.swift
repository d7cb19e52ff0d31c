/// Puts numbers into at most 64 bins of about equal counts: bin 0 for those that are missing.
struct Binning: Sendable {
    /// Rising: a number falls into the bin after the last edge that it reaches.
    let edges: [Double]

    static let maximumBins = 64

    /// Edges from a sample of numbers; `nan` ones are passed over.
    init(_ numbers: [Double]) {
        let sorted = numbers.filter { $0.isFinite }.sorted()
        var edges: [Double] = []
        let wanted = Self.maximumBins - 2
        for step in 1...wanted where !sorted.isEmpty {
            let edge = sorted[min(sorted.count - 1, sorted.count * step / (wanted + 1))]
            if edges.last.map({ edge > $0 }) ?? (edge > sorted[0]) { edges.append(edge) }
        }
        self.edges = edges
    }

    /// Bins with edges that were found before; `nil` where they do not rise or are too many.
    init?(edges: [Double]) {
        guard edges.count <= Self.maximumBins - 2, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        self.edges = edges
    }

    /// The bin of a number.
    @inline(__always)
    func bin(_ number: Double) -> UInt8 {
        guard number == number else { return 0 }
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return UInt8(truncatingIfNeeded: low + 1)
    }
}

/// Features of many rows, each as its bin, column by column.
struct BinnedTable: Sendable {
    let rows: Int
    let columns: Int
    /// Column `c` starts at `c * rows`.
    private(set) var bins: [UInt8]
    let binnings: [Binning]

    /// - Parameter values: Column by column, as `bins`.
    init(values: [[Double]]) {
        rows = values.first?.count ?? 0
        columns = values.count
        bins = []
        bins.reserveCapacity(rows * columns)
        var binnings: [Binning] = []
        for column in values {
            // A few thousand numbers tell the edges well enough.
            let stride = max(1, column.count / 6_000)
            let binning = Binning(
                stride == 1 ? column : Swift.stride(from: 0, to: column.count, by: stride).map { column[$0] })
            for value in column { bins.append(binning.bin(value)) }
            binnings.append(binning)
        }
        self.binnings = binnings
    }
}
