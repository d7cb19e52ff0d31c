import AirQuality
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import TemporalEvolution
import Testing

@testable import AirService

@Suite struct AirBackfillTests {
    private func backfill(_ town: TestTown, _ change: (inout AirBackfill.Options) -> Void = { _ in }) async throws
        -> AirBackfill.Summary
    {
        var options = AirBackfill.Options()
        options.indices = AirQualityIndex.allCases
        change(&options)
        let backfill = AirBackfill(
            HistorySource(
                consumption: town.broker, temporal: town.history, registry: town.broker.registry, tenant: ""),
            options: options)
        let type = try town.context.term("AirQualityIndex")
        return try await backfill.run(write: { results in
            var groups: [HistoryGroup] = []
            for result in results {
                for column in result.columns {
                    groups.append(
                        HistoryGroup(
                            entityID: result.entityID, types: [type],
                            attribute: try town.context.term(column.attribute),
                            observedAt: column.observedAt, values: column.values, ends: column.ends))
                }
            }
            let written = groups
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                do throws(NGSILDError) {
                    try HistoryImporter(town.history).bringIn(written, tenant: "", on: ImmediateReplyScheduler()) {
                        continuation.resume(with: $0.mapError { $0 as any Error })
                    }
                } catch { continuation.resume(throwing: error) }
            }
        })
    }

    private func value(_ hour: Int, _ number: Int) -> Double { Double((hour * 37 + number * 11) % 160) + 1 }

    private func fill(_ town: TestTown, hours: ClosedRange<Int>) async throws {
        for hour in hours {
            try town.clock.set(time(hour, minute: 3))
            try await town.report(
                (1...3).map { number in
                    station(
                        number,
                        [
                            "pm25": value(hour, number), "pm10": value(hour, number) * 1.5,
                            "no2": value(hour + 5, number),
                            "o3": value(hour + 9, number), "so2": 4, "co": 300,
                        ], at: time(hour))
                })
        }
    }

    @Test func `it gives what the live service gave, hour by hour`() async throws {
        let live = try TestTown { $0.indices = AirQualityIndex.allCases }
        live.air.start()
        let town = try TestTown()
        for hour in 1...60 {
            try await fill(live, hours: hour...hour)
            await live.air.settle()
        }
        try await fill(town, hours: 1...60)
        let summary = try await backfill(town)
        #expect(summary.stations == 3)
        #expect(summary.hours == 180)
        #expect(summary.results == 900)
        for index in AirQualityIndex.allCases {
            for name in [
                "airQualityIndex", "airQualityLevel", "dominantPollutant", "pm25SubIndex", "indexEdition",
            ] {
                let id = indexID(2, index.rawValue)
                let expected = try await live.evolution(id, name)
                #expect(try await town.evolution(id, name) == expected, "\(index) \(name)")
            }
            // What is told when it changes holds until then.
            let told = try await town.evolution(indexID(2, index.rawValue), "completeness").sorted { $0.key < $1.key }
            for (hour, expected) in try await live.evolution(indexID(2, index.rawValue), "completeness") {
                #expect(told.last { $0.key <= hour }?.value == expected, "\(index) \(hour)")
            }
        }
        await live.stop()
        await town.stop()
    }

    @Test func `colour, completeness and what is known of the sensors are told when they change`() async throws {
        let town = try TestTown()
        try await fill(town, hours: 1...20)
        // One pollutant is gone for a while.
        for hour in 21...24 {
            try town.clock.set(time(hour, minute: 3))
            try await town.report([station(1, ["pm25": value(hour, 1), "o3": 20, "no2": 10], at: time(hour))])
        }
        try await fill(town, hours: 25...40)
        _ = try await backfill(town) { $0.indices = [.european] }
        #expect(try await town.evolution(indexID(1), "isProvisional") == [time(1): "false"])
        let completeness = try await town.evolution(indexID(1), "completeness")
        #expect(completeness[time(1)] == "1" && completeness[time(21)] == "0" && completeness[time(25)] == "1")
        #expect(completeness.count < 8)
        let fitness = try await town.evolution(indexID(1), "sensorFitness")
        #expect(fitness[time(1)]?.contains(#""PM2.5":"unknown""#) == true)
        let colours = try await town.evolution(indexID(1), "colour").sorted { $0.key < $1.key }
        var last: String?
        for (hour, level) in try await town.evolution(indexID(1), "airQualityIndex").sorted(by: { $0.key < $1.key }) {
            let value = try #require(Int(level))
            let category = AirQualityIndexEdition.inForce(.european).categories.first { value <= $0.upTo }
            let wanted = category.map { "\"\($0.colour)\"" }
            #expect(colours.last { $0.key <= hour }?.value == wanted)
            #expect((wanted != last) == (colours.contains { $0.key == hour }))
            last = wanted
        }
        await town.stop()
    }

    @Test func `results are also told as temporal representations of some hours each`() async throws {
        let town = try TestTown()
        try await fill(town, hours: 1...40)
        let columns = Mutex<[IndexColumns]>([])
        let source = HistorySource(
            consumption: town.broker, temporal: town.history, registry: town.broker.registry, tenant: "")
        _ = try await AirBackfill(source, options: AirBackfill.Options()).run { found in
            columns.withLock { $0 += found }
        }
        let found = try #require(columns.withLock { $0 }.first { $0.entityID == indexID(2) })
        let parts = found.parts(ofHours: 15)
        #expect(parts.count == 3)
        let other = try TestTown()
        for part in parts {
            let draft = try EntityDecoder(context: other.context, allowsNull: false, keepsEveryInstance: true)
                .decodeEntity(try JSONDocument(parsing: part), try JSONDocument(parsing: part).root)
            #expect(
                await withCheckedContinuation { continuation in
                    other.history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler()) {
                        continuation.resume(returning: (try? $0.get()) != nil)
                    }
                })
        }
        _ = try await backfill(town) { $0.indices = [.european] }
        for column in found.columns {
            let expected = try await town.evolution(indexID(2), column.attribute)
            #expect(try await other.evolution(indexID(2), column.attribute) == expected)
            #expect(!expected.isEmpty)
        }
        await town.stop()
        await other.stop()
    }

    @Test func `values without observedAt count by when they were written, also where others have one`() async throws {
        let town = try TestTown()
        for hour in 1...4 {
            try town.clock.set(time(hour, minute: -10))
            try await town.report([
                station(7, ["pm25": Double(hour) * 20], at: hour == 4 ? time(hour, minute: -15) : nil)
            ])
        }
        let summary = try await backfill(town) { $0.indices = [.european] }
        #expect(summary.stations == 1 && summary.hours == 4)
        #expect(try await town.evolution(indexID(7), "pm25SubIndex").keys.sorted() == (1...4).map { time($0) })
        await town.stop()
    }

    @Test func `doing it twice changes nothing, and a part can be done alone`() async throws {
        let town = try TestTown()
        try await fill(town, hours: 1...40)
        let part = try await backfill(town) {
            $0.indices = [.european]
            $0.from = Timestamp(time(11))
            $0.to = Timestamp(time(20))
        }
        #expect(part.results == 30)
        #expect(try await town.evolution(indexID(1), "airQualityIndex").count == 10)
        _ = try await backfill(town)
        let first = try await town.evolution(indexID(1), "airQualityIndex")
        #expect(first.count == 40)
        _ = try await backfill(town)
        #expect(try await town.evolution(indexID(1), "airQualityIndex") == first)
        await town.stop()
    }

    @Test func `a city without air has nothing to do`() async throws {
        let town = try TestTown()
        #expect(try await backfill(town) == AirBackfill.Summary())
        await town.stop()
    }
}
