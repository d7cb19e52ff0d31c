/// What was foreseen of a measurement: for each time, the steps after it as they were known then.
///
/// A forecast that is issued at a time reads the row of that time and no other, so that what became known later cannot
/// leak into it.
///
/// Memory: 4 bytes for each time and step ahead.
public struct Foreseen: Sendable {
    /// How many times there are.
    public let count: Int
    /// How many steps ahead each row tells of.
    public let reach: Int
    /// Row by row.
    private var values: [Float]

    /// Rows that foresee nothing.
    public init(count: Int, reach: Int) {
        self.count = max(0, count)
        self.reach = max(1, reach)
        values = Array(repeating: .nan, count: self.count * self.reach)
    }

    /// What was known at a time of the step so many after it, 1 to `reach`; `nan` where nothing was, and outside.
    @inline(__always)
    public subscript(time: Int, ahead: Int) -> Double {
        get {
            time >= 0 && time < count && ahead >= 1 && ahead <= reach ? Double(values[time * reach + ahead - 1]) : .nan
        }
        set {
            guard time >= 0, time < count, ahead >= 1, ahead <= reach else { return }
            values[time * reach + ahead - 1] = Float(newValue)
        }
    }

    /// The mean of what was foreseen for `length` steps, the last of them so many ahead; `nan` where nothing was.
    @inline(__always)
    func mean(at time: Int, endingAhead ahead: Int, length: Int) -> Double {
        var (sum, count) = (0.0, 0.0)
        for step in max(1, ahead - length + 1)...max(1, ahead) {
            let value = self[time, step]
            if value.isFinite {
                sum += value
                count += 1
            }
        }
        return count > 0 ? sum / count : .nan
    }

    /// The first rows.
    func prefix(_ count: Int) -> Foreseen {
        var first = Foreseen(count: min(max(0, count), self.count), reach: reach)
        first.values = Array(values[..<(first.count * reach)])
        return first
    }

    /// All values on a scale.
    func scaled(_ scale: LogScale) -> Foreseen {
        var scaled = self
        for place in values.indices where values[place].isFinite {
            scaled.values[place] = Float(scale.scaled(Double(values[place])))
        }
        return scaled
    }
}
