import NGSILDModel
import NGSILDOperations
import Testing

@testable import TrafficService

@Suite struct TrafficServiceTests {
    @Test func `a segment has a state as soon as one of its detectors reports`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report(
            [segment(1), detector(1, speed: 20, count: 50, occupancy: 0.3, at: minute(5))], at: minute(5))
        #expect(streets.value(stateID(1), "levelOfService") == "\"E\"")
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "20")
        #expect(streets.value(stateID(1), "freeFlowSpeed") == "50")
        #expect(streets.value(stateID(1), "travelTime") == "180")
        #expect(streets.value(stateID(1), "delay") == "108")
        #expect(streets.value(stateID(1), "intensity") == "600")
        #expect(streets.value(stateID(1), "occupancy") == "0.3")
        #expect(streets.value(stateID(1), "congested") == "true")
        #expect(streets.value(stateID(1), "completeness") == "1")
        #expect(streets.value(stateID(1), "refRoadSegment") == "\"\(segmentID(1))\"")
        #expect(streets.value(stateID(1), "location")?.contains("LineString") == true)
        #expect(streets.observedAt(stateID(1), "levelOfService") == minute(5))
        #expect(streets.value(statusID(1), "status") == "\"ok\"")

        try await streets.report([detector(1, speed: 48, count: 50, occupancy: 0.1, at: minute(10))], at: minute(10))
        #expect(streets.value(stateID(1), "levelOfService") == "\"A\"")
        let evolution = try await streets.evolution(stateID(1), "levelOfService")
        #expect(evolution == [minute(5).text: "\"E\"", minute(10).text: "\"A\""])
        #expect(streets.problems.all == [])
        await streets.stop()
    }

    @Test func `each time between two looks has its state in the history`() async throws {
        let streets = try TestStreets()
        streets.clock.set(minute(60))
        streets.traffic.start()
        await streets.traffic.settle()
        try await streets.report([segment(1)])
        for step in 1...6 {
            try await streets.report([
                detector(1, lane: 1, speed: Double(step) * 8, count: 50, at: minute(Double(step) * 5)),
                detector(2, lane: 2, speed: Double(step) * 8, count: 50, at: minute(Double(step) * 5)),
            ])
        }
        await streets.traffic.settle()
        let evolution = try await streets.evolution(stateID(1), "levelOfService")
        #expect(evolution.count == 6)
        #expect(evolution[minute(5).text] == "\"F\"")
        #expect(evolution[minute(30).text] == "\"A\"")
        await streets.stop()
    }

    @Test func `a late reading does not take the present back, the same time corrects it`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([segment(1), detector(1, speed: 48, count: 50, at: minute(20))], at: minute(20))
        try await streets.report([detector(1, speed: 5, count: 50, at: minute(10))], at: minute(21))
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "48")
        #expect(await streets.traffic.statistics.readingsLate == 1)
        try await streets.report([detector(1, speed: 36, count: 50, at: minute(20))], at: minute(22))
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "36")
        #expect(streets.observedAt(stateID(1), "averageVehicleSpeed") == minute(20))
        await streets.stop()
    }

    @Test func `values that come one after the other for one time are one reading`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([segment(1), detector(1, count: 50, at: minute(5))], at: minute(5))
        try await streets.report([detector(1, speed: 48, at: minute(5))], at: minute(6))
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "48")
        #expect(streets.value(stateID(1), "intensity") == "600")
        await streets.stop()
    }

    @Test func `a detector without a segment stands for itself`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        let place = #","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-1.9,47.1]}}"#
        try await streets.report(
            [detector(7, segment: nil, count: 50, occupancy: 0.3, at: minute(5), more: place)], at: minute(5))
        #expect(streets.value(ownStateID(7), "levelOfService") == "\"F\"")
        #expect(streets.value(ownStateID(7), "refTrafficFlowObserved") == "\"\(detectorID(7))\"")
        #expect(streets.value(ownStateID(7), "location")?.contains("Point") == true)
        #expect(streets.value(ownStateID(7), "travelTime") == nil)
        await streets.stop()
    }

    @Test func `a segment that comes later, or changes, gives its state length and limit`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([detector(1, speed: 40, count: 50, at: minute(5))], at: minute(5))
        #expect(streets.value(stateID(1), "travelTime") == nil)
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "40")
        try await streets.report([segment(1)], at: minute(6))
        #expect(streets.value(stateID(1), "travelTime") == "90")
        #expect(streets.value(stateID(1), "levelOfService") == "\"B\"")
        await streets.stop()
    }

    @Test func `a detector that is not believed does not count in its segment`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report(
            [
                segment(1), detector(1, lane: 1, speed: 40, count: 50, at: minute(5)),
                detector(2, lane: 2, speed: -5, count: 50, at: minute(5)),
            ], at: minute(5))
        #expect(streets.value(statusID(2), "status") == "\"implausible\"")
        #expect(streets.value(statusID(2), "statusReason") == "\"Its speed is below 0.\"")
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "40")
        #expect(streets.value(stateID(1), "completeness") == "0.5")
        // Both lanes are counted, the other by the one that is believed.
        #expect(streets.value(stateID(1), "intensity") == "1200")
        await streets.stop()
    }

    @Test func `silence is found by the clock alone, told with an alert, and over with the next word`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        for step in 0..<5 {
            let time = minute(Double(step) * 5)
            try await streets.report([segment(1), detector(1, speed: 40, count: Double(step), at: time)], at: time)
        }
        streets.clock.set(minute(34))
        await streets.traffic.settle()
        #expect(streets.value(statusID(1), "status") == "\"ok\"")
        streets.clock.set(minute(36))
        await streets.traffic.settle()
        #expect(streets.value(statusID(1), "status") == "\"silent\"")
        #expect(streets.value(stateID(1), "levelOfService") == nil)
        #expect(streets.value(stateID(1), "completeness") == "0")
        let alert = "urn:ngsi-ld:Alert:detectorFault:TrafficFlowObserved:1"
        #expect(streets.value(alert, "alertState") == "\"raised\"")
        #expect(streets.value(alert, "subCategory") == "\"detectorFault\"")
        try await streets.report([detector(1, speed: 41, count: 9, at: minute(40))], at: minute(40))
        #expect(streets.value(statusID(1), "status") == "\"ok\"")
        #expect(streets.value(stateID(1), "completeness") == "1")
        #expect(streets.value(alert, "alertState") == "\"cleared\"")
        #expect(streets.value(alert, "msgType") == "\"Cancel\"")
        await streets.stop()
    }

    @Test func `a jam is raised, goes on without being written each time, and is cleared`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([segment(1)])
        let alert = alertID("trafficJam", segment: 1)
        var versions: Set<String> = []
        for step in 0..<12 {
            let time = minute(Double(step))
            try await streets.report(
                [detector(1, speed: 8 + Double(step % 3), count: 20, occupancy: 0.5, at: time)], at: time)
            if step < 5 { #expect(streets.entity(alert) == nil) }
            if let issued = streets.value(alert, "dateIssued") { versions.insert(issued) }
        }
        #expect(streets.value(alert, "alertState") == "\"raised\"")
        #expect(streets.value(alert, "category") == "\"traffic\"")
        #expect(streets.value(alert, "subCategory") == "\"trafficJam\"")
        #expect(streets.value(alert, "refRoadSegment") == "\"\(segmentID(1))\"")
        #expect(streets.value(alert, "refTrafficFlowObserved") == "\"\(detectorID(1))\"")
        #expect(
            streets.value(alert, "description")
                == "\"Traffic jam: Rue 1. Slower than 10 km/h since 2026-03-02T00:00:00Z; traffic flows freely at 50 km/h.\""
        )
        #expect(streets.value(alert, "info")?.contains("\"language\":\"fr\"") == true)
        #expect(versions.count == 1)
        // It stands for more than a quarter of an hour: an update.
        for step in 12..<20 {
            let time = minute(Double(step))
            try await streets.report([detector(1, speed: 9, count: 21, occupancy: 0.5, at: time)], at: time)
        }
        #expect(streets.value(alert, "msgType") == "\"Update\"")
        for step in 20..<27 {
            let time = minute(Double(step))
            try await streets.report([detector(1, speed: 40, count: 22, occupancy: 0.1, at: time)], at: time)
        }
        #expect(streets.value(alert, "alertState") == "\"cleared\"")
        #expect(streets.problems.all == [])
        await streets.stop()
    }

    @Test func `a detector that moves takes its results along`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        for step in 0..<8 {
            let time = minute(Double(step))
            try await streets.report(
                [segment(1), segment(2), detector(1, speed: 8 + Double(step), count: 20, occupancy: 0.5, at: time)],
                at: time)
        }
        #expect(streets.value(alertID("trafficJam", segment: 1), "alertState") == "\"raised\"")
        try await streets.report(
            [detector(1, segment: 2, speed: 9, count: 21, occupancy: 0.5, at: minute(8))], at: minute(8))
        #expect(streets.entity(stateID(1)) == nil)
        #expect(streets.value(alertID("trafficJam", segment: 1), "alertState") == "\"cleared\"")
        #expect(streets.value(stateID(2), "averageVehicleSpeed") == "9")
        #expect(streets.value(alertID("trafficJam", segment: 2), "alertState") == "\"raised\"")
        await streets.stop()
    }

    @Test func `an alert without news expires`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        for step in 0..<8 {
            let time = minute(Double(step))
            try await streets.report(
                [segment(1), detector(1, speed: 8 + Double(step), count: 20, occupancy: 0.5, at: time)], at: time)
        }
        #expect(streets.value(alertID("trafficJam", segment: 1), "alertState") == "\"raised\"")
        streets.clock.set(minute(40))
        await streets.traffic.settle()
        #expect(streets.value(alertID("trafficJam", segment: 1), "alertState") == "\"cleared\"")
        await streets.stop()
    }

    @Test func `with a detector its results go`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([segment(1), detector(1, speed: -1, count: 50, at: minute(5))], at: minute(5))
        let alert = "urn:ngsi-ld:Alert:detectorFault:TrafficFlowObserved:1"
        #expect(streets.value(alert, "alertState") == "\"raised\"")
        try await streets.perform(.batchDelete([detectorID(1)]))
        await streets.traffic.settle()
        #expect(streets.entity(stateID(1)) == nil)
        #expect(streets.entity(statusID(1)) == nil)
        #expect(streets.value(alert, "alertState") == "\"cleared\"")
        #expect(await streets.traffic.statistics.detectors == 0)
        await streets.stop()
    }
}
