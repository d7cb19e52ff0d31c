/// Finds the intervals that meet another one, without going through all.
///
/// Invariants:
/// 1. `entries` is sorted by `low`, and `highest[m]`, for the middle `m` of each range that halving leads to, is the
///    greatest `high` in that range.
/// 2. New entries wait in `pending` until they are worth sorting in; removed ones leave a hole until most are holes.
struct IntervalTable<Element: AnyObject & Sendable>: Sendable {
    private struct Entry: Sendable {
        let low: Double
        let high: Double
        var element: Element?
    }

    private var entries: [Entry] = []
    private var highest: [Double] = []
    private var pending: [Entry] = []
    private var holes = 0

    var isEmpty: Bool { entries.count - holes + pending.count == 0 }

    /// - Cost: constant, but for a merge each time a 32nd came new.
    mutating func insert(_ element: Element, from low: Double, to high: Double) {
        pending.append(Entry(low: low, high: high, element: element))
        if pending.count > max(32, entries.count / 32) { rebuild() }
    }

    mutating func remove(_ element: Element, from low: Double, to high: Double) {
        if let position = pending.firstIndex(where: { $0.element === element }) {
            pending.remove(at: position)
            return
        }
        var position = firstIndex(notBelow: low)
        while position < entries.count, entries[position].low == low {
            if entries[position].element === element {
                entries[position].element = nil
                holes += 1
                break
            }
            position += 1
        }
        if holes > 32, holes * 2 > entries.count { rebuild() }
    }

    /// Visits each element whose interval shares a point with the given one; both are closed.
    func visit(from low: Double, to high: Double, _ body: (Element) -> Void) {
        for entry in pending where entry.low <= high && entry.high >= low {
            if let element = entry.element { body(element) }
        }
        visit(0, entries.count, low, high, body)
    }

    func visitAll(_ body: (Element) -> Void) {
        for case let element? in entries.map(\.element) { body(element) }
        for case let element? in pending.map(\.element) { body(element) }
    }

    private func visit(_ start: Int, _ end: Int, _ low: Double, _ high: Double, _ body: (Element) -> Void) {
        guard start < end else { return }
        let middle = (start + end) / 2
        guard highest[middle] >= low else { return }
        visit(start, middle, low, high, body)
        let entry = entries[middle]
        guard entry.low <= high else { return }
        if entry.high >= low, let element = entry.element { body(element) }
        visit(middle + 1, end, low, high, body)
    }

    private func firstIndex(notBelow low: Double) -> Int {
        var (start, end) = (0, entries.count)
        while start < end {
            let middle = (start + end) / 2
            if entries[middle].low < low { start = middle + 1 } else { end = middle }
        }
        return start
    }

    private mutating func rebuild() {
        entries = (entries.filter { $0.element != nil } + pending).sorted { $0.low < $1.low }
        pending = []
        holes = 0
        highest = Array(repeating: -.infinity, count: entries.count)
        _ = fillHighest(0, entries.count)
    }

    private mutating func fillHighest(_ start: Int, _ end: Int) -> Double {
        guard start < end else { return -.infinity }
        let middle = (start + end) / 2
        let inner = max(fillHighest(start, middle), fillHighest(middle + 1, end))
        highest[middle] = max(inner, entries[middle].high)
        return highest[middle]
    }
}
