import NIOCore
import Synchronization

/// Counts of one event loop: written by that loop alone, read by whoever asks for metrics.
///
/// `@unchecked Sendable`: the cells are atomic, and the memory lives as long as this object.
final class LoopCounts: @unchecked Sendable {
    /// Upper bounds of the latency classes in microseconds; one more class is above them all.
    static let bounds = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000]
    /// Classes of status: 1xx to 5xx.
    static let statusClasses = 5

    private static let answerCells = Operation.allCases.count * statusClasses
    private static let latencyStart = answerCells
    private static let sumCell = latencyStart + bounds.count + 1
    private static let bytesCell = sumCell + 1
    private static let cellCount = bytesCell + 1

    private let cells: UnsafeMutablePointer<Atomic<Int>>

    init() {
        cells = .allocate(capacity: Self.cellCount)
        for index in 0..<Self.cellCount { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: Self.cellCount)
        cells.deallocate()
    }

    @inline(__always)
    private func add(_ index: Int, _ amount: Int) {
        // One writer, so no locked instruction is needed.
        cells[index].store(cells[index].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Counts an answer and the time since its request was complete.
    func count(_ operation: Operation, status: Int, since start: NIODeadline) {
        let statusClass = min(max(status / 100, 1), Self.statusClasses) - 1
        add(operation.rawValue * Self.statusClasses + statusClass, 1)
        let microseconds = Int((NIODeadline.now() - start).nanoseconds / 1_000)
        var index = 0
        while index < Self.bounds.count, microseconds > Self.bounds[index] { index += 1 }
        add(Self.latencyStart + index, 1)
        add(Self.sumCell, microseconds)
    }

    func sent(_ bytes: Int) { add(Self.bytesCell, bytes) }

    func answers(_ operation: Operation, statusClass: Int) -> Int {
        cells[operation.rawValue * Self.statusClasses + statusClass].load(ordering: .relaxed)
    }

    func latencies(_ index: Int) -> Int { cells[Self.latencyStart + index].load(ordering: .relaxed) }
    var latencySum: Int { cells[Self.sumCell].load(ordering: .relaxed) }
    var sentBytes: Int { cells[Self.bytesCell].load(ordering: .relaxed) }
}
