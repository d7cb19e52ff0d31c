import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import Testing

@testable import TrafficService

@Suite struct TrafficForecastTests {
    private static let quarter = 15.0

    /// A day's rhythm with a slow evening, and some noise.
    private func rhythm(_ step: Int, _ detector: Int) -> Double {
        let ofDay = step % 96
        let noise = Double((step * 7_919 + detector * 104_729) % 11) / 5
        return (ofDay > 64 && ofDay < 76 ? 25 : 55) + noise + Double(step / 96)
    }

    private func forecastID(_ number: Int, _ quantity: String = "averageVehicleSpeed") -> String {
        "urn:ngsi-ld:TrafficFlowForecast:\(quantity):TrafficFlowObserved:\(number)"
    }

    /// Streets whose detectors have reported each quarter of an hour, up to a step.
    private func streets(
        steps: Int, storage: InMemoryStorage = InMemoryStorage(), clock: ManualClock = ManualClock(),
        _ change: (inout TrafficServiceConfiguration) -> Void = { _ in }
    ) async throws -> TestStreets {
        let streets = try TestStreets(storage: storage, clock: clock) {
            $0.forecasts = true
            change(&$0)
        }
        clock.set(minute(Double(steps) * Self.quarter + 1))
        for number in 1...3 {
            try await streets.report([
                detector(number, speed: rhythm(steps, number), at: minute(Double(steps) * Self.quarter))
            ])
            try await streets.bringIn(
                detectorID(number), "averageVehicleSpeed",
                (1..<steps).map { (minute(Double($0) * Self.quarter), rhythm($0, number)) })
        }
        return streets
    }

    private func numbers(_ streets: TestStreets, _ id: String, _ name: String) throws -> [Double] {
        let document = try JSONDocument(parsing: try #require(streets.value(id, name)))
        return document.elements(document.root).compactMap { document.double($0) }
    }

    private func count(_ streets: TestStreets, _ id: String) throws -> Double? {
        let document = try JSONDocument(parsing: try #require(streets.value(id, "forecastError")))
        return document.member(document.root, "15").flatMap { document.member($0, "count") }
            .flatMap { document.double($0) }
    }

    @Test func `three days are enough for forecasts with intervals, persistence and measured errors`() async throws {
        let last = 3 * 96 + 40
        let streets = try await streets(steps: last)
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        let id = forecastID(1)
        #expect(streets.value(id, "quantity") == "\"averageVehicleSpeed\"")
        #expect(streets.value(id, "refTrafficFlowObserved") == "\"\(detectorID(1))\"")
        #expect(
            streets.value(id, "dateIssued")?.contains(minute(Double(last) * Self.quarter).text) == true)
        #expect(streets.observedAt(id, "value") == minute(Double(last) * Self.quarter))
        #expect(streets.value(id, "validTimes")?.contains(minute(Double(last) * Self.quarter + 60).text) == true)
        let (low, middle, high) = (
            try numbers(streets, id, "valueLower"), try numbers(streets, id, "value"),
            try numbers(streets, id, "valueUpper")
        )
        #expect(low.count == 4 && middle.count == 4 && high.count == 4)
        #expect(zip(low, middle).allSatisfy { $0 <= $1 } && zip(middle, high).allSatisfy { $0 <= $1 })
        #expect(middle.allSatisfy { (50...65).contains($0) })
        #expect(streets.value(id, "persistence") != nil)
        let measured = try #require(try count(streets, id))
        #expect(measured > 80)
        #expect(streets.problems.all == [])

        // The next step has its own, and tells what the last one missed.
        let next = minute(Double(last + 1) * Self.quarter)
        streets.clock.set(next.adding(seconds: 60))
        try await streets.report((1...3).map { detector($0, speed: rhythm(last + 1, $0), at: next) })
        await streets.traffic.settleForecasts()
        #expect(streets.observedAt(id, "value") == next)
        #expect(try count(streets, id) == measured + 1)

        // With the detector its forecasts go.
        try await streets.perform(.batchDelete([detectorID(1)]))
        await streets.traffic.settle()
        #expect(streets.entity(id) == nil)
        await streets.stop()
    }

    @Test func `with less than two days there is none, and why is said once`() async throws {
        let streets = try await streets(steps: 150)
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        await streets.traffic.settleForecasts()
        #expect(streets.entity(forecastID(1)) == nil)
        #expect(streets.notices.all.count == 1)
        #expect(streets.notices.all.first?.contains("2 days of history are needed, there are 1.6") == true)
        await streets.stop()
    }

    @Test func `when the second day is full forecasts begin by themselves`() async throws {
        let streets = try await streets(steps: 191)
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        #expect(streets.entity(forecastID(1)) == nil)
        let next = minute(192 * Self.quarter)
        streets.clock.set(next.adding(seconds: 60))
        try await streets.report((1...3).map { detector($0, speed: rhythm(192, $0), at: next) })
        await streets.traffic.settleForecasts()
        #expect(streets.observedAt(forecastID(1), "value") == next)
        // Nothing was held out yet.
        #expect(streets.value(forecastID(1), "forecastError") == "{}")
        await streets.stop()
    }

    @Test func `after a restart it is learnt again, and a new day is learnt too`() async throws {
        let (storage, clock) = (InMemoryStorage(), ManualClock())
        var streets = try await streets(steps: 3 * 96 + 40, storage: storage, clock: clock)
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        await streets.stop()
        streets = try TestStreets(storage: storage, clock: clock) { $0.forecasts = true }
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        #expect(streets.value(forecastID(1), "trainedDays") == "3")
        for step in stride(from: 3 * 96 + 41, through: 4 * 96 + 1, by: 1) {
            let time = minute(Double(step) * Self.quarter)
            clock.set(time.adding(seconds: 60))
            try await streets.report((1...3).map { detector($0, speed: rhythm(step, $0), at: time) })
        }
        await streets.traffic.settleForecasts()
        #expect(streets.value(forecastID(1), "trainedDays") == "4")
        await streets.stop()
    }

    @Test func `beyond the limit quantities are left out, with a word`() async throws {
        let streets = try await streets(steps: 250) { $0.forecastLimit = 2 }
        streets.traffic.start()
        await streets.traffic.settleForecasts()
        #expect(streets.entity(forecastID(2)) != nil)
        #expect(streets.entity(forecastID(3)) == nil)
        #expect(streets.problems.all.count(where: { $0.contains("traffic-forecasts") }) == 1)
        await streets.stop()
    }

    @Test func `steps have their end and not their start`() throws {
        let grid = ForecastGrid(stepSeconds: 300, firstDay: ForecastGrid.day(minute(0)))
        #expect(grid.number(holding: minute(0)) == -1)
        #expect(grid.number(holding: minute(0.01)) == 0)
        #expect(grid.number(holding: minute(5)) == 0)
        #expect(grid.number(holding: minute(5.01)) == 1)
        #expect(grid.lastOver(at: minute(5)) == 0)
        #expect(grid.lastOver(at: minute(4.99)) == -1)
        #expect(grid.end(0) == minute(5))
        #expect(ForecastGrid.day(Timestamp(microseconds: -1)) == -1)
        #expect(ForecastGrid.stepSeconds([]) == 300)
        #expect(ForecastGrid.stepSeconds([60, 300, 3_600]) == 300)
        #expect(ForecastGrid.stepSeconds([60, 900, 3_600]) == 900)
    }
}
