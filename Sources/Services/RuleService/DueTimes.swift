import HeapModule
import NGSILDModel

/// What is due when, the earliest first. An entry is not taken out when it is due no longer; whoever takes it looks whether
/// it still is.
typealias DueTimes<Key: Sendable> = Heap<DueTime<Key>>

struct DueTime<Key: Sendable>: Sendable, Comparable {
    let time: Timestamp
    let key: Key

    static func == (left: Self, right: Self) -> Bool { left.time == right.time }
    static func < (left: Self, right: Self) -> Bool { left.time < right.time }
}
