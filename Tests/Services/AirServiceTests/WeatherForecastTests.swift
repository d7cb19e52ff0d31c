import AirQuality
import Foundation
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import TemporalEvolution
import Testing

@testable import AirService

/// A town whose air is what the wind makes of it, and whose wind no past tells.
@Suite struct WeatherForecastTests {
    private static let last = 1_000
    private static let forecastID = "urn:ngsi-ld:AirQualityForecast:pm25:AirQualityObserved:1"
    private static let weatherID = "urn:ngsi-ld:WeatherObserved:1"

    private func wind(_ hour: Int) -> Double {
        func level(_ block: Int) -> Double { Double((block * 7_919 + block * block * 31) % 97) / 12 }
        let (block, place) = (hour / 15, Double(hour % 15) / 15)
        return ((1 + level(block) * (1 - place) + level(block + 1) * place) * 100).rounded() / 100
    }

    private func dust(_ hour: Int) -> Double {
        let mean = (0..<4).reduce(0) { $0 + wind(max(0, hour - $1)) } / 4
        return ((120 / (1 + mean) + Double((hour * 104_729) % 13) / 4) * 10).rounded() / 10
    }

    private func weather(_ hour: Int, place: (Double, Double) = (-1.97, 47.16)) -> String {
        #"{"id":"\#(Self.weatherID)","type":"WeatherObserved","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\#(place.0),\#(place.1)]}},"windSpeed":{"type":"Property","value":\#(wind(hour)),"observedAt":"\#(time(hour))"}}"#
    }

    /// What a weather service says after an hour, three hours in each entity: 18 of them, written anew each time.
    private func forecasts(_ hour: Int, _ value: ((Int) -> Double)? = nil) -> [String] {
        stride(from: 1, to: 54, by: 3).map { ahead in
            let hours = hour + ahead...hour + ahead + 2
            let speed = hours.reduce(0) { $0 + (value ?? wind)($1) } / 3
            return weatherForecast("slot-\(ahead)", hours, ["windSpeed": speed], issued: time(hour))
        }
    }

