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
    /// Processor time of a decision of all intersections together, at most and in the mean, in milliseconds.
    public var longestDecisionMilliseconds: Double?
    public var meanDecisionMilliseconds: Double?
    /// The longest by the clock, which other processes had a part of.
    public var longestDecisionWallMilliseconds: Double?
    /// People on foot, and public transport of the vehicles above; `nil` where there are none.
    public var people: Travellers?
    public var publicTransport: Travellers?

    /// Some of those who travel.
    public struct Travellers: Sendable, Equatable, Codable {
        public var count: Int
        public var arrived: Int
        /// Time lost against free walking or driving, each, in seconds.
        public var delaySeconds: Double
    }
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

    /// Reads SUMO's `tripinfo` and statistics. Cars that broke down on wish are left out.
    init(tripsPath: String, statisticsPath: String, publicTransport: PublicTransport? = nil) throws {
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
        let types = Set(publicTransport?.types ?? [])
        var transport = Tally()
        var walkers = Tally()
        var tags = XMLTags(Array(trips))
        while let tag = try tags.next() {
            if tag.name == "tripinfo", !tag.isEnd {
                if tag.attributes["id"]?.hasPrefix(Breakdowns.prefix) ?? false { continue }
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
                let hasArrived = number("arrival") >= 0
                if hasArrived {
                    arrived += 1
                    travel += number("duration")
                }
                if let type = tag.attributes["vType"], types.contains(type) {
                    transport.add(number("timeLoss") + number("departDelay"), hasArrived: hasArrived)
                }
            } else if tag.name == "walk", !tag.isEnd {
                func number(_ name: String) -> Double { Double(tag.attributes[name] ?? "") ?? -1 }
                walkers.add(max(0, number("timeLoss")), hasArrived: number("arrival") >= 0)
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
        people = walkers.travellers
        self.publicTransport = transport.travellers
        course = delays.sorted { $0.key < $1.key }.map { start, one in
            CourseStep(
                startSeconds: start, vehicles: one.vehicles, delaySeconds: one.seconds / Double(max(one.vehicles, 1)))
        }
    }
}

/// Adds up those who travel.
private struct Tally {
    private var count = 0
    private var arrived = 0
    private var seconds = 0.0

    mutating func add(_ delay: Double, hasArrived: Bool) {
        count += 1
        if hasArrived { arrived += 1 }
        seconds += delay
    }

    var travellers: RunResult.Travellers? {
        count == 0 ? nil : .init(count: count, arrived: arrived, delaySeconds: seconds / Double(count))
    }
}
