import AirQuality
import NGSILDModel
import NGSILDOperations
import Testing

@testable import AirService

@Suite struct CatchUpTests {
    @Test func `what was observed while the service was down is computed when it starts`() async throws {
        var town = try TestTown()
        town.air.start()
        for hour in 1...3 {
            try town.clock.set(time(hour, minute: 5))
            try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(hour))])
            await town.air.settle()
        }
        await town.air.stop()
        for hour in 4...9 {
            try town.clock.set(time(hour, minute: 5))
            try await town.report([station(1, ["pm25": Double(hour) * 10, "no2": 5, "o3": 5], at: time(hour))])
        }
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(3))
        town = try await town.again()
        town.air.start()
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "4")
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(9))
        let evolution = try await town.evolution(indexID(1), "airQualityIndex")
        #expect(
            evolution == [
                time(1): "1", time(2): "1", time(3): "1", time(4): "3", time(5): "3", time(6): "4", time(7): "4",
                time(8): "4", time(9): "4",
            ])
        await town.stop()
    }

    @Test func `values without observedAt of the time when the service was down count by when they were written`()
        async throws
    {
        var town = try TestTown()
        func report(_ hours: ClosedRange<Int>, _ value: (Int) -> Double) async throws {
            for hour in hours {
                try town.clock.set(time(hour, minute: -10))
                try await town.report([station(1, ["pm25": value(hour), "no2": 5, "o3": 5], at: nil)])
                try town.clock.set(time(hour, minute: 5))
                await town.air.settle()
            }
        }
        town.air.start()
        try await report(1...3) { _ in 2 }
        await town.air.stop()
        for hour in 4...9 {
            try town.clock.set(time(hour, minute: -10))
            try await town.report([station(1, ["pm25": Double(hour) * 10, "no2": 5, "o3": 5], at: nil)])
        }
        try town.clock.set(time(9, minute: 5))
        town = try await town.again()
        town.air.start()
        await town.air.settle()
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(9))
        #expect(
            try await town.evolution(indexID(1), "airQualityIndex") == [
                time(1): "1", time(2): "1", time(3): "1", time(4): "3", time(5): "3", time(6): "4", time(7): "4",
                time(8): "4", time(9): "4",
            ])
        // A start with nothing new writes nothing here, too.
        town = try await town.againWithNothingNew()
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `values without observedAt stay when their hour is read again`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: -10))
        try await town.report([station(1, ["pm25": 40], at: nil)])
        try await town.report([station(1, ["no2": 5, "o3": 5], at: time(1, minute: -15))])
        await town.air.settle()
        // A value from before that comes later.
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["no2": 300], at: time(1, minute: -40))])
        await town.air.settle()
        #expect(town.value(indexID(1), "pm25SubIndex") == "3")
        #expect(town.value(indexID(1), "no2SubIndex") != "1")
        await town.stop()
    }

    @Test func `an observation that was acknowledged just before the end gets its result at the next start`()
        async throws
    {
        var town = try TestTown()
        // The service is not there when the observation comes, as when the process is killed in between.
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 100, "no2": 5, "o3": 5], at: time(1))])
        town.broker.stop()
        #expect(town.entity(indexID(1)) == nil)
        town = try TestTown(storage: town.storage, clock: town.clock)
        town.air.start()
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "5")
        await town.stop()
    }

    @Test func `a start with nothing new writes nothing`() async throws {
        var town = try TestTown()
        town.air.start()
        for hour in 1...30 {
            try town.clock.set(time(hour, minute: 5))
            try await town.report([
                station(1, ["pm25": Double(hour), "no2": 5, "o3": 5], at: time(hour)),
                station(2, ["pm25": Double(hour), "no2": 5], at: time(hour)),
            ])
            await town.air.settle()
        }
        town = try await town.againWithNothingNew()
        #expect(await town.air.statistics.historyWritten == 0)
        #expect(await town.air.statistics.resultsWritten == 0)
        await town.stop()
    }

    @Test func `running means go on over a restart`() async throws {
        var town = try TestTown { $0.indices = [.unitedStates] }
        town.air.start()
        // The example of EPA's NowCast: 53.8 µg/m³, that is 146 by the breakpoints of 2024.
        let values: [Double] = [64, 63, 72, 77, 65, 61, 70, 58, 49, 48, 53, 54]
        for (offset, value) in values.enumerated() {
            if offset == 6 {
                town = try await town.again { $0.indices = [.unitedStates] }
                town.air.start()
            }
            try town.clock.set(time(offset + 1, minute: 5))
            try await town.report([station(1, ["pm25": value], at: time(offset + 1))])
        }
        await town.air.settle()
        #expect(town.value(indexID(1, "US-AQI"), "airQualityIndex") == "146")
        await town.stop()
    }

    @Test func `without a history the present is what there is`() async throws {
        let town = try TestTown(keepsHistory: false)
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 100, "no2": 5, "o3": 5], at: time(1))])
        town.air.start()
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "5")
        try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(2))])
        try town.clock.set(time(2, minute: 5))
        try await town.report([station(1, ["pm25": 2.5, "no2": 5, "o3": 5], at: time(2))])
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "1")
        await town.stop()
    }
}
