import Foundation

/// What a simulated run cost its vehicles. All of them count: under way, and never let in.
public struct RunResult: Sendable, Equatable, Codable {
    /// Vehicles that wanted to travel until the end.
    public var vehicles: Int
    public var arrived: Int
    /// Never let into the network, because its beginnings were full.
    public var neverInserted: Int
    /// Time lost against free driving, and before being let in, a vehicle, in seconds.
    public var delaySeconds: Double
    /// Time spent standing, a vehicle, in seconds.
    public var waitingSeconds: Double
    /// Time from being let in to arriving, of those that arrived, in seconds.
    public var travelSeconds: Double
    /// Carbon dioxide, in kilograms; `nil` when it was not computed.
    public var carbonDioxideKilograms: Double?
    /// Longest decision of all intersections together, and its mean, in milliseconds.
    public var longestDecisionMilliseconds: Double?
    public var meanDecisionMilliseconds: Double?
    /// What the safety monitor found; `nil` when none watched.
    public var violations: Int?

    /// Delay by when vehicles wanted to set out, in steps of ``courseStepSeconds``; `nil` in results of before it was kept.
    public var course: [CourseStep]?

    /// What it cost the vehicles that wanted to set out in one step of time, and were let in.
    public struct CourseStep: Sendable, Equatable, Codable {
        /// On the simulation's clock.
        public var startSeconds: Double
        public var vehicles: Int
        /// Seconds a vehicle.
        public var delaySeconds: Double
    }

    public static let courseStepSeconds = 300.0

    struct Fault: Error, CustomStringConvertible { let description: String }

    /// Reads SUMO's `tripinfo` and statistics.
    init(tripsPath: String, statisticsPath: String) throws {
        guard let trips = FileManager.default.contents(atPath: tripsPath),
            let statistics = FileManager.default.contents(atPath: statisticsPath)
        else { throw Fault(description: "SUMO wrote no results; its run was cut short") }
        var count = 0
        var arrived = 0
        var lost = 0.0
        var waiting = 0.0
        var travel = 0.0
        var carbonDioxide = 0.0
        var hasEmissions = false
        var delays: [Double: (vehicles: Int, seconds: Double)] = [:]
        var tags = XMLTags(Array(trips))
        while let tag = try tags.next() {
            if tag.name == "tripinfo", !tag.isEnd {
                func number(_ name: String) -> Double { Double(tag.attributes[name] ?? "") ?? 0 }
                count += 1
                lost += number("timeLoss") + number("departDelay")
                waiting += number("waitingTime")
                let wanted = number("depart") - number("departDelay")
                if wanted.isFinite {
                    let step = (wanted / Self.courseStepSeconds).rounded(.down) * Self.courseStepSeconds
                    delays[step, default: (0, 0)].vehicles += 1
                    delays[step, default: (0, 0)].seconds += number("timeLoss") + number("departDelay")
                }
                if number("arrival") >= 0 {
                    arrived += 1
                    travel += number("duration")
                }
            } else if tag.name == "emissions", !tag.isEnd, let value = Double(tag.attributes["CO2_abs"] ?? "") {
                carbonDioxide += value / 1e6
                hasEmissions = true
            }
        }
        var waitingVehicles = 0
        var meanWait = 0.0
        tags = XMLTags(Array(statistics))
        while let tag = try tags.next() {
            if tag.name == "vehicles" { waitingVehicles = Int(tag.attributes["waiting"] ?? "") ?? 0 }
            if let value = Double(tag.attributes["departDelayWaiting"] ?? "") { meanWait = value }
        }
        let all = count + waitingVehicles
        vehicles = all
        self.arrived = arrived
        neverInserted = waitingVehicles
        delaySeconds = (lost + Double(waitingVehicles) * max(0, meanWait)) / Double(max(all, 1))
        waitingSeconds = waiting / Double(max(count, 1))
        travelSeconds = travel / Double(max(arrived, 1))
        carbonDioxideKilograms = hasEmissions ? carbonDioxide : nil
        course = delays.sorted { $0.key < $1.key }.map { start, one in
            CourseStep(
                startSeconds: start, vehicles: one.vehicles, delaySeconds: one.seconds / Double(max(one.vehicles, 1)))
        }
    }
}
