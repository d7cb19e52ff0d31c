import NGSILDModel
import NGSILDOperations
import Synchronization
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

    @Test func `after a part was taken, what counts is how long the oldest of the rest has waited`() {
        let milliseconds = Atomic(0)
        let queue = SubmissionQueue(limit: 10_000, patience: .milliseconds(60)) {
            milliseconds.load(ordering: .relaxed) * 1_000_000
        }
        for _ in 0..<300 { #expect(queue.append(submission())) }
        milliseconds.store(50, ordering: .relaxed)
        for _ in 0..<300 { #expect(queue.append(submission())) }
        milliseconds.store(61, ordering: .relaxed)
        #expect(!queue.append(submission()))
        #expect(queue.takeAll(most: 300, last: 0)?.count == 300)
        milliseconds.store(110, ordering: .relaxed)
        #expect(queue.append(submission()))
        milliseconds.store(111, ordering: .relaxed)
        #expect(!queue.append(submission()))
    }

    @Test func `with patience left, many items wait`() {
        let queue = SubmissionQueue(limit: 10_000, patience: .seconds(3_600))
        for _ in 0..<5_000 { #expect(queue.append(submission())) }
    }
}
