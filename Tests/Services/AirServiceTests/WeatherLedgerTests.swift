import AirMap
import Forecasting
import GeoJSON
import NGSILDModel
import Testing

@testable import AirService

struct WeatherLedgerTests {
    private let town: TestTown
    private let vocabulary: AirVocabulary

    init() throws {
        town = try TestTown()
        vocabulary = AirVocabulary(registry: town.broker.registry)
    }

    private func take(
        _ ledger: inout WeatherLedger, _ temperature: Double, place: (Double, Double)?, arrived hour: Int,
        tenant: String = ""
    ) throws {
        let draft = try town.draft(
            weatherForecast("x", hour + 1...hour + 54, ["temperature": temperature], place: place))
        let record = EntityRecord(
            id: draft.id, types: draft.types, scopes: [], createdAt: .none, modifiedAt: .none,
            attributes: draft.attributes)
        let arrived = try #require(Timestamp(time(hour)))
        ledger.take(record, tenant: tenant, arrived: arrived, now: arrived, vocabulary)
    }

    private func station(_ place: (Double, Double)?) -> KnownStation {
        KnownStation(
            key: StationKey(tenant: "", id: stationID(1)),
            position: place.map { MapPosition(longitude: $0.0, latitude: $0.1) }, location: nil, name: nil, newest: 1)
    }

    private func hour(_ hour: Int) -> Int { Timestamp(time(hour)).map(ClockHour.holding) ?? 0 }

    private func temperature(_ ledger: WeatherLedger, _ place: (Double, Double)?, at hour: Int) -> Double? {
        ledger.foretold(station(place), at: self.hour(hour)).hours.first { Int($0.hour) == self.hour(hour) + 6 }
            .map { $0[.temperature] }
    }

    @Test func `the nearest place within 50 kilometres counts, else one for the whole city`() throws {
        var ledger = WeatherLedger()
        try take(&ledger, 1, place: (2.0, 48.0), arrived: 10)
        try take(&ledger, 2, place: (2.3, 48.0), arrived: 10)
        #expect(temperature(ledger, (2.05, 48.0), at: 10) == 1)
        #expect(temperature(ledger, (2.25, 48.0), at: 10) == 2)
        #expect(temperature(ledger, (3.5, 48.0), at: 10) == nil)
        #expect(temperature(ledger, nil, at: 10) == nil)
        try take(&ledger, 3, place: nil, arrived: 10)
        #expect(temperature(ledger, (3.5, 48.0), at: 10) == 3)
        #expect(temperature(ledger, nil, at: 10) == 3)
        #expect(ledger.tellsOfDay(station((2.0, 48.0)), at: hour(10)))
        #expect(!ledger.tellsOfDay(station((2.0, 48.0)), at: hour(50)))
    }

    @Test func `the newer statement counts, and what comes while a forecast waits is at hand for it`() throws {
        var ledger = WeatherLedger()
        try take(&ledger, 1, place: (2, 48), arrived: 10)
        try take(&ledger, 2, place: (2, 48), arrived: 16)
        try take(&ledger, 9, place: (2, 48), arrived: 12)
        #expect(temperature(ledger, (2, 48), at: 16) == 2)
        let before = ledger.foretold(station((2, 48)), at: hour(15)).hours
        #expect(before.allSatisfy { Int($0.known) <= hour(15) })
        #expect(before.count <= 60)
    }

    @Test func `of too many places the one that was told of longest ago goes`() throws {
        var ledger = WeatherLedger()
        for number in 0...WeatherLedger.placeLimit {
            try take(&ledger, Double(number % 50), place: (Double(number) * 0.7 - 120, 10), arrived: 10)
        }
        #expect(temperature(ledger, (-120, 10), at: 10) == nil)
        #expect(temperature(ledger, (-119.3, 10), at: 10) == 1)
    }
}

/// A weather forecast for some hours after 2026-03-01T00:00:00Z, all with the same values.
func weatherForecast(
    _ number: String, _ hours: ClosedRange<Int>, _ values: [String: Double], place: (Double, Double)? = (-1.96, 47.15),
    issued: String? = nil
) -> String {
    var attributes = values.sorted { $0.key < $1.key }.map { #","\#($0)":{"type":"Property","value":\#($1)}"# }
    if let place {
        attributes.append(
            #","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\#(place.0),\#(place.1)]}}"#)
    }
    let dates = [("validFrom", time(hours.lowerBound - 1)), ("validTo", time(hours.upperBound))]
    for (name, date) in dates + (issued.map { [("dateIssued", $0)] } ?? []) {
        attributes.append(
            #","\#(name)":{"type":"Property","value":{"@type":"DateTime","@value":"\#(date)"}}"#)
    }
    return #"{"id":"urn:ngsi-ld:WeatherForecast:\#(number)","type":"WeatherForecast"\#(attributes.joined())}"#
}
