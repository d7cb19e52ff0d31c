/// A bounded dictionary that forgets what has not been used for longest.
///
/// Invariants:
/// 1. `places` and the linked slots hold the same keys; the links run from `newest` to `oldest` without a gap.
/// 2. `cost` is the sum of the slots' costs and at most `costLimit`; the count is at most `countLimit`.
struct RecentlyUsed<Key: Hashable, Value> {
    private struct Slot {
        let key: Key
        var value: Value
        var cost: Int
        var newer: Int?
        var older: Int?
    }

    private let countLimit: Int
    private let costLimit: Int
    private var places: [Key: Int] = [:]
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    private(set) var cost = 0

    init(countLimit: Int, costLimit: Int) {
        self.countLimit = max(0, countLimit)
        self.costLimit = max(0, costLimit)
    }

    var count: Int { places.count }

    /// The value, which thereby becomes the most recently used.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key], let value = slots[place]?.value else { return nil }
        if place != newest {
            unlink(place)
            linkAsNewest(place)
        }
        return value
    }

    func peek(_ key: Key) -> Value? { places[key].flatMap { slots[$0]?.value } }

    /// Stores a value as the most recently used. One that alone costs more than the limit is not kept.
    mutating func insert(_ value: Value, for key: Key, cost newCost: Int) {
        remove(key)
        guard newCost <= costLimit, countLimit > 0 else { return }
        while count >= countLimit || cost + newCost > costLimit, let oldest, let slot = slots[oldest] {
            remove(slot.key)
        }
        let slot = Slot(key: key, value: value, cost: newCost)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            slots[place] = slot
        } else {
            place = slots.count
            slots.append(slot)
        }
        places[key] = place
        cost += newCost
        linkAsNewest(place)
    }

    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        cost -= slots[place]?.cost ?? 0
        slots[place] = nil
        free.append(place)
    }

    func forEach(_ body: (Key, Value) -> Void) {
        for case let slot? in slots { body(slot.key, slot.value) }
    }

    mutating func removeAll(where isUnwanted: (Key, Value) -> Bool) {
        for case let slot? in slots where isUnwanted(slot.key, slot.value) { remove(slot.key) }
    }

    private mutating func unlink(_ place: Int) {
        guard let slot = slots[place] else { return }
        if let newer = slot.newer { slots[newer]?.older = slot.older } else { newest = slot.older }
        if let older = slot.older { slots[older]?.newer = slot.newer } else { oldest = slot.newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        slots[place]?.newer = nil
        slots[place]?.older = newest
        if let newest { slots[newest]?.newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }
}
