import NGSILDModel

/// Learns the speed at which traffic flows freely: the 85th percentile of a detector's speeds.
///
/// - Source: FHWA, "The Urban Congestion Report: Documentation and Definitions": the 85th percentile of off-peak speeds.
///   Here it is of all speeds, which needs no calendar; streets that are slow for most of the day come out lower.
///
/// Invariants:
/// 1. It takes 200 bytes, however many speeds it has seen: counts in steps of 2 km/h up to 200.
/// 2. What is older counts half as much each time that 8,192 speeds have come in, so it follows a changed limit.
struct FreeFlowSpeed: Sendable {
    private var counts = [UInt16](repeating: 0, count: 100)
    private var total = 0
    /// Hours of the day, UTC, in which speeds came in.
    private var hours: UInt32 = 0

    private static let step = 2.0
    private static let share = 0.85
    private static let halvedAt = 8_192
    static let fewestSpeeds = 100
    static let fewestHours = 18

    /// Takes in a speed in km/h that vehicles were measured at.
    mutating func add(_ speed: Double, at time: Timestamp) {
        guard speed > 0, speed.isFinite else { return }
        counts[min(counts.count - 1, Int(min(speed, 1_000) / Self.step))] += 1
        total += 1
        hours |= 1 << UInt32(DayTime.hour(time))
        guard total >= Self.halvedAt else { return }
        for place in counts.indices { counts[place] /= 2 }
        total = counts.reduce(0) { $0 + Int($1) }
    }

    /// In km/h; `nil` before 100 speeds from 18 hours of the day are known, which is when it has seen the night.
    var kilometresPerHour: Double? {
        guard total >= Self.fewestSpeeds, hours.nonzeroBitCount >= Self.fewestHours else { return nil }
        let wanted = Double(total) * Self.share
        var below = 0.0
        for (place, count) in counts.enumerated() where count > 0 {
            if below + Double(count) >= wanted {
                return (Double(place) + (wanted - below) / Double(count)) * Self.step
            }
            below += Double(count)
        }
        return nil
    }
}

/// The time of day, UTC.
enum DayTime {
    private static let day: Int64 = 86_400_000_000

    private static func microseconds(_ time: Timestamp) -> Int64 {
        let rest = time.microseconds % day
        return rest < 0 ? rest + day : rest
    }

    static func hour(_ time: Timestamp) -> Int { Int(microseconds(time) / 3_600_000_000) }
    /// 0 to 95.
    static func quarterHour(_ time: Timestamp) -> Int { Int(microseconds(time) / 900_000_000) }
    /// Quarters of an hour since 1970.
    static func quarter(_ time: Timestamp) -> Int64 {
        let (whole, rest) = time.microseconds.quotientAndRemainder(dividingBy: 900_000_000)
        return rest < 0 ? whole - 1 : whole
    }
}
