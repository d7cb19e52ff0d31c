import Foundation
import JSONTree
import Logging
import NGSILDClient
import SampleCity
import Testing

@testable import parvis

/// The past that a new sample city begins with, as a client reads it.
struct TownPastTests {
    private static let station = "urn:ngsi-ld:AirQualityObserved:parvis:air-1"
    private static let index = "urn:ngsi-ld:AirQualityIndex:EAQI:AirQualityObserved:parvis:air-1"
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-town-\(UUID().uuidString)").path

    private func withTown(_ body: (CityServer, TownPast, NGSILDClient) async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        // The weather and the first stations, which a debug build makes in a moment.
        let past = TownPast(city: SampleCity(seed: 7), begun: Date(), reporters: 0..<3)
        try await past.begin(in: directory)
        var settings = Settings()
        settings.isOpen = true
        settings.port = 0
        settings.data = directory
        settings.hasAirForecast = false
        let server = try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let city = try RunningCity(url: server.localURL, tenant: "")
        let result: Result<Void, any Error>
        do { result = .success(try await body(server, past, city.client)) } catch { result = .failure(error) }
        await city.close()
        await server.stop()
        try result.get()
    }

    /// Count, first and last time of the numbers that an attribute has had since `days` ago.
    private func numbers(
        _ attribute: String, of id: String, _ client: NGSILDClient, days: Double
    ) async throws -> (count: Int, first: Date, last: Date)? {
        let from = (Date() - days * 86_400).formatted(.iso8601)
        let page = try await client.temporalEvolution(
            of: id,
            [
                ("attrs", attribute), ("options", "aggregatedValues"), ("aggrMethods", "totalCount"),
                ("aggrPeriodDuration", "PT1H"), ("timerel", "after"), ("timeAt", from),
            ])
        let document = try JSONDocument(parsing: page.body)
        guard let node = document.member(document.root, named: attribute),
            let rows = document.member(node, "totalCount").map({ document.elements($0) })
        else { return nil }
        let counted = rows.map { Array(document.elements($0)) }.filter { $0.count == 3 }
        func date(_ node: JSONNode?) throws -> Date {
            try Date(try #require(node.flatMap { document.string($0) }), strategy: .iso8601)
        }
        let count = try counted.reduce(0) { $0 + Int(try #require(document.double($1[0]))) }
        return (count, try date(counted.first?[1]), try date(counted.last?[2]))
    }

    @Test func `a new town has a week behind it at its first moment, and a year soon after`() async throws {
        try await withTown { server, past, client in
            let week = try #require(try await numbers("no2", of: Self.station, client, days: 400))
            // Every five minutes, and the present.
            #expect(abs(week.count - 7 * 288) <= 2)
            #expect(abs(week.first.timeIntervalSinceNow + 7 * 86_400) < 7_200)
            #expect(week.last.timeIntervalSinceNow > -600)

            await past.fillIn(server)
            let year = try #require(try await numbers("no2", of: Self.station, client, days: 400))
            #expect(abs(year.count - (7 * 288 + 358 * 24)) <= 4)
            #expect(abs(year.first.timeIntervalSinceNow + 365 * 86_400) < 7_200)
            let indices = try #require(try await numbers("airQualityIndex", of: Self.index, client, days: 400))
            #expect(indices.count > 357 * 24)
        }
    }

    @Test func `bringing the year in twice changes nothing`() async throws {
        try await withTown { server, past, client in
            await past.fillIn(server)
            let once = try #require(try await numbers("o3", of: Self.station, client, days: 400))
            await past.fillIn(server)
            #expect(try #require(try await numbers("o3", of: Self.station, client, days: 400)).count == once.count)
        }
    }

    @Test func `the past can be left out`() throws {
        #expect(try Demo.parse([]).past && !(try Demo.parse(["--no-past"]).past))
    }
}
