import AirQuality
import Foundation
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import TemporalEvolution
import Testing

@testable import AirService

struct AirForecasterTests {
    private static let last = 1_000
    private static let forecastID = "urn:ngsi-ld:AirQualityForecast:pm25:AirQualityObserved:1"

    /// A town whose stations have measured for 1,000 hours.
    private func town(
        storage: InMemoryStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), hours: Int = last,
        stations: ClosedRange<Int> = 1...1, isDated: Bool = true,
        _ change: (inout AirServiceConfiguration) -> Void = { _ in }
    ) async throws -> TestTown {
        let town = try TestTown(storage: storage, clock: clock) { configuration in
            configuration.forecasts = true
            configuration.forecastMinimumHours = 800
            configuration.forecastTrees = 6
            change(&configuration)
        }
        guard isDated else {
            for hour in 1...hours {
                try clock.set(time(hour, minute: -10))
                try await town.report(stations.map { station($0, ["pm25": rhythm(hour)], at: nil) })
            }
            try clock.set(time(hours, minute: 5))
            return town
        }
        try clock.set(time(hours, minute: 5))
        try await town.report(stations.map { station($0, ["pm25": rhythm(hours)], at: time(hours)) })
        var values: [UInt8] = []
        var ends: [Int] = []
        for hour in 1..<hours {
            values += "\(rhythm(hour))".utf8
            ends.append(values.count)
        }
        let groups = try stations.map {
            HistoryGroup(
                entityID: stationID($0), types: [try town.context.term("AirQualityObserved")],
                attribute: try town.context.term("pm25"),
                observedAt: try (1..<hours).map { try #require(Timestamp(time($0))) }, values: values, ends: ends)
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(NGSILDError) {
                try HistoryImporter(town.history).bringIn(groups, tenant: "", on: ImmediateReplyScheduler()) {
                    continuation.resume(with: $0.mapError { $0 as any Error })
                }
            } catch { continuation.resume(throwing: error) }
        }
        return town
    }

    private func numbers(_ town: TestTown, _ name: String) throws -> [Double] {
        let document = try JSONDocument(parsing: try #require(town.value(Self.forecastID, name)))
        return document.elements(document.root).compactMap { document.double($0) }
    }

    private func errorHours(_ town: TestTown) throws -> Double {
        let document = try JSONDocument(parsing: try #require(town.value(Self.forecastID, "forecastError")))
        let errors = document.elements(try #require(document.member(document.root, "mae")))
        #expect(Array(errors).count == 6)
        return try #require(document.member(document.root, "hours").flatMap { document.double($0) })
    }

    @Test func `a station with enough history is forecast to 48 hours, beside persistence and with its error`()
        async throws
    {
        let town = try await town()
        town.air.start()
        await town.air.settleForecasts()
        #expect(town.value(Self.forecastID, "pollutant") == "\"PM2.5\"")
        #expect(town.value(Self.forecastID, "refAirQualityObserved") == "\"\(stationID(1))\"")
        #expect(town.value(Self.forecastID, "dateIssued")?.contains(time(Self.last)) == true)
        #expect(town.value(Self.forecastID, "validTo")?.contains(time(Self.last + 48)) == true)
        #expect(town.observedAt(Self.forecastID, "concentration") == time(Self.last))
        let (low, middle, high) = (
            try numbers(town, "concentrationLower"), try numbers(town, "concentration"),
            try numbers(town, "concentrationUpper")
        )
        #expect(low.count == 48 && middle.count == 48 && high.count == 48)
        #expect(zip(low, middle).allSatisfy { $0 <= $1 } && zip(middle, high).allSatisfy { $0 <= $1 })
        #expect(town.value(Self.forecastID, "trainedHours") == "\(Self.last)")
        let hours = try errorHours(town)
        #expect(hours > 100)

        // The next hour has its own, and tells what the last one missed.
        try town.clock.set(time(Self.last + 1, minute: 5))
        try await town.report([station(1, ["pm25": rhythm(Self.last + 1)], at: time(Self.last + 1))])
        await town.air.settleForecasts()
        #expect(town.observedAt(Self.forecastID, "concentration") == time(Self.last + 1))
        #expect(try errorHours(town) == hours + 1)
        // A dead station has no further one.
        try town.clock.set(time(Self.last + 5))
        await town.air.settleForecasts()
        #expect(town.observedAt(Self.forecastID, "concentration") == time(Self.last + 1))
        #expect(town.problems.all == [])

        // With the station its forecasts go.
        try await town.perform(.batchDelete([stationID(1)]))
        await town.air.settle()
        #expect(town.entity(Self.forecastID) == nil)
        await town.stop()
    }

    @Test func `values without observedAt are learnt from by when they were written`() async throws {
        let (dated, town) = (try await town(), try await town(isDated: false))
        for town in [dated, town] {
            town.air.start()
            await town.air.settleForecasts()
            #expect(town.value(Self.forecastID, "trainedHours") == "\(Self.last)")
            #expect(town.observedAt(Self.forecastID, "concentration") == time(Self.last))
            #expect(town.problems.all == [])
        }
        #expect(try numbers(town, "concentration") == numbers(dated, "concentration"))
        await dated.stop()
        await town.stop()
    }

    @Test func `a forecast waits for the stations around, ten minutes at most`() async throws {
        let town = try await town(stations: 1...2)
        func issued() -> String? { town.observedAt(Self.forecastID, "concentration") }
        func report(_ number: Int, _ hour: Int) async throws {
            try await town.report([station(number, ["pm25": rhythm(hour)], at: time(hour))])
            await town.air.settleForecasts()
        }
        town.air.start()
        await town.air.settleForecasts()
        #expect(issued() == time(Self.last))

        try town.clock.set(time(Self.last + 1, minute: 5))
        try await report(1, Self.last + 1)
        #expect(issued() == time(Self.last))
        try await report(2, Self.last + 1)
        #expect(issued() == time(Self.last + 1))

        // The other has fallen silent.
        try town.clock.set(time(Self.last + 2, minute: 5))
        try await report(1, Self.last + 2)
        #expect(issued() == time(Self.last + 1))
        try town.clock.set(time(Self.last + 2, minute: 10))
        await town.air.settleForecasts()
        #expect(issued() == time(Self.last + 2))
        for hour in Self.last + 3...Self.last + 4 {
            try town.clock.set(time(hour, minute: 10))
            try await report(1, hour)
        }
        // After some hours nothing waits for it any more.
        try town.clock.set(time(Self.last + 5, minute: 5))
        try await report(1, Self.last + 5)
        #expect(issued() == time(Self.last + 5))
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `what was learnt outlives a restart where there is a folder for it`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("air-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (storage, clock) = (InMemoryStorage(), ManualClock())
        var town = try await town(storage: storage, clock: clock) { $0.forecastFolder = folder }
        town.air.start()
        await town.air.settleForecasts()
        let learnt = try #require(town.value(Self.forecastID, "trainedAt"))
        await town.stop()

        func restart(_ hour: Int, _ folder: String?) async throws {
            try clock.set(time(hour, minute: 5))
            town = try TestTown(storage: storage, clock: clock) { configuration in
                configuration.forecasts = true
                configuration.forecastMinimumHours = 800
                configuration.forecastTrees = 6
                configuration.forecastFolder = folder
            }
            town.air.start()
            try await town.report([station(1, ["pm25": rhythm(hour)], at: time(hour))])
            await town.air.settle()
            await town.air.settleForecasts()
            #expect(town.observedAt(Self.forecastID, "concentration") == time(hour))
            #expect(town.problems.all == [])
        }
        try await restart(Self.last + 1, folder)
        #expect(town.value(Self.forecastID, "trainedAt") == learnt)
        await town.stop()
        // Without it models are learnt again.
        try await restart(Self.last + 2, nil)
        #expect(town.value(Self.forecastID, "trainedAt") != learnt)
        await town.stop()
    }

    @Test func `without enough history there is none, and it is said once`() async throws {
        let notices = TestTown.Problems()
        let town = try await town(hours: 400) { $0.onNotice = { notices.add($0) } }
        town.air.start()
        await town.air.settleForecasts()
        await town.air.settleForecasts()
        #expect(town.entity(Self.forecastID) == nil)
        #expect(notices.all.count == 1)
        #expect(notices.all.first?.contains("800 hours") == true)
        await town.stop()
    }

    @Test func `beyond the limit pollutants are left out, with a word`() async throws {
        let town = try await town { $0.forecastLimit = 0 }
        town.air.start()
        await town.air.settleForecasts()
        #expect(town.entity(Self.forecastID) == nil)
        #expect(town.problems.all.count(where: { $0.contains("air-forecasts") }) == 1)
        await town.stop()
    }

    private func rule(_ threshold: Double, _ more: String = "") -> String {
        #"{"id":"urn:ngsi-ld:AirQualityAlertRule:ahead","type":"AirQualityAlertRule","ruleKind":{"type":"Property","value":"forecast"},"pollutant":{"type":"Property","value":"PM2.5"},"threshold":{"type":"Property","value":\#(threshold)},"withinHours":{"type":"Property","value":24}\#(more)}"#
    }

    private static let alert = "urn:ngsi-ld:Alert:AirQualityAlertRule:ahead:AirQualityObserved:1"

    @Test func `a forecast above the threshold raises an alert that says what is to come, and clears it again`()
        async throws
    {
        let (storage, clock) = (InMemoryStorage(), ManualClock())
        var town = try await town(storage: storage, clock: clock)
        town.air.start()
        try await town.report([rule(5)])
        await town.air.settleForecasts()
        #expect(town.value(Self.alert, "alertState") == "\"raised\"")
        let info = try #require(town.value(Self.alert, "info"))
        #expect(info.contains("is forecast to reach"))
        #expect(info.contains("\"certainty\":\"Likely\""))
        #expect(info.contains("\"urgency\":\"Future\""))
        await town.stop()

        // After a restart the alert stands, although nothing is learnt yet.
        town = try TestTown(storage: storage, clock: clock)
        town.air.start()
        await town.air.settle()
        #expect(town.value(Self.alert, "alertState") == "\"raised\"")
        // A threshold that is not reached ends it.
        try await town.report([rule(500)])
        await town.air.settle()
        #expect(town.value(Self.alert, "alertState") == "\"cleared\"")
        await town.stop()
    }
}
