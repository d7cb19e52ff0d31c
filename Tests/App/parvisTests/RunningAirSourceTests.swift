import AirService
import Foundation
import JSONTree
import LocalHTTP
import Logging
import NGSILDClient
import NGSILDModel
import Testing

@testable import parvis

/// What the backfill reads of a running city, and what it makes of answers that are none.
struct RunningAirSourceTests {
    private static let station = "urn:ngsi-ld:AirQualityObserved:1"

    private func reading<R>(
        _ url: String, key: String? = nil, types: String? = nil, _ body: (RunningAirSource) async throws -> R
    ) async throws -> R {
        let city = try RunningCity(url: url, tenant: "", key: key)
        let result: Result<R, any Error>
        do { result = .success(try await body(RunningAirSource(client: city.client, types: types))) } catch {
            result = .failure(error)
        }
        await city.close()
        return try result.get()
    }

    /// What ends a look for stations.
    private func fault(_ url: String, key: String? = nil) async -> NGSILDClientError? {
        await #expect(throws: NGSILDClientError.self) {
            try await reading(url, key: key) { _ = try await $0.stations() }
        }
    }

    // MARK: - A real city

    private func withCity<R>(
        _ directory: String, _ change: (inout Settings) -> Void = { _ in }, _ body: (CityServer) async throws -> R
    ) async throws -> R {
        var settings = Settings()
        settings.port = 0
        settings.data = directory
        settings.hasAir = false
        change(&settings)
        let server = try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result: Result<R, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        await server.stop()
        return try result.get()
    }

    /// Twenty hours with `observedAt`, values without, ones of somebody else and in other units, a station without any
    /// value of a pollutant, and another type.
    private func fill(_ server: CityServer) async throws {
        let city = try RunningCity(url: server.localURL, tenant: "")
        let hours = (0..<20).map {
            #"{"type":"Property","value":\#($0 + 1),"unitCode":"GQ","observedAt":"2026-01-01T\#($0 < 10 ? "0" : "")\#($0):00:00Z"}"#
        }
        let other =
            #"{"type":"Property","value":500,"datasetId":"urn:d:1","observedAt":"2026-01-01T05:00:00Z"}"#
        try await city.addHistory(
            entityTemporal: Array(
                #"{"id":"\#(Self.station)","type":"AirQualityObserved","pm25":[\#(hours.joined(separator: ",")),\#(other)],"no2":[{"type":"Property","value":0.5,"unitCode":"GP","observedAt":"2026-01-01T03:00:00Z"},{"type":"Property","value":7,"unitCode":"KGM","observedAt":"2026-01-01T04:00:00Z"}]}"#
                    .utf8))
        let place = #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[-1.95,47.15]}}"#
        for step in 0..<9 {
            // The first and the last value of PM10 have an observedAt, those between have none.
            let observed = step % 8 == 0 ? #","observedAt":"2026-01-01T2\#(step == 0 ? 0 : 1):00:00Z""# : ""
            let batch = try await city.client.batch(
                .upsert(updating: true),
                Array(
                    #"[{"id":"\#(Self.station)","type":"AirQualityObserved",\#(place),"stationType":{"type":"Property","value":"urbanTraffic"},"pm10":{"type":"Property","value":\#(step)\#(observed)},"o3":{"type":"Property","value":\#(step * 10)}},{"id":"urn:ngsi-ld:AirQualityObserved:2","type":"AirQualityObserved","humidity":{"type":"Property","value":0.5}},{"id":"urn:ngsi-ld:Sensor:1","type":"Sensor","pm25":{"type":"Property","value":1}}]"#
                        .utf8))
            #expect(batch.isComplete)
        }
        await city.close()
    }

    private static let all = (
        from: Timestamp(microseconds: 0), to: Timestamp("2099-01-01T00:00:00Z") ?? Timestamp(microseconds: 0)
    )

    private func told(_ source: some BackfillSource) async throws -> (ObservedStation, Set<AirReading>) {
        let stations = try await source.stations()
        #expect(stations.map(\.id) == [Self.station])
        let station = try #require(stations.first)
        let readings = try await source.readings(of: station, from: Self.all.from, to: Self.all.to)
        let found = Set(readings)
        #expect(found.count == readings.count)
        return (station, found)
    }

    @Test func `a running city tells what its directory has, in however many parts`() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("parvis-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (station, readings) = try await withCity(
            directory,
            {
                $0.isOpen = true
                $0.temporalInstances = 7
            }
        ) { server in
            try await fill(server)
            let sensors = try await reading(server.localURL, types: "Sensor,AirQualityObserved") {
                try await $0.stations()
            }
            #expect(Set(sensors.map(\.id)) == [Self.station, "urn:ngsi-ld:Sensor:1"])
            return try await reading(server.localURL) { try await told($0) }
        }
        // 20 of PM2.5, one of NO2 in a unit that is known, 9 each of PM10 and O3.
        #expect(readings.count == 39)
        #expect(Set(station.undated) == ["pm10", "o3"])
        #expect(station.isTraffic)
        #expect(station.place?.longitude == -1.95)
        #expect(station.first == Timestamp("2026-01-01T00:00:00Z"))

        let city = try LocalCity(directory: directory, readsHistory: true)
        defer { city.close() }
        let (stored, same) = try await told(
            HistorySource(
                consumption: city.broker, temporal: city.history, registry: city.broker.registry, tenant: ""))
        #expect(same == readings)
        #expect(stored.first == station.first && stored.last == station.last)
        #expect(stored.isTraffic && stored.place == station.place)
    }

    @Test func `a closed city is read with a key alone`() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("parvis-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withCity(directory) { server in
            for key in [nil, "parvis_none"] {
                guard case .refused(let status, _, let detail)? = await fault(server.localURL, key: key) else {
                    Issue.record("\(key ?? "no key") is let in")
                    continue
                }
                #expect(status == 401 && !detail.isEmpty)
            }
            let key = try await server.trialAccess(as: "ada").key
            let stations = try await reading(server.localURL, key: key) { try await $0.stations() }
            #expect(stations.isEmpty)
        }
    }

    // MARK: - Answers of all kinds

    private static func next(_ offset: Int) -> [(String, String)] {
        [
            (
                "Link",
                #"</ngsi-ld/v1/temporal/entities?limit=200&offset=\#(offset)>;rel="next";type="application/json""#
            )
        ]
    }

    private static func list(_ ids: ClosedRange<Int>) -> [UInt8] {
        let list = ids.map { #"{"id":"urn:ngsi-ld:AirQualityObserved:\#($0)","type":"AirQualityObserved"}"# }
        return Array("[\(list.joined(separator: ","))]".utf8)
    }

    /// What a broker says of one station: its newest value, or how many there are.
    private static func station(_ request: LocalHTTPServer.Request) -> LocalHTTPServer.Answer {
        let pm25 =
            request.uri.contains("aggrMethods")
            ? #"{"type":"Property","totalCount":[[3,"2026-01-01T00:00:00Z","2026-01-01T02:00:00Z"]]}"#
            : #"{"type":"Property","value":5,"observedAt":"2026-01-01T02:00:00Z"}"#
        return .status(200, body: Array(#"{"id":"urn:a","type":"AirQualityObserved","pm25":\#(pm25)}"#.utf8))
    }

    private static func isList(_ request: LocalHTTPServer.Request) -> Bool {
        request.uri.hasPrefix("/ngsi-ld/v1/temporal/entities?")
    }

    /// A server that leads from one page of stations to a second.
    private func withPages<R>(
        second: LocalHTTPServer.Answer, station: LocalHTTPServer.Answer? = nil,
        _ body: (LocalHTTPServer) async throws -> R
    ) async throws -> R {
        let server = try await LocalHTTPServer.start { request, _ in
            guard Self.isList(request) else { return station ?? Self.station(request) }
            return request.uri.contains("offset=200")
                ? second : .status(200, headers: Self.next(200), body: Self.list(1...3))
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        await server.stop()
        return try result.get()
    }

    @Test func `pages follow each other, and a station on two of them is one`() async throws {
        try await withPages(second: .status(200, body: Self.list(3...4))) { server in
            let stations = try await reading(server.url) { try await $0.stations() }
            #expect(stations.map { String($0.id.suffix(1)) } == ["1", "2", "3", "4"])
            #expect(stations.allSatisfy { $0.attributes == ["pm25"] && $0.undated.isEmpty })
            #expect(stations.first?.last == Timestamp("2026-01-01T02:00:00Z"))
            #expect(server.requests.count(where: Self.isList) == 2)
        }
    }

    @Test func `a station whose history goes meanwhile is left out`() async throws {
        try await withPages(second: .status(200, body: Self.list(4...4)), station: .status(404)) { server in
            let stations = try await reading(server.url) { try await $0.stations() }
            #expect(stations.isEmpty)
        }
    }

    private static let wrong: [(LocalHTTPServer.Answer, String)] = [
        (.status(500, body: Array(#"{"detail":"out of order"}"#.utf8)), "out of order"), (.status(401), "401"),
        (.status(200, body: Array("<html>".utf8)), "no JSON"), (.status(200, body: Array("{}".utf8)), "no list"),
        (.status(200), "no JSON"), (.status(200, headers: next(200), body: list(4...4)), "itself"),
    ]

    @Test(arguments: wrong)
    func `without the second page the first is not taken for all, and it is said why`(
        answer: LocalHTTPServer.Answer, reason: String
    ) async throws {
        try await withPages(second: answer) { server in
            guard case .refused(_, _, let detail)? = await fault(server.url) else {
                Issue.record("it is no refusal")
                return
            }
            #expect(detail.contains(reason))
        }
    }

    @Test func `a connection that is lost in the middle ends it`() async throws {
        try await withPages(second: .cutShort) { server in
            guard case .noAnswer? = await fault(server.url) else {
                Issue.record("half a page is taken for one")
                return
            }
        }
        try await withPages(second: .status(200, body: Self.list(4...4)), station: .cutShort) { server in
            guard case .noAnswer? = await fault(server.url) else {
                Issue.record("half a station is taken for one")
                return
            }
        }
    }

    @Test func `where nobody listens, that is said`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in .nothing }
        let url = server.url
        await server.stop()
        guard case .noAnswer? = await fault(url) else {
            Issue.record("something answers")
            return
        }
    }

    private static let observed = ObservedStation(
        id: station, place: nil, isTraffic: false, attributes: ["pm25"], first: all.from, last: all.to)

    private func readings(_ answer: @escaping @Sendable (Int) -> LocalHTTPServer.Answer) async throws -> [AirReading] {
        let server = try await LocalHTTPServer.start { _, number in answer(number) }
        let result: Result<[AirReading], any Error>
        do {
            result = .success(
                try await reading(server.url) {
                    try await $0.readings(of: Self.observed, from: Self.all.from, to: Self.all.to)
                })
        } catch { result = .failure(error) }
        await server.stop()
        return try result.get()
    }

    private static func history(_ instances: String) -> [UInt8] {
        Array(#"{"id":"\#(station)","type":"AirQualityObserved","pm25":[\#(instances)]}"#.utf8)
    }

    private static func value(_ value: String, _ more: String = #","observedAt":"2026-01-01T00:00:00Z""#) -> String {
        #"{"type":"Property","value":\#(value)\#(more)}"#
    }

    @Test func `parts of a history follow each other`() async throws {
        let found = try await readings { number in
            number == 0
                ? .status(206, headers: Self.next(1), body: Self.history(Self.value("1")))
                : .status(200, body: Self.history(Self.value("2", #","observedAt":"2026-01-01T01:00:00Z""#)))
        }
        #expect(found.map(\.value) == [1, 2])
    }

    private static let halves: [LocalHTTPServer.Answer] = [
        .cutShort, .status(200, body: Array("[]".utf8)), .status(500), .status(206, body: history(value("2"))),
        .status(206, headers: next(1), body: history(value("2"))),
    ]

    @Test(arguments: halves)
    func `without its second part a history is not taken for whole`(answer: LocalHTTPServer.Answer) async throws {
        await #expect(throws: NGSILDClientError.self) {
            try await readings { number in
                number == 0 ? .status(206, headers: Self.next(1), body: Self.history(Self.value("1"))) : answer
            }
        }
    }

    @Test(arguments: [
        #""5""#, "null", "[5]", #"{"@value":5}"#,
        "5,\"observedAt\":\"yesterday\"", "5,\"modifiedAt\":\"2026-01-01T00:00:00Z\"", "5,\"observedAt\":7", "5",
        "5,\"observedAt\":\"2200-01-01T00:00:00Z\"",
    ])
    func `what is no value at a time is passed over`(text: String) async throws {
        let odd = Self.value(text, text.contains("At") || text == "5" ? "" : #","observedAt":"2026-01-01T00:00:00Z""#)
        let found = try await readings { _ in
            .status(200, body: Self.history("\(odd),7,\(Self.value("1"))"))
        }
        #expect(found.map(\.value) == [1])
    }
}
