import Dispatch
import Synchronization
import Testing

@testable import WorkThreads

struct WorkThreadsTests {
    /// Lets work wait until a test opens it.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func wait() { semaphore.wait() }
        func open() { semaphore.signal() }
    }

    @Test func `so many pieces of work run at a time, so many wait, and one more is refused`() {
        let threads = WorkThreads(width: 2, limit: 1)
        let gate = Gate()
        let count = Mutex((running: 0, most: 0, done: 0))
        let work: @Sendable () -> Void = {
            count.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            gate.wait()
            count.withLock {
                $0.running -= 1
                $0.done += 1
            }
        }
        #expect(threads.run(work))
        #expect(threads.run(work))
        #expect(threads.run(work))
        #expect(!threads.run(work))
        for _ in 0..<3 { gate.open() }
        threads.waitUntilIdle()
        let (_, most, done) = count.withLock { $0 }
        #expect(most <= 2)
        #expect(done == 3)
        // And there is room again.
        gate.open()
        #expect(threads.run(work))
        threads.waitUntilIdle()
        #expect(count.withLock { $0.done } == 4)
    }

    @Test func `what waits is done in its order`() {
        let threads = WorkThreads(width: 1, limit: 100)
        let order = Mutex<[Int]>([])
        for number in 0..<100 { #expect(threads.run { order.withLock { $0.append(number) } }) }
        threads.waitUntilIdle()
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test func `as much work as there are cores, and more, leaves tasks their threads`() async {
        let threads = WorkThreads(width: 64, limit: 0)
        let isDone = Atomic<Bool>(false)
        // Each keeps a core busy; tasks have no thread of their own left where these are taken from theirs.
        for _ in 0..<64 { #expect(threads.run { while !isDone.load(ordering: .relaxed) {} }) }
        let numbers = await withTaskGroup { group in
            for number in 0..<10 { group.addTask { number } }
            return await group.reduce(0, +)
        }
        isDone.store(true, ordering: .relaxed)
        #expect(numbers == 45)
        threads.waitUntilIdle()
    }

    @Test func `tasks of priority utility leave others their threads, as ADR 0031 relies on`() async {
        /// Set when the others are done, or when those that wait for it have given up: a test that fails has to end.
        final class Mark: Sendable {
            let isSet = Atomic<Bool>(false)
            let isGivenUp = Atomic<Bool>(false)
        }
        let mark = Mark()
        let patience = ContinuousClock.now + .seconds(60)
        let busy = (0..<8).map { _ in
            Task.detached(priority: .utility) {
                while !mark.isSet.load(ordering: .relaxed) {
                    if ContinuousClock.now < patience { continue }
                    mark.isGivenUp.store(true, ordering: .relaxed)
                    mark.isSet.store(true, ordering: .relaxed)
                }
            }
        }
        let numbers = await Task.detached(priority: .medium) {
            await withTaskGroup { group in
                for number in 0..<10 { group.addTask { number } }
                return await group.reduce(0, +)
            }
        }.value
        mark.isSet.store(true, ordering: .relaxed)
        #expect(numbers == 45)
        for task in busy { await task.value }
        let isGivenUp = mark.isGivenUp.load(ordering: .relaxed)
        #expect(!isGivenUp)
    }

    /// How many are at work, and how many were at most.
    private final class Crew: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func work() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<1_000 { _ = state.withLock { $0.now } }
            state.withLock { $0.now -= 1 }
        }
    }

    @Test func `tasks that prefer them run on them, at most so many at a time`() async {
        let threads = WorkThreads(width: 2, limit: 0)
        let crew = Crew()
        await withTaskGroup { group in
            for _ in 0..<20 { group.addTask(executorPreference: threads) { crew.work() } }
        }
        #expect((1...2).contains(crew.most))
        threads.waitUntilIdle()
    }

    /// An actor that works on a thread of its own.
    private actor Worker {
        private nonisolated let queue = WorkQueue("test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
        private var count = 0
        func add() -> Int {
            count += 1
            return count
        }
    }

    @Test func `an actor on a queue does one thing after the other`() async {
        let worker = Worker()
        let most = await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { await worker.add() } }
            return await group.reduce(0, max)
        }
        #expect(most == 200)
    }
}
