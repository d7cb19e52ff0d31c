import AirQuality
import Foundation
import NGSILDModel
import Testing

@testable import AirService

@Suite struct SensorFaultTests {
    /// PM2.5 that all stations share: a day's rhythm and slower waves, 10 to 60 µg/m³.
    private func air(_ hour: Int) -> Double {
        let day = sin(Double(hour) / 24 * 2 * .pi)
        return 35 + 12 * day + 10 * sin(Double(hour) / 61 * 2 * .pi)
    }

    private func report(_ town: TestTown, _ hour: Int, fifth: Double?) async throws {
        try town.clock.set(time(hour, minute: 2))
        var entities = (1...4).map {
            station($0, ["pm25": air(hour) + Double($0) + Double((hour * $0) % 5)], at: time(hour))
        }
        if let fifth { entities.append(station(5, ["pm25": fifth], at: time(hour))) }
        try await town.report(entities)
        await town.air.settle()
    }

    @Test func `a station that dies, sticks, drifts and comes back is told apart from the air`() async throws {
        let town = try TestTown()
        town.air.start()
        // Three weeks as its neighbours.
        for hour in 1...504 { try await report(town, hour, fifth: air(hour) + Double(hour % 4)) }
        #expect(town.value(indexID(5), "sensorFitness")?.contains("\"PM2.5\":\"fit\"") == true)
        #expect(town.value(indexID(5), "qualityMarks") == nil)

        // It dies: its last result stays, with its hour.
        for hour in 505...520 { try await report(town, hour, fifth: nil) }
        #expect(town.observedAt(indexID(5), "indexEdition") == time(504))
        #expect(town.observedAt(indexID(4), "indexEdition") == time(520))

        // It is back with one value only.
        for hour in 521...540 { try await report(town, hour, fifth: 61.5) }
        #expect(town.value(indexID(5), "qualityMarks")?.contains("flatLine: PM2.5") == true)
        #expect(town.value(indexID(5), "pm25SubIndex") == nil)

        // It drifts to a multiple of what it should tell, until it is unfit.
        var hour = 541
        while hour < 1_000, town.value(indexID(5), "sensorFitness")?.contains("\"PM2.5\":\"unfit") != true {
            let factor = 1 + Double(hour - 540) / 60
            try await report(town, hour, fifth: (air(hour) + Double(hour % 4)) * factor)
            hour += 1
        }
        #expect(town.value(indexID(5), "sensorFitness")?.contains("\"PM2.5\":\"unfit") == true)
        #expect(town.value(indexID(5), "qualityMarks")?.contains("unfit: PM2.5") == true)
        #expect(town.value(indexID(5), "pm25SubIndex") == nil)
        #expect(town.value(stationID(5), "pm25") != nil)

        // It is repaired; a week later it is trusted again.
        let repaired = hour
        for hour in repaired..<repaired + 200 { try await report(town, hour, fifth: air(hour) + Double(hour % 4)) }
        #expect(town.value(indexID(5), "sensorFitness")?.contains("\"PM2.5\":\"fit\"") == true)
        #expect(town.value(indexID(5), "pm25SubIndex") != nil)
        // Its neighbours were never blamed.
        #expect(town.value(indexID(1), "sensorFitness")?.contains("\"PM2.5\":\"fit\"") == true)
        #expect(town.problems.all == [])
        await town.stop()
    }
}
