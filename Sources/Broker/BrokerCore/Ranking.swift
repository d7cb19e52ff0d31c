import NGSILDModel
import NGSILDQuery

/// The best of many entities by an order, kept in a heap whose root is the worst of them.
///
/// Invariants:
/// 1. It holds `capacity` entities at most; entities in memory only by reference, others by their stubs.
/// 2. Entities that are equal in the order keep the order of their creation.
struct Ranking {
    private struct Entry {
        let keys: EntityOrder.Keys
        let number: Int64
        let record: EntityRecord
    }

    private let order: EntityOrder
    private let capacity: Int
    private var heap: [Entry] = []

    init(order: EntityOrder, capacity: Int) {
        self.order = order
        self.capacity = capacity
        heap.reserveCapacity(min(capacity, 1_024))
    }

    /// - Parameters:
    ///   - record: with its attributes.
    ///   - kept: the same as it is in memory, perhaps without.
    mutating func offer(_ record: EntityRecord, kept: EntityRecord, _ number: Int64) {
        let entry = Entry(keys: order.keys(of: record), number: number, record: kept)
        if heap.count < capacity {
            heap.append(entry)
            rise(heap.count - 1)
        } else if let worst = heap.first, precedes(entry, worst) {
            heap[0] = entry
            sink(0)
        }
    }

    /// All that are kept, the best first.
    func sorted() -> [EntityRecord] { heap.sorted(by: precedes).map(\.record) }

    private func precedes(_ one: Entry, _ other: Entry) -> Bool {
        if order.precedes(one.keys, other.keys) { return true }
        if order.precedes(other.keys, one.keys) { return false }
        return one.number < other.number
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard precedes(heap[parent], heap[index]) else { return }
            heap.swapAt(parent, index)
            index = parent
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var worst = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && precedes(heap[worst], heap[child]) {
                worst = child
            }
            if worst == index { return }
            heap.swapAt(index, worst)
            index = worst
        }
    }
}
