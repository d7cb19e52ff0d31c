import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Testing

@testable import TrafficService

@Suite struct TrafficCatchUpTests {
    private func speed(_ step: Int) -> Double { 30 + Double(step % 17) }

    @Test(arguments: [true, false])
    func `what was observed while the service was down is computed when it starts, with and without observedAt`(
        isDated: Bool
    ) async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var streets = try TestStreets(storage: storage, clock: clock)
        streets.traffic.start()
        for step in 1...3 {
            let time = minute(Double(step) * 5)
            try await streets.report(
                [segment(1), detector(1, speed: speed(step), count: 9, at: time, isDated: isDated)], at: time)
        }
        await streets.traffic.stop()
        for step in 4...9 {
            clock.set(minute(Double(step) * 5))
            try await streets.report([
                detector(1, speed: speed(step), count: 9, at: minute(Double(step) * 5), isDated: isDated)
            ])
        }
        await streets.stop()
        streets = try TestStreets(storage: storage, clock: clock)
        streets.traffic.start()
        await streets.traffic.settle()
        #expect(streets.observedAt(stateID(1), "averageVehicleSpeed") == minute(45))
        let evolution = try await streets.evolution(stateID(1), "averageVehicleSpeed")
        #expect(evolution.count == 9)
        for step in 1...9 { #expect(evolution[minute(Double(step) * 5).text] == "\(Int(speed(step)))") }
        await streets.stop()
    }

    @Test func `a start with nothing new writes nothing`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var streets = try TestStreets(storage: storage, clock: clock)
        streets.traffic.start()
        for step in 1...30 {
            let time = minute(Double(step) * 5)
            try await streets.report(
                [
                    segment(1), detector(1, lane: 1, speed: speed(step), count: 9, occupancy: 0.4, at: time),
                    detector(2, lane: 2, speed: -1, count: 9, at: time),
                ], at: time)
        }
        await streets.stop()
        streets = try TestStreets(storage: storage, clock: clock)
        let sequence = streets.broker.lastSequence
        streets.traffic.start()
        await streets.traffic.settle()
        #expect(streets.broker.lastSequence == sequence)
        #expect(await streets.traffic.statistics.resultsWritten == 0)
        await streets.stop()
    }

    @Test func `an alert that was raised is cleared after a restart`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var streets = try TestStreets(storage: storage, clock: clock)
        streets.traffic.start()
        for step in 0..<8 {
            let time = minute(Double(step))
            try await streets.report(
                [segment(1), detector(1, speed: 8 + Double(step) / 2, count: 20, occupancy: 0.5, at: time)], at: time)
        }
        let alert = alertID("trafficJam", segment: 1)
        #expect(streets.value(alert, "alertState") == "\"raised\"")
        await streets.stop()
        streets = try TestStreets(storage: storage, clock: clock)
        streets.traffic.start()
        await streets.traffic.settle()
        #expect(streets.value(alert, "alertState") == "\"raised\"")
        for step in 8..<16 {
            let time = minute(Double(step))
            try await streets.report([detector(1, speed: 45, count: 20, occupancy: 0.1, at: time)], at: time)
        }
        #expect(streets.value(alert, "alertState") == "\"cleared\"")
        await streets.stop()
    }

    @Test func `free flow is learnt from the history`() async throws {
        let streets = try TestStreets()
        streets.clock.set(minute(3 * 1_440))
        try await streets.report([segment(1), detector(1, speed: 60, count: 9, at: minute(3 * 1_440))])
        try await streets.bringIn(
            detectorID(1), "averageVehicleSpeed",
            (0..<288).map { (minute(1_440 + Double($0) * 5), 60 + Double($0 % 11)) })
        streets.traffic.start()
        await streets.traffic.settle()
        let freeFlow = try #require(streets.value(stateID(1), "freeFlowSpeed").flatMap { Double($0) })
        #expect((68...71).contains(freeFlow))
        await streets.stop()
    }

    @Test func `detectors that fell silent while the service was down count no longer`() async throws {
        let streets = try TestStreets()
        for step in 1...5 {
            streets.clock.set(minute(Double(step) * 5))
            try await streets.report([
                segment(1), detector(1, speed: speed(step), count: 9, at: minute(Double(step) * 5)),
            ])
        }
        streets.clock.set(minute(300))
        streets.traffic.start()
        await streets.traffic.settle()
        #expect(streets.value(statusID(1), "status") == "\"silent\"")
        #expect(streets.value(stateID(1), "completeness") == "0")
        #expect(streets.value(stateID(1), "levelOfService") == nil)
        let evolution = try await streets.evolution(stateID(1), "levelOfService")
        #expect(evolution.count == 5)
        await streets.stop()
    }

    @Test func `without a history the present is what there is`() async throws {
        let streets = try TestStreets(keepsHistory: false)
        try await streets.report([segment(1), detector(1, speed: 40, count: 50, at: minute(0))])
        streets.traffic.start()
        await streets.traffic.settle()
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "40")
        await streets.stop()
    }
}
