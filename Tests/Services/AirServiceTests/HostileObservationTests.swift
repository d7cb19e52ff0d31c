import AirQuality
import NGSILDModel
import NGSILDOperations
import Testing

@testable import AirService

@Suite struct HostileObservationTests {
    @Test(arguments: [
        #""high""#, "true", "[1,2]", #"{"value":3}"#, "1e308", "-1e308", "123456789012345678901234567890", "0.0",
    ])
    func `values that are no sensible numbers neither stop the service nor make an index`(value: String) async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        let attributes = ["pm25", "no2", "o3", "co"].map {
            #","\#($0)":{"type":"Property","value":\#(value),"unitCode":"GQ","observedAt":"\#(time(1))"}"#
        }.joined()
        try await town.report([#"{"id":"\#(stationID(1))","type":"AirQualityObserved"\#(attributes)}"#])
        try await town.report([station(2, ["pm25": 2, "no2": 5, "o3": 5], at: time(1))])
        await town.air.settle()
        #expect(town.value(indexID(2), "airQualityIndex") == "1")
        let first = town.value(indexID(1), "airQualityIndex")
        #expect(first == (value == "0.0" ? "1" : nil))
        await town.stop()
    }

    @Test func `a number out of range is marked, told, and left out of the index`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        try await town.report([station(1, ["pm25": 9e99, "pm10": 10, "no2": 5, "o3": 5], at: time(1))])
        await town.air.settle()
        #expect(town.value(indexID(1), "pm25SubIndex") == nil)
        #expect(town.value(indexID(1), "airQualityIndex") == "1")
        #expect(town.value(indexID(1), "qualityMarks")?.contains("range: PM2.5") == true)
        #expect(town.value(stationID(1), "pm25") != nil)
        await town.stop()
    }

    @Test func `times from the future and from long ago are left out`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1_000, minute: 5))
        try await town.report([station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(1_000))])
        for when in ["9999-12-31T23:59:59Z", time(1_002), "0001-01-01T00:00:00Z", time(3)] {
            try await town.report([station(1, ["pm25": 900, "no2": 500, "o3": 500], at: when)])
        }
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "1")
        #expect(town.observedAt(indexID(1), "airQualityIndex") == time(1_000))
        #expect(await town.air.statistics.readingsLeftOut == 12)
        await town.stop()
    }

    @Test func `stations beyond the limit are left out and said so once`() async throws {
        let town = try TestTown { $0.stationLimit = 10 }
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        for start in stride(from: 0, to: 3_000, by: 1_000) {
            try await town.report((start..<start + 1_000).map { station($0, ["o3": 5], at: time(1)) })
        }
        await town.air.settle()
        #expect(await town.air.statistics.stations == 10)
        #expect(await town.air.statistics.resultsWritten == 10)
        #expect(town.problems.all.count == 1)
        #expect(town.problems.all.first?.contains("10 air stations") == true)
        await town.stop()
    }

    @Test func `when changes come faster than they are worked off, the history has them`() async throws {
        let town = try TestTown { $0.inboxLimit = 5 }
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        await town.air.settle()
        try await town.report((1...40).map { station($0, ["pm25": 100, "no2": 5, "o3": 5], at: time(1)) })
        await town.air.settle()
        await town.air.settle()
        #expect(await town.air.statistics.timesBehind >= 1)
        for number in 1...40 { #expect(town.value(indexID(number), "airQualityIndex") == "5") }
        await town.stop()
    }

    @Test func `a name as long as names may be gets no result and hurts nobody`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(1, minute: 5))
        let id = "urn:ngsi-ld:AirQualityObserved:" + String(repeating: "x", count: 2_000)
        try await town.report([
            #"{"id":"\#(id)","type":"AirQualityObserved","o3":{"type":"Property","value":5,"observedAt":"\#(time(1))"}}"#,
            station(1, ["pm25": 2, "no2": 5, "o3": 5], at: time(1)),
        ])
        await town.air.settle()
        #expect(town.value(indexID(1), "airQualityIndex") == "1")
        await town.stop()
    }
}
