import HeapModule
import NGSILDModel

/// When which entities have something that expires: the earliest first.
///
/// Invariants:
/// 1. An entity that is waited for is in `waiting`, with the time of its one entry in `heap` that counts and the time
///    that is wanted now; the former is not after the latter. Any other entry of `heap` is passed over.
/// 2. `heap` has at most twice as many entries as `waiting`, and some.
struct ExpirySchedule {
    struct Key: Hashable {
        let tenant: String
        let id: String
    }

    private struct Entry: Comparable {
        let time: Timestamp
        let key: Key

        static func < (left: Self, right: Self) -> Bool { left.time < right.time }
    }

    private var heap = Heap<Entry>()
    private var waiting: [Key: (entry: Timestamp, wanted: Timestamp)] = [:]

    /// How many entities are waited for.
    var count: Int { waiting.count }

    /// The time of the next look; `.none` when nothing is waited for.
    var next: Timestamp { heap.min?.time ?? .none }

    /// Sets the time for an entity; `.none` stops waiting for it.
    mutating func set(_ time: Timestamp, _ key: Key) {
        guard time.isSet else {
            waiting[key] = nil
            if waiting.isEmpty { heap = Heap() }
            return
        }
        if let known = waiting[key], known.entry <= time {
            // The entry in the heap comes first and leads on to the later time.
            waiting[key] = (known.entry, time)
            return
        }
        waiting[key] = (time, time)
        heap.insert(Entry(time: time, key: key))
        if heap.count > 2 * waiting.count + 64 { rebuild() }
    }

    /// Takes out entities whose time has come, up to `most`.
    mutating func takeDue(_ now: Timestamp, most: Int) -> [Key] {
        var due: [Key] = []
        while due.count < most, let first = heap.min, first.time <= now {
            heap.removeMin()
            guard let known = waiting[first.key], known.entry == first.time else { continue }
            if known.wanted <= now {
                waiting[first.key] = nil
                due.append(first.key)
            } else {
                waiting[first.key] = (known.wanted, known.wanted)
                heap.insert(Entry(time: known.wanted, key: first.key))
            }
        }
        return due
    }

    private mutating func rebuild() {
        heap = Heap(waiting.map { Entry(time: $0.value.wanted, key: $0.key) })
        for (key, times) in waiting { waiting[key] = (times.wanted, times.wanted) }
    }
}
