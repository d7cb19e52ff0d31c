import NGSILDModel
import SignalControl
import SignalRoadside

/// Counts what passes on the roads before signals, and tells it once a minute as `TrafficFlowObserved`.
struct StreetFlow {
    /// Over how long is counted, in seconds.
    static let periodSeconds = 60

    private struct Count {
        var passed = 0.0
        var isKnown = false
        var speedSum = 0.0
        var speedWeight = 0.0
        var occupancySum = 0.0
        var seconds = 0.0
    }

    private let roads: [StreetDescription.Road]
    private var counts: [Count]
    private var roadsOfLanes: [String: Int] = [:]
    private var laneCounts: [Int]

    init(_ roads: [StreetDescription.Road]) {
        self.roads = roads
        counts = roads.map { _ in Count() }
        laneCounts = roads.map { max(1, $0.lanes.count) }
        for (index, road) in roads.enumerated() {
            for lane in road.lanes { roadsOfLanes[lane.id] = index }
        }
    }

    /// Subscribes to what lanes tell in each second.
    func subscribe(_ connection: TraCIConnection) throws {
        for lane in roadsOfLanes.keys.sorted() { try connection.subscribe(.lane, lane, [0x10, 0x11, 0x13]) }
    }

    /// Takes in one second.
    mutating func take(_ reports: [TraCIConnection.Report], _ readings: [DetectorReading?]) {
        for report in reports {
            guard let road = roadsOfLanes[report.object] else { continue }
            var (vehicles, speed, occupancy) = (0.0, 0.0, 0.0)
            for (variable, value) in report.values {
                switch variable {
                case 0x10: vehicles = value.number ?? 0
                case 0x11: speed = value.number ?? 0
                case 0x13: occupancy = value.number ?? 0
                default: break
                }
            }
            if vehicles > 0, speed >= 0 {
                counts[road].speedSum += vehicles * speed
                counts[road].speedWeight += vehicles
            }
            counts[road].occupancySum += min(1, max(0, occupancy)) / Double(laneCounts[road])
        }
        for (index, road) in roads.enumerated() {
            counts[index].seconds += 1
            for detector in road.stopLines where readings.indices.contains(detector) {
                guard let reading = readings[detector] else { continue }
                counts[index].passed += reading.vehicles
                counts[index].isKnown = true
            }
        }
    }

    /// Writes what was counted since the last time, and begins anew.
    mutating func append(from start: Timestamp, to end: Timestamp, to writer: inout SignalEntityWriter) {
        for (index, road) in roads.enumerated() {
            let count = counts[index]
            counts[index] = Count()
            guard count.isKnown, count.seconds > 0 else { continue }
            writer.begin(road.flowID, "TrafficFlowObserved")
            writer.relationship("refRoadSegment", [road.segmentID])
            writer.location(road.line)
            writer.time("dateObservedFrom", start)
            writer.time("dateObservedTo", end)
            writer.number("intensity", count.passed, unit: "C62", at: end)
            writer.number(
                "occupancy", (count.occupancySum / count.seconds * 1_000).rounded() / 1_000, at: end)
            if count.speedWeight > 0 {
                let speed = count.speedSum / count.speedWeight * 3.6
                writer.number("averageVehicleSpeed", (speed * 10).rounded() / 10, unit: "KMH", at: end)
            }
            writer.end()
        }
    }
}
