import NGSILDModel
import NGSILDOperations
import Testing

@testable import BrokerCore

struct SubmissionQueueTests {
    private func submission(weight: Int = 1) -> Submission {
        Submission(
            work: .stored(.documents([], removingOutbox: [])) { _ in }, scheduler: ImmediateReplyScheduler(),
            weight: weight)
    }

    @Test func `what passes the limit is refused, but one item always fits`() {
        let queue = SubmissionQueue(limit: 10)
        #expect(queue.append(submission(weight: 50)))
        #expect(!queue.append(submission()))
        #expect(queue.takeAll(most: 100, last: 0)?.count == 1)
        #expect(queue.append(submission()))
    }

    @Test func `with many items, what comes when the oldest waited too long is refused until some are taken`() {
        let queue = SubmissionQueue(limit: 10_000, patience: .zero)
        for number in 0..<256 { #expect(queue.append(submission()), "\(number)") }
        #expect(!queue.append(submission()))
        #expect(queue.takeAll(most: 10, last: 0)?.count == 10)
        #expect(queue.append(submission()))
        #expect(queue.takeAll(most: 10_000, last: 0)?.count == 247)
    }

    @Test func `with patience left, many items wait`() {
        let queue = SubmissionQueue(limit: 10_000, patience: .seconds(3_600))
        for _ in 0..<5_000 { #expect(queue.append(submission())) }
    }
}
