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
        var tags = XMLTags(Array(trips))
        while let tag = try tags.next() {
            if tag.name == "tripinfo", !tag.isEnd {
                func number(_ name: String) -> Double { Double(tag.attributes[name] ?? "") ?? 0 }
                count += 1
                lost += number("timeLoss") + number("departDelay")
                waiting += number("waitingTime")
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
    }
}
