import AirQuality
import JSONTree
import NGSILDModel
import NGSILDOperations
import Testing

@testable import AirService

@Suite struct AlertTests {
    private static let information = alert("o3-information")
    private static let nitrogen = alert("no2-alert")

    private static func alert(_ rule: String) -> String {
        "urn:ngsi-ld:Alert:AirQualityAlertRule:EU-2008-50:\(rule):AirQualityObserved:1"
    }

    private func report(_ town: TestTown, _ hour: Int, _ values: [String: Double], station number: Int = 1)
        async throws
    {
        try town.clock.set(time(hour, minute: 5))
        try await town.report([station(number, values, at: time(hour))])
        await town.air.settle()
    }

    @Test func `ozone above the information threshold raises an alert, which is updated and cleared`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(town, 1, ["o3": 180])
        #expect(town.entity(Self.information) == nil)
        try await report(town, 2, ["o3": 190.5])
        #expect(town.value(Self.information, "alertState") == "\"raised\"")
        #expect(town.value(Self.information, "msgType") == "\"Alert\"")
        #expect(town.value(Self.information, "category") == "\"environment\"")
        #expect(town.value(Self.information, "severity") == "\"medium\"")
        #expect(town.value(Self.information, "refAirQualityObserved") == "\"\(stationID(1))\"")
        try await report(town, 3, ["o3": 200])
        #expect(town.value(Self.information, "msgType") == "\"Update\"")
        // Below the threshold, but not below nine tenths of it: it stays.
        for hour in 4...6 { try await report(town, hour, ["o3": 170]) }
        #expect(town.value(Self.information, "alertState") == "\"raised\"")
        try await report(town, 7, ["o3": 150])
        #expect(town.value(Self.information, "alertState") == "\"raised\"")
        try await report(town, 8, ["o3": 150])
        #expect(town.value(Self.information, "alertState") == "\"cleared\"")
        #expect(town.value(Self.information, "msgType") == "\"Cancel\"")
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `info holds what a CAP message wants, in English and French`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(town, 1, ["o3": 250.5])
        let text = try #require(town.value(Self.information, "info"))
        let document = try JSONDocument(parsing: text)
        let infos = Array(document.elements(document.root))
        #expect(infos.count == 2)
        for info in infos {
            for name in [
                "language", "event", "urgency", "severity", "certainty", "onset", "expires", "headline", "description",
                "instruction",
            ] {
                let member = document.member(info, named: name).flatMap { document.string($0) }
                #expect(member?.isEmpty == false, "\(name) is missing")
            }
            #expect(document.member(info, "area") != nil)
            #expect(document.member(info, "onset").flatMap { document.string($0) } == "2026-03-01T00:00:00Z")
        }
        #expect(text.contains("PM2.5") == false)
        #expect(text.contains("O3 is 250.5 µg/m³"))
        #expect(text.contains("O3 : 250,5 µg/m³"))
        await town.stop()
    }

    @Test func `three hours in a row are needed where the threshold says so`() async throws {
        let town = try TestTown()
        town.air.start()
        for (offset, value) in [410.0, 420, 300, 410, 430].enumerated() {
            try await report(town, offset + 1, ["no2": value])
            #expect(town.entity(Self.nitrogen) == nil)
        }
        try await report(town, 6, ["no2": 440])
        #expect(town.value(Self.nitrogen, "alertState") == "\"raised\"")
        #expect(town.value(Self.nitrogen, "severity") == "\"high\"")
        await town.stop()
    }

    @Test func `an alert expires when nothing is measured any more`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(town, 1, ["o3": 200])
        try town.clock.set(time(3))
        await town.air.settle()
        #expect(town.value(Self.information, "alertState") == "\"raised\"")
        try town.clock.set(time(5))
        await town.air.settle()
        #expect(town.value(Self.information, "alertState") == "\"cleared\"")
        await town.stop()
    }

    @Test func `a restart neither raises an alert again nor forgets it`() async throws {
        var town = try TestTown()
        town.air.start()
        try await report(town, 1, ["o3": 200])
        town = try await town.againWithNothingNew()
        for hour in 2...3 { try await report(town, hour, ["o3": 50]) }
        #expect(town.value(Self.information, "alertState") == "\"cleared\"")
        await town.stop()
    }

    @Test func `old data raise no alerts today`() async throws {
        let town = try TestTown()
        town.air.start()
        try town.clock.set(time(900))
        try await town.report([station(1, ["o3": 300], at: time(1))])
        await town.air.settle()
        #expect(town.value(indexID(1), "o3SubIndex") == "6")
        #expect(town.entity(Self.information) == nil)
        await town.stop()
    }

    // MARK: - Rules

    private static let rule = "urn:ngsi-ld:AirQualityAlertRule:mine"

    @Test func `a rule on an index is followed from the moment it is made, and its alert goes with it`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(town, 1, ["pm25": 100, "no2": 5, "o3": 5])
        try await town.report([
            #"""
            {"id":"\#(Self.rule)","type":"AirQualityAlertRule","ruleKind":{"type":"Property","value":"index"},
             "index":{"type":"Property","value":"EAQI"},"threshold":{"type":"Property","value":5},
             "severity":{"type":"Property","value":"Severe"},
             "event":{"type":"LanguageProperty","languageMap":{"en":"Bad air","fr":"Air mauvais"}}}
            """#
        ])
        await town.air.settle()
        let alert = "urn:ngsi-ld:Alert:AirQualityAlertRule:mine:AirQualityObserved:1"
        #expect(town.value(alert, "alertState") == "\"raised\"")
        #expect(town.value(alert, "info")?.contains("Air mauvais") == true)
        try await town.perform(.deleteEntity(id: Self.rule))
        await town.air.settle()
        #expect(town.value(alert, "alertState") == "\"cleared\"")
        await town.stop()
    }

    @Test func `an area has one alert, by its worst station, and stations outside do not matter`() async throws {
        let town = try TestTown()
        town.air.start()
        try await town.report([
            #"""
            {"id":"\#(Self.rule)","type":"AirQualityAlertRule","pollutant":{"type":"Property","value":"PM10"},
             "threshold":{"type":"Property","value":0.1,"unitCode":"GP"},"alertPer":{"type":"Property","value":"area"},
             "areaName":{"type":"Property","value":"Old town"},
             "area":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":
              [[[-1.955,47.1],[-1.935,47.1],[-1.935,47.2],[-1.955,47.2],[-1.955,47.1]]]}}}
            """#
        ])
        try await report(town, 1, ["pm10": 500], station: 9)
        let alert = "urn:ngsi-ld:Alert:AirQualityAlertRule:mine"
        #expect(town.entity(alert) == nil)
        try await report(town, 1, ["pm10": 120], station: 1)
        try await report(town, 1, ["pm10": 150], station: 2)
        #expect(town.value(alert, "alertState") == "\"raised\"")
        #expect(town.value(alert, "description")?.contains("Old town") == true)
        #expect(town.value(alert, "description")?.contains("150 µg/m³") == true)
        #expect(town.value(alert, "refAirQualityObserved") == "[\"\(stationID(2))\",\"\(stationID(1))\"]")
        #expect(town.value(alert, "location")?.contains("Polygon") == true)
        await town.stop()
    }

    @Test func `an entity with the id of a built-in rule takes its place`() async throws {
        let town = try TestTown()
        town.air.start()
        let id = "urn:ngsi-ld:AirQualityAlertRule:EU-2008-50:o3-information"
        try await town.report([
            #"{"id":"\#(id)","type":"AirQualityAlertRule","isActive":{"type":"Property","value":false}}"#
        ])
        try await report(town, 1, ["o3": 200])
        #expect(town.entity(Self.information) == nil)
        await town.stop()
    }

    @Test(arguments: [
        #""ruleKind":{"type":"Property","value":"horoscope"}"#,
        #""pollutant":{"type":"Property","value":"radon"},"threshold":{"type":"Property","value":5}"#,
        #""pollutant":{"type":"Property","value":"O3"}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":"high"}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":-5}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":5},"averagingHours":{"type":"Property","value":1e12}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":5},"minimumHours":{"type":"Property","value":0}"#,
        #""ruleKind":{"type":"Property","value":"index"},"index":{"type":"Property","value":"XX"}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":5},"severity":{"type":"Property","value":"bad"}"#,
        #""pollutant":{"type":"Property","value":"O3"},"threshold":{"type":"Property","value":5},"alertPer":{"type":"Property","value":"area"}"#,
    ])
    func `a rule that cannot be followed is told, and the others are`(members: String) async throws {
        let town = try TestTown()
        town.air.start()
        try await town.report([#"{"id":"\#(Self.rule)","type":"AirQualityAlertRule",\#(members)}"#])
        try await report(town, 1, ["o3": 200])
        #expect(town.problems.all.contains { $0.contains(Self.rule) })
        #expect(town.value(Self.information, "alertState") == "\"raised\"")
        await town.stop()
    }
}
