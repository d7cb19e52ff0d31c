import Forecasting
import Foundation
import JSONTree
import NGSILDModel
import ServiceRuntime
import Testing

@testable import AirService

struct ForecastStatementTests {
    private let known = Timestamp("2026-03-01T12:00:00Z") ?? Timestamp(microseconds: 0)
    private var now: Int { ClockHour.holding(known) }

    private func statement(_ attributes: [String: String]) throws -> ForecastStatement {
        let town = try TestTown()
        let members = attributes.sorted { $0.key < $1.key }.map { #""\#($0)":{"type":"Property",\#($1)}"# }
        let draft = try town.draft(#"{"id":"urn:x:1","type":"WeatherForecast",\#(members.joined(separator: ","))}"#)
        var statement = ForecastStatement()
        for root in draft.attributes.roots {
            let name = IRI.localName(town.broker.registry.iri(draft.attributes.nodes[root].name))
            statement.take(name, draft.attributes, root)
        }
        return statement
    }

    private func date(_ text: String) -> String { #""value":{"@type":"DateTime","@value":"\#(text)"}"# }

    private func hours(_ attributes: [String: String], longitude: Double = 0) throws -> [ForetoldHour] {
        let statement = try statement(attributes)
        return statement.hours(known: known, longitude: longitude)
    }

    @Test func `a period's values hold for each of its hours, and its rain is spread over them`() throws {
        let hours = try hours([
            "validFrom": date("2026-03-01T15:00:00Z"), "validTo": date("2026-03-01T21:00:00Z"),
            "temperature": #""value":12"#, "relativeHumidity": #""value":0.5"#, "windSpeed": #""value":4"#,
            "windDirection": #""value":90"#, "precipitation": #""value":3"#, "atmosphericPressure": #""value":1010"#,
            "precipitationProbability": #""value":0.15"#,
        ])
        #expect(hours.map { Int($0.hour) - now } == [4, 5, 6, 7, 8, 9])
        for hour in hours {
            #expect(hour[.temperature] == 12 && hour[.windSpeed] == 4 && hour[.pressure] == 1_010)
            #expect(abs(hour[.windEast] - 4) < 1e-5 && abs(hour[.windNorth]) < 1e-5)
            #expect(hour[.precipitation] == 0.5 && abs(hour[.precipitationProbability] - 0.15) < 1e-6)
            // Air of 12 °C that is half full of water.
            #expect(abs(hour[.dewPoint] - 1.8) < 0.2)
        }
    }

    @Test(arguments: [
        (#""validFrom":T15"#, [3]), (#""validTo":T15"#, [3]), (#""validFrom":T15,"validTo":T15"#, [3]),
        (#""validity":2026-03-01T17:00:00+01:00/2026-03-01T19:00:00+0100"#, [5, 6]),
        (#""validity":2026-03-01T16:00:00Z/2026-03-01T18:30:00Z"#, [5, 6, 7]), ("", []),
        (#""validFrom":T15,"validTo":T14"#, []), (#""validity":yesterday"#, []),
    ])
    func `the period is read from each of its attributes`(text: String, expected: [Int]) throws {
        var attributes = ["temperature": #""value":12"#]
        for part in text.split(separator: ",") {
            let sides = part.split(separator: ":", maxSplits: 1).map { $0.replacingOccurrences(of: "\"", with: "") }
            let time = sides[1].hasPrefix("T") ? "2026-03-01\(sides[1]):00:00Z" : sides[1]
            attributes[sides[0]] = sides[0] == "validity" ? #""value":"\#(time)""# : date(time)
        }
        #expect(try hours(attributes).map { Int($0.hour) - now } == expected)
    }

    @Test(arguments: [
        ("temperature", "285.15", "KEL", WeatherQuantity.temperature, 12.0),
        ("temperature", "50", "FAH", .temperature, 10),
        ("windSpeed", "36", "KMH", .windSpeed, 10), ("atmosphericPressure", "101000", "PAL", .pressure, 1_010),
        ("precipitationProbability", "40", "P1", .precipitationProbability, 0.4),
    ])
    func `units are those of unitCode`(
        name: String, value: String, unit: String, quantity: WeatherQuantity, expected: Double
    ) throws {
        let hours = try hours([
            "validFrom": date("2026-03-01T15:00:00Z"), name: #""value":\#(value),"unitCode":"\#(unit)""#,
        ])
        #expect(abs(try #require(hours.first)[quantity] - expected) < 1e-4)
    }

    @Test(arguments: [
        ("temperature", "285"), ("temperature", "\"warm\""), ("windSpeed", "-1"), ("windSpeed", "1e300"),
        ("atmosphericPressure", "101000"), ("relativeHumidity", "140"), ("precipitation", "[1,2]"),
        ("temperature", "{}"),
    ])
    func `what cannot be is not taken`(name: String, value: String) throws {
        #expect(try hours(["validFrom": date("2026-03-01T15:00:00Z"), name: #""value":\#(value)"#]).isEmpty)
    }

    @Test func `a day's least and greatest make a curve by the sun, and a short period's their middle`() throws {
        let extremes = [
            "dayMinimum": #""value":{"temperature":2,"relativeHumidity":0.4}"#,
            "dayMaximum": #""value":{"temperature":12,"relativeHumidity":0.9}"#,
        ]
        let day = try hours(
            extremes.merging([
                "validFrom": date("2026-03-02T00:00:00Z"), "validTo": date("2026-03-03T00:00:00Z"),
                "temperature": #""value":7"#,
            ]) { $1 }, longitude: 30)
        #expect(day.count == 24)
        // 30 degrees east the sun is two hours ahead.
        let warmest = try #require(day.max { $0[.temperature] < $1[.temperature] })
        #expect(((Int(warmest.hour) - now) + 12) % 24 == 13 || ((Int(warmest.hour) - now) + 12) % 24 == 14)
        #expect(abs(warmest[.temperature] - 12) < 0.1)
        let short = try hours(
            extremes.merging([
                "validFrom": date("2026-03-01T15:00:00Z"), "validTo": date("2026-03-01T18:00:00Z"),
            ]) { $1 })
        #expect(short.map { $0[.temperature] } == [7, 7, 7])
    }

    @Test
    func `it counts from its arrival, one issued a day before is too old, one brought in later counts from its issue`()
        throws
    {
        func known(_ issued: String?, arrived: String) throws -> String? {
            var attributes = [
                "validFrom": date("2026-03-01T15:00:00Z"), "validTo": date("2026-03-02T15:00:00Z"),
                "temperature": #""value":12"#,
            ]
            if let issued { attributes["dateIssued"] = date(issued) }
            return try statement(attributes).known(arrived: try #require(Timestamp(arrived)))?.text
        }
        #expect(try known("2026-03-01T10:00:00Z", arrived: "2026-03-01T12:00:00Z") == "2026-03-01T12:00:00Z")
        #expect(try known(nil, arrived: "2026-03-01T12:00:00Z") == "2026-03-01T12:00:00Z")
        #expect(try known("2026-03-01T10:00:00Z", arrived: "2026-03-02T11:00:00Z") == nil)
        #expect(try known("2026-03-01T10:00:00Z", arrived: "2026-05-01T00:00:00Z") == "2026-03-01T10:00:00Z")
        // A clock that goes ahead is not believed far.
        #expect(try known("2026-03-01T20:00:00Z", arrived: "2026-03-01T12:00:00Z") == "2026-03-01T12:10:00Z")
    }

    @Test(arguments: [
        #""validFrom":{"type":"Property","value":"9999-12-31T23:59:59Z"}"#,
        #""validFrom":{"type":"Property","value":1e300}"#,
        #""validFrom":{"type":"Property","value":"0000-01-01T00:00:00Z"},"validTo":{"type":"Property","value":"9999-12-31T23:00:00Z"}"#,
        #""validity":{"type":"Property","value":"+/-"}"#,
        #""validity":{"type":"Property","value":"2026-03-01T12:00:00+99:99/2026-03-01T12:00:00-"}"#,
        #""dayMinimum":{"type":"Property","value":[[[]]]}"#,
        #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[180,-90]}}"#,
    ])
    func `whatever an entity says, the city goes on`(attribute: String) async throws {
        let town = try TestTown()
        town.air.start()
        try await town.report([
            #"{"id":"urn:x:1","type":"WeatherForecast","temperature":{"type":"Property","value":1e308},\#(attribute)}"#,
            station(1, ["pm25": 10], at: time(-1)),
        ])
        await town.air.settle()
        #expect(town.entity(indexID(1)) != nil)
        await town.stop()
    }

    @Test func `a period of years gives no more than 54 hours to come`() throws {
        let hours = try hours([
            "validFrom": date("2020-03-01T15:00:00Z"), "validTo": date("2200-03-01T15:00:00Z"),
            "temperature": #""value":1"#,
        ])
        #expect(hours.count == 60)
        #expect(hours.last.map { Int($0.hour) - now } == 54)
    }
}
