/// A journey that starts again when it is over: legs along a line and stays between them, by the clock.
///
/// A vehicle's place follows from the time alone, so that any moment can be asked for, in any order.
///
/// Invariants:
/// 1. Legs follow each other in time without gaps; the last ends at `duration`.
/// 2. Each leg starts where the one before it ended, so that nothing jumps.
struct Lap: Sendable {
    enum Activity: Sendable, Equatable {
        case moving, stopped, charging, takeoff, landing
    }

    struct Leg: Sendable {
        let activity: Activity
        let start: Double
        let duration: Double
        let from: Double
        let to: Double
        /// The number of the stop that the leg leads to or stays at.
        let stop: Int
    }

    struct State: Sendable, Equatable {
        let activity: Activity
        /// Metres along the line.
        let distance: Double
        let metresPerSecond: Double
        let stop: Int
        /// Seconds since the lap began, and those of the leg that passed and that remain.
        let seconds: Double
        let legSeconds: Double
        let legRemaining: Double
    }

    private(set) var legs: [Leg] = []
    private(set) var duration = 0.0
    private var place = 0.0
    /// Seconds for getting to speed and for braking.
    private let ramp: Double

    init(ramp: Double) { self.ramp = ramp }

    mutating func move(to distance: Double, metresPerSecond: Double, stop: Int) {
        let length = abs(distance - place)
        guard length > 0 else { return }
        // With this duration the cruising speed is exactly the one asked for; short hops stay below it.
        let seconds = max(length / metresPerSecond + ramp, 2 * ramp)
        append(.moving, seconds, to: distance, stop)
    }

    mutating func stay(_ seconds: Double, _ activity: Activity = .stopped, stop: Int) {
        append(activity, seconds, to: place, stop)
    }

    private mutating func append(_ activity: Activity, _ seconds: Double, to distance: Double, _ stop: Int) {
        legs.append(Leg(activity: activity, start: duration, duration: seconds, from: place, to: distance, stop: stop))
        duration += seconds
        place = distance
    }

    /// Where the journey stands when `seconds` have passed since it first began.
    func state(at seconds: Double) -> State {
        guard duration > 0, let last = legs.last else {
            return State(
                activity: .stopped, distance: 0, metresPerSecond: 0, stop: 0, seconds: 0, legSeconds: 0, legRemaining: 0
            )
        }
        var time = seconds.truncatingRemainder(dividingBy: duration)
        if time < 0 { time += duration }
        var low = 0
        var high = legs.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if legs[middle].start <= time { low = middle } else { high = middle - 1 }
        }
        let leg = low < legs.count ? legs[low] : last
        let passed = min(leg.duration, time - leg.start)
        let (share, rate) = progress(passed / leg.duration, of: leg.duration)
        let length = leg.to - leg.from
        return State(
            activity: leg.activity, distance: leg.from + length * share,
            metresPerSecond: abs(length) * rate / leg.duration, stop: leg.stop, seconds: time, legSeconds: passed,
            legRemaining: leg.duration - passed)
    }

    /// The share of the way and the rate, as a multiple of the mean, with even acceleration at both ends.
    private func progress(_ u: Double, of duration: Double) -> (share: Double, rate: Double) {
        let r = min(0.5, ramp / duration)
        guard r > 0 else { return (u, 1) }
        let peak = 1 / (1 - r)
        if u < r { return (u * u / (2 * r) * peak, u / r * peak) }
        if u > 1 - r { return (1 - (1 - u) * (1 - u) / (2 * r) * peak, (1 - u) / r * peak) }
        return ((u - r / 2) * peak, peak)
    }
}
