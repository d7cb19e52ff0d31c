import AirQuality
import NGSILDModel
import NGSILDOperations
import Testing

@testable import AirService

@Suite struct AirServiceTests {
    @Test func `an hourly observation gets its index as an entity`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 20, "NO2": 70, "o3": 30], at: time(1))])
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "4")
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(1))
        #expect(town.value(indexID(1), "airQualityLevel") == "\"Poor\"")
        #expect(town.value(indexID(1), "dominantPollutant") == "[\"NO2\"]")
        #expect(town.value(indexID(1), "pm25SubIndex") == "3")
        #expect(town.value(indexID(1), "indexEdition") == "\"EAQI-2024\"")
        #expect(town.value(indexID(1), "isProvisional") == "false")
        #expect(town.value(indexID(1), "colour") == "\"#FF5050\"")
        #expect(town.value(indexID(1), "healthAdvice")?.contains("\"fr\":\"") == true)
        #expect(town.value(indexID(1), "refAirQualityObserved") == "\"\(stationID(1))\"")
        #expect(town.value(indexID(1), "location")?.contains("Point") == true)
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `a report that changes nothing writes nothing, and results are not answered by results`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        let report = station(1, ["pm25": 20, "no2": 70, "o3": 30], at: time(1))
        try await town.report([report])
        await town.air.settle()
        let sequence = town.broker.lastSequence
        for _ in 0..<3 { await town.air.settle() }
        #expect(town.broker.lastSequence == sequence)
        try await town.report([report])
        let afterReport = town.broker.lastSequence
        await town.air.settle()
        #expect(town.broker.lastSequence == afterReport)
        #expect(await town.air.statistics.resultsWritten == 1)
        await town.stop()
    }

    @Test func `all stations of a commit are answered in one batch, for every index asked for`() async throws {
        let town = try TestTown { $0.indices = AirQualityIndex.allCases }
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        let values = ["pm25": 20.0, "pm10": 40, "no2": 70, "o3": 30, "so2": 5, "co": 400]
        let sequence = town.broker.lastSequence
        try await town.report((1...3).map { station($0, values, at: time(1)) })
        await town.air.settle()
        #expect(await town.air.statistics.resultsWritten == 15)
        #expect(town.broker.lastSequence == sequence + 3 + 15)
        for index in AirQualityIndex.allCases {
            #expect(town.value(indexID(2, index.rawValue), "index") == "\"\(index.rawValue)\"")
        }
        await town.stop()
    }

    @Test func `minutes make a provisional hour, which is final when it ends`() async throws {
        let town = try TestTown()
        town.air.start()
        for minute in 1...20 {
            try town.clock.set(time(0, minute: minute))
            try await town.report([
                station(1, ["pm25": Double(minute), "no2": 5, "o3": 5], at: time(0, minute: minute))
            ])
        }
        await town.air.settle()
        #expect(town.value(indexID(1), "isProvisional") == "true")
        // The mean of 1 to 20 is 10.5: the second band.
        #expect(town.value(indexID(1), "airQualityIndex") == "2")
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(1))
        for minute in 21...60 {
            try town.clock.set(time(0, minute: minute))
            try await town.report([
                station(1, ["pm25": Double(minute), "no2": 5, "o3": 5], at: time(0, minute: minute))
            ])
        }
        await town.air.settle()
        // 30.5: the third band; the last value came at the end of the hour.
        #expect(town.value(indexID(1), "airQualityIndex") == "3")
        #expect(town.value(indexID(1), "isProvisional") == "false")
        await town.stop()
    }

    @Test func `an hour that ends with too few values is withheld`() async throws {
        let town = try TestTown()
        town.air.start()
        for hour in 0..<3 {
            for minute in stride(from: 5, through: 60, by: 5) where hour < 2 || minute <= 15 {
                try town.clock.set(time(hour, minute: minute))
                try await town.report([
                    station(1, ["pm25": 8, "no2": 5, "o3": 5], at: time(hour, minute: minute))
                ])
            }
        }
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "2")
        #expect(town.value(indexID(1), "isProvisional") == "true")
        #expect(town.value(indexID(1), "completeness") == "0.25")
        try town.clock.set(time(3, minute: 1))
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == nil)
        #expect(town.value(indexID(1), "airQualityLevel") == nil)
        #expect(town.value(indexID(1), "withheldReason")?.contains("no pollutant") == true)
        #expect(town.value(indexID(1), "isProvisional") == "false")
        await town.stop()
    }

    @Test func `a correction and a late value change the hours they belong to`() async throws {
        let town = try TestTown()
        town.air.start()
        for hour in [1, 2, 4] {
            try town.clock.set(time(hour, minute: 5))
            try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(hour))])
        }
        try await town.report([station(1, ["pm25": 100, "no2": 5, "o3": 5], at: time(4))])
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "5")
        try await town.report([station(1, ["pm25": 20, "no2": 5, "o3": 5], at: time(3))])
        await town.air.settle()
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(4))
        let evolution = try await town.evolution(indexID(1), "airQualityIndex")
        #expect(evolution == [time(1): "1", time(2): "1", time(3): "3", time(4): "5"])
        await town.stop()
    }

    @Test func `what other units say is the same air`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        // 2.5 ppb of ozone are 5 µg/m³ at 20 °C.
        try await town.report([
            station(1, ["o3": 90], at: time(1), unit: "61"), station(2, ["o3": 179.6], at: time(1), unit: nil),
            station(3, ["co": 2], at: time(1), unit: "GP"), station(4, ["o3": 90], at: time(1), unit: "CEL"),
        ])
        await town.air.settle()
        #expect(town.value(indexID(1), "o3SubIndex") == "5")
        #expect(town.value(indexID(2), "o3SubIndex") == "5")
        #expect(town.entity(indexID(4)) == nil)
        #expect(await town.air.statistics.readingsLeftOut == 1)
        await town.stop()
    }

    @Test func `a deleted station's results go with it, and a new one begins anew`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 100, "no2": 5, "o3": 5], at: time(1))])
        await town.air.settle()
        #expect(town.entity(indexID(1)) != nil)
        try await town.perform(.deleteEntity(id: stationID(1)))
        await town.air.settle()
        #expect(town.entity(indexID(1)) == nil)
        try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(1))])
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "1")
        await town.stop()
    }

    @Test func `tenants have their own air`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(1))], tenant: "north")
        try await town.report([station(1, ["pm25": 100, "no2": 5, "o3": 5], at: time(1))], tenant: "south")
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex", tenant: "north") == "1")
        #expect(town.value(indexID(1), "airQualityIndex", tenant: "south") == "5")
        #expect(town.entity(indexID(1)) == nil)
        await town.stop()
    }
}
