import NGSILDModel
import Testing

@testable import RuleService

@Suite struct DueTimesTests {
    @Test func `what is due first comes first, also after some were taken out`() {
        var due = DueTimes<Int>()
        for number in [5, 3, 9, 1, 7, 3, 8, 2] { due.push(.init(time: minute(Double(number)), key: number)) }
        due.keep { $0.key != 7 }
        var order: [Int] = []
        while let first = due.first {
            order.append(first.key)
            due.removeFirst()
        }
        #expect(order == [1, 2, 3, 3, 5, 8, 9])
    }
}
