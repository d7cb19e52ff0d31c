import Testing

@testable import Forecasting

struct ColumnTests {
    private let column = Column([1, .nan, 3, 5, .nan, .nan, 10])

    @Test func `means pass over gaps and stop at both ends`() {
        #expect(column.mean(endingAt: 3, length: 3) == 4)
        #expect(column.mean(endingAt: 1, length: 50) == 1)
        #expect(column.mean(endingAt: 5, length: 2).isNaN)
        #expect(column.mean(endingAt: 20, length: 15) == 10)
        #expect(column.mean(endingAt: -3, length: 4).isNaN)
    }

    @Test func `the spread needs three values`() {
        #expect(column.deviation(endingAt: 2, length: 3).isNaN)
        #expect(abs(column.deviation(endingAt: 3, length: 4) - (8.0 / 3).squareRoot()) < 1e-12)
    }

    @Test func `the newest value comes with its age`() {
        #expect(column.newest(at: 5, reach: 3)?.value == 5)
        #expect(column.newest(at: 5, reach: 3)?.age == 2)
        #expect(column.newest(at: 5, reach: 1) == nil)
        #expect(column[99].isNaN)
    }
}
