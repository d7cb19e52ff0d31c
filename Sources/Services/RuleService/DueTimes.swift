import NGSILDModel

/// What is due when, the earliest first: a binary heap. An entry is not taken out when it is due no longer; whoever takes
/// it looks whether it still is.
struct DueTimes<Key: Sendable>: Sendable {
    struct Entry: Sendable {
        let time: Timestamp
        let key: Key
    }

    /// Invariant: no entry is due before the one at half its place.
    private var entries: [Entry] = []

    var count: Int { entries.count }
    var first: Entry? { entries.first }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var place = entries.count - 1
        while place > 0, entries[place].time < entries[(place - 1) / 2].time {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        sink(from: 0)
    }

    /// Cost: linear.
    mutating func keep(_ isKept: (Entry) -> Bool) {
        entries.removeAll { !isKept($0) }
        for place in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(from: place) }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && entries[child].time < entries[least].time {
                least = child
            }
            if least == place { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