    private func town(
        storage: InMemoryStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), folder: String? = nil
    ) throws -> TestTown {
        try TestTown(storage: storage, clock: clock) { configuration in
            configuration.forecasts = true
            configuration.forecastMinimumHours = 800
            configuration.forecastTrees = 12
            configuration.forecastFolder = folder
        }
    }

    /// Brings in what was measured, and the present.
    private func fill(_ town: TestTown) async throws {
        try town.clock.set(time(Self.last, minute: 5))
        try await town.report([station(1, ["pm25": dust(Self.last)], at: time(Self.last)), weather(Self.last)])
        func group(_ id: String, _ type: String, _ name: String, _ value: (Int) -> Double) throws -> HistoryGroup {
            var values: [UInt8] = []
            var ends: [Int] = []
            for hour in 1..<Self.last {
                values += "\(value(hour))".utf8
                ends.append(values.count)
            }
            return HistoryGroup(
                entityID: id, types: [try town.context.term(type)], attribute: try town.context.term(name),
                observedAt: try (1..<Self.last).map { try #require(Timestamp(time($0))) }, values: values, ends: ends)
        }
        let groups = [
            try group(stationID(1), "AirQualityObserved", "pm25", dust),
            try group(Self.weatherID, "WeatherObserved", "windSpeed", wind),
        ]
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(NGSILDError) {
                try HistoryImporter(town.history).bringIn(groups, tenant: "", on: ImmediateReplyScheduler()) {
                    continuation.resume(with: $0.mapError { $0 as any Error })
                }
            } catch { continuation.resume(throwing: error) }
        }
    }

    private func error(_ town: TestTown, from hour: Int) throws -> Double {
        let document = try JSONDocument(parsing: try #require(town.value(Self.forecastID, "concentration")))
        let values = document.elements(document.root).compactMap { document.double($0) }
        #expect(values.count == 48)
        return values.enumerated().reduce(0) { $0 + abs($1.element - dust(hour + 1 + $1.offset)) } / 48
    }

    private func state(_ town: TestTown) -> [String?] {
        ["weatherForecast", "weatherForecastHours", "issuedForecastShare"].map { town.value(Self.forecastID, $0) }
    }

    private func next(_ town: TestTown, _ hour: Int, _ more: [String] = []) async throws {
        try town.clock.set(time(hour, minute: 5))
        try await town.report([station(1, ["pm25": dust(hour)], at: time(hour)), weather(hour)] + more)
        await town.air.settleForecasts()
        #expect(town.observedAt(Self.forecastID, "concentration") == time(hour))
    }

    @Test
    func
        `a city that begins to write weather forecasts has better forecasts at once, and without them those of before`()
        async throws
    {
        let town = try town()
        try await fill(town)
        town.air.start()
        await town.air.settleForecasts()
        #expect(state(town) == ["\"none\"", "0", nil])
        let blind = try error(town, from: Self.last)

        try await town.report(forecasts(Self.last))
        await town.air.settleForecasts()
        #expect(state(town) == ["\"used\"", "48", "0"])
        #expect(try error(town, from: Self.last) < 0.8 * blind)
        try await next(town, Self.last + 1)
        #expect(state(town) == ["\"used\"", "48", "0"])
        let seeing = try error(town, from: Self.last + 1)
        #expect(seeing < 0.8 * blind)

        // Nothing new for a day: too old.
        for hour in Self.last + 2...Self.last + 26 { try await next(town, hour) }
        #expect(state(town) == ["\"late\"", "0", "0"])
        #expect(try error(town, from: Self.last + 26) > seeing)
        // Half of one, then one that cannot be.
        let half = Array(forecasts(Self.last + 27).prefix(5))
        try await next(town, Self.last + 27, half)
        #expect(state(town) == ["\"partlyUsed\"", "15", "0"])
        try await next(town, Self.last + 52, forecasts(Self.last + 52) { _ in 119 })
        #expect(state(town) == ["\"incomplete\"", "0", "0"])
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `forecasts that were kept are learnt from as they were issued, with their bias, and outlive a restart`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("air-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (storage, clock) = (InMemoryStorage(), ManualClock())
        var town = try town(storage: storage, clock: clock, folder: folder)
        // Twice too much and more: only those who look at what came can use it.
        func biased(_ hour: Int) -> Double { 5 + 2 * wind(hour) }
        for hour in stride(from: 40, through: Self.last, by: 6) {
            try clock.set(time(hour))
            try await town.report(forecasts(hour, biased))
        }
        try await fill(town)
        town.air.start()
        await town.air.settleForecasts()
        let used = state(town)
        #expect(used[0] == "\"used\"" && used[1] == "48")
        #expect(try #require(used[2].flatMap { Double($0) }) > 0.9)
        let seeing = try error(town, from: Self.last)
        let learnt = try #require(town.value(Self.forecastID, "trainedAt"))
        await town.stop()

        town = try self.town(storage: storage, clock: clock, folder: folder)
        try clock.set(time(Self.last + 1, minute: 5))
        town.air.start()
        await town.air.settle()
        try await next(town, Self.last + 1)
        #expect(town.value(Self.forecastID, "trainedAt") == learnt)
        #expect(Array(state(town).prefix(2)) == ["\"used\"", "48"])
        #expect(try error(town, from: Self.last + 1) < 1.5 * seeing)
        #expect(town.problems.all == [])
        await town.stop()

        let blind = try self.town()
        try await fill(blind)
        blind.air.start()
        await blind.air.settleForecasts()
        #expect(seeing < 0.8 * (try error(blind, from: Self.last)))
        await blind.stop()
    }

    @Test func `weather forecasts that make it worse are no longer used`() async throws {
        let town = try town()
        try await fill(town)
        town.air.start()
        try await town.report(forecasts(Self.last))
        await town.air.settleForecasts()
        for hour in Self.last + 1...Self.last + 80 {
            // Believable winds that never come.
            let lies = hour % 3 == 0 ? forecasts(hour) { wind(($0 * 37) % 1_000) } : []
            try await next(town, hour, lies)
            if state(town)[0] == "\"notHelpful\"" { break }
        }
        #expect(Array(state(town).prefix(2)) == ["\"notHelpful\"", "0"])
        await town.stop()
    }
}
