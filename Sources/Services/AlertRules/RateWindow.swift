import NGSILDModel

/// The values of the last stretch of time, from which a change is computed.
///
/// Invariants:
/// 1. Times rise.
/// 2. Of the values that lie before the window only the newest is kept.
/// 3. At most `limit` values: those that come closer together than a 256th of the window take each other's place.
struct RateWindow: Sendable {
    private var values: [(time: Timestamp, value: Double)] = []
    private let seconds: Double
    private static var limit: Double { 256 }

    init(seconds: Double) { self.seconds = seconds }

    mutating func add(_ value: Double, at time: Timestamp) {
        if let last = values.last, time <= last.time {
            if time == last.time { values[values.count - 1].value = value }
            return
        }
        let count = values.count
        let spacing = seconds / Self.limit
        if count >= 2, values[count - 2].time.adding(seconds: spacing) > values[count - 1].time {
            values.removeLast()
        }
        values.append((time, value))
        let start = time.adding(seconds: -seconds)
        let before = values.firstIndex { $0.time > start } ?? values.count
        if before > 1 { values.removeFirst(before - 1) }
    }

    mutating func clear() { values = [] }

    /// How much the newest value is above the one at the beginning of the window, which is interpolated between its
    /// neighbours; above the oldest known where there is none so old. `nil` with fewer than two values.
    var change: Double? {
        guard values.count >= 2, let last = values.last else { return nil }
        let start = last.time.adding(seconds: -seconds)
        let (first, second) = (values[0], values[1])
        guard first.time < start else { return last.value - first.value }
        let span = Double(second.time.microseconds - first.time.microseconds)
        let share = Double(start.microseconds - first.time.microseconds) / span
        return last.value - (first.value + (second.value - first.value) * share)
    }
}
