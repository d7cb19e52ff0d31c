import NGSILDModel

/// What a detector usually measures at each time of day, by quarters of an hour.
///
/// Invariants:
/// 1. It takes about 1.3 KB. A day counts a fifth once five are known, so it follows the seasons.
struct DayProfile: Sendable {
    /// Means; NaN where a quantity was never measured then.
    struct Usual: Sendable, Equatable {
        var speed: Float = .nan
        /// Vehicles an hour.
        var flow: Float = .nan
        var occupancy: Float = .nan
        var days: UInt8 = 0
    }

    private var quarters: [Usual] = []
    private var running: Int64?
    private var sums: (speed: Double, flow: Double, occupancy: Double) = (0, 0, 0)
    private var counts: (speed: Int, flow: Int, occupancy: Int) = (0, 0, 0)

    private static let fewestDays = 2

    /// Takes in a measurement; times come in their order.
    mutating func add(_ measure: TrafficMeasure) {
        let quarter = DayTime.quarter(measure.time)
        if let running, running != quarter { close(running) }
        running = quarter
        if let speed = measure.speed {
            sums.speed += speed
            counts.speed += 1
        }
        if let flow = measure.flow {
            sums.flow += flow
            counts.flow += 1
        }
        if let occupancy = measure.occupancy {
            sums.occupancy += occupancy
            counts.occupancy += 1
        }
    }

    private mutating func close(_ quarter: Int64) {
        if quarters.isEmpty { quarters = [Usual](repeating: Usual(), count: 96) }
        let place = Int((quarter % 96 + 96) % 96)
        var usual = quarters[place]
        let weight = max(1 / (Float(usual.days) + 1), 0.2)
        func mixed(_ old: Float, _ sum: Double, _ count: Int) -> Float {
            guard count > 0 else { return old }
            let new = Float(sum / Double(count))
            return old.isNaN ? new : old + (new - old) * weight
        }
        usual.speed = mixed(usual.speed, sums.speed, counts.speed)
        usual.flow = mixed(usual.flow, sums.flow, counts.flow)
        usual.occupancy = mixed(usual.occupancy, sums.occupancy, counts.occupancy)
        usual.days = min(usual.days, .max - 1) + 1
        quarters[place] = usual
        (sums, counts) = ((0, 0, 0), (0, 0, 0))
    }

    /// What is usual at a time; `nil` before two days have had it.
    func usual(at time: Timestamp) -> Usual? {
        guard !quarters.isEmpty else { return nil }
        let usual = quarters[DayTime.quarterHour(time)]
        return usual.days >= Self.fewestDays ? usual : nil
    }
}
