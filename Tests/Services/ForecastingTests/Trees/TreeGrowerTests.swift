import Testing

@testable import Forecasting

struct TreeGrowerTests {
    @Test func `trees find a step, and rows without the number go with the low ones`() {
        let x = (0..<2_000).map { $0 % 10 == 0 ? Double.nan : Double(($0 * 37) % 1_000) }
        let targets = x.map { $0 >= 500 ? 3.0 : -1.0 }
        let table = BinnedTable(values: [x, x.map { _ in 1 }])
        var parameters = BoostedTrees.Parameters()
        parameters.columnShare = 1
        let grower = TreeGrower(
            table: table, targets: targets, learning: (0..<2_000).map { Int32($0) }, parameters: parameters, seed: 1)
        let trees = BoostedTrees(trees: (0..<120).map { _ in grower.grow() }, binnings: table.binnings)
        #expect(abs(trees.value([900, 1]) - 3) < 0.1)
        #expect(abs(trees.value([10, 1]) + 1) < 0.1)
        #expect(abs(trees.value([.nan, 1]) + 1) < 0.1)
        #expect(abs(trees.value([]) + 1) < 0.1)
        for row in [0, 3, 777] { #expect(abs(grower.current[row] - trees.value([x[row], 1])) < 1e-9) }
    }

    @Test func `outliers do not move the median`() {
        let targets = (0..<1_000).map { $0 % 10 == 0 ? 1e9 : 2.0 }
        let table = BinnedTable(values: [targets.map { _ in 0 }])
        let grower = TreeGrower(
            table: table, targets: targets, learning: (0..<1_000).map { Int32($0) }, parameters: .init(), seed: 1)
        let trees = BoostedTrees(trees: (0..<150).map { _ in grower.grow() }, binnings: table.binnings)
        #expect(abs(trees.value([0]) - 2) < 0.05)
    }

    @Test(arguments: [([3, 1, 2], 2), ([], 0), ([5, 5, 5, 5], 5), ([4, 1, 3, 2], 3)] as [([Double], Double)])
    func `the middle number is found`(numbers: [Double], median: Double) {
        #expect(TreeGrower.median(numbers) == median)
    }

    @Test func `numbers fall into bins of about equal counts, the missing into bin 0`() {
        let binning = Binning((0..<10_000).map { Double($0) })
        #expect(binning.edges.count == Binning.maximumBins - 2)
        #expect(binning.bin(.nan) == 0)
        #expect(binning.bin(-.infinity) == 1)
        #expect(Int(binning.bin(.infinity)) == Binning.maximumBins - 1)
        #expect(Binning([]).bin(5) == 1)
        #expect(Binning([2, 2, 2, 7]).bin(7) > Binning([2, 2, 2, 7]).bin(2))
    }
}
