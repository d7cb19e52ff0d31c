import AirMap
import AirQuality
import JSONTree
import NGSILDModel
import Testing

@testable import AirService

struct AirMapsTests {
    /// Nine stations in three rows, cleaner towards the east.
    private func report(
        _ town: TestTown, _ hour: Int, isRunning: Bool = false, leavingOut out: Set<Int> = []
    ) async throws {
        try town.clock.set(time(hour, minute: isRunning ? -30 : 2))
        let at = time(hour, minute: isRunning ? -35 : 0)
        var entities: [String] = []
        for place in 0..<9 where !out.contains(place) {
            let (column, row) = (place % 3, place / 3)
            let value = 40.0 - Double(column * 12) + Double((hour * 5 + place) % 4)
            let position = (2.3 + Double(column) * 0.03, 48.85 + Double(row) * 0.02)
            entities.append(station(place, ["pm25": value], at: at, place: position))
        }
        try await town.report(entities)
        await town.air.settle()
    }

    private func contours(
        _ town: TestTown, _ pollutant: String = "PM2.5", at: String? = nil, _ quantity: MapQuantity = .value,
        tenant: String = ""
    ) async -> Result<AirMapAnswer, NGSILDError> {
        await town.air.map(
            AirMapRequest(
                tenant: tenant, pollutant: pollutant, at: at.flatMap { Timestamp($0) }, quantity: quantity,
                form: .contours(within: nil)))
    }

    private func member(_ answer: AirMapAnswer, _ name: String) throws -> String {
        let document = try JSONDocument(parsing: answer.bytes)
        let node = try #require(document.member(document.root, named: name))
        return document.string(node) ?? document.double(node).map { "\($0)" } ?? document.text(node)
    }

    @Test func `the running hour and any hour before it are mapped, each with its own values`() async throws {
        let town = try TestTown()
        town.air.start()
        for hour in 1...150 { try await report(town, hour, leavingOut: hour == 20 ? [3] : []) }
        try await report(town, 151, isRunning: true)
        let live = try await contours(town).get()
        #expect(try member(live, "observedAt") == time(151))
        #expect(try member(live, "isLive") == "true")
        #expect(try member(live, "stations") == "9.0")
        #expect(try member(live, "method") == "ordinaryKriging")
        #expect(live.cacheSeconds == 30)
        // The hour is kept by the engine;
        let recent = try await contours(town, at: time(120, minute: -20)).get()
        #expect(try member(recent, "observedAt") == time(120))
        #expect(try member(recent, "isLive") == "false")
        #expect(recent.cacheSeconds == 300)
        // this one comes from the history.
        let old = try await contours(town, at: time(20)).get()
        #expect(try member(old, "observedAt") == time(20))
        #expect(try member(old, "stations") == "8.0")
        #expect(try member(old, "method") == "ordinaryKriging")
        let sure = try await contours(town, at: time(20), .uncertainty).get()
        #expect(try member(sure, "quantity") == "uncertainty")
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `what quality control marks is left out, in memory and from the history`() async throws {
        let town = try TestTown()
        town.air.start()
        for hour in 1...130 {
            try town.clock.set(time(hour, minute: 2))
            var entities: [String] = []
            for place in 0..<5 {
                // Beyond what can be, at one station and in two hours.
                let isWrong = place == 2 && (hour == 10 || hour == 130)
                let value: Double = isWrong ? 5_000 : Double(20 + (hour + place) % 7)
                entities.append(station(place, ["pm25": value], at: time(hour)))
            }
            try await town.report(entities)
            await town.air.settle()
        }
        #expect(try await member(contours(town).get(), "stations") == "4.0")
        #expect(try await member(contours(town, at: time(129)).get(), "stations") == "5.0")
        #expect(try await member(contours(town, at: time(10)).get(), "stations") == "4.0")
        #expect(try await member(contours(town, at: time(11)).get(), "stations") == "5.0")
        await town.stop()
    }

    @Test func `few stations are mapped by distance and have no uncertainty`() async throws {
        let town = try TestTown()
        town.air.start()
        for hour in 1...3 { try await report(town, hour, leavingOut: [3, 4, 5, 6, 7, 8]) }
        #expect(try await member(contours(town).get(), "method") == "inverseDistance")
        guard case .failure(.resourceNotFound(let detail)) = await contours(town, at: nil, .uncertainty) else {
            Issue.record("the uncertainty was told")
            return
        }
        #expect(detail.contains("quantity=value"))
        let address = try #require(TileAddress(zoom: 10, x: 518, y: 352))
        let tile = await town.air.map(
            AirMapRequest(tenant: "", pollutant: "pm25", at: nil, quantity: .value, form: .tile(address)))
        let png = try tile.get().bytes
        #expect(png.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        await town.stop()
    }

    @Test func `what cannot be mapped says why`() async throws {
        let town = try TestTown { $0.mapsWaiting = 0 }
        guard case .failure(.overloaded) = await contours(town) else {
            Issue.record("no bound")
            return
        }
        let open = try TestTown()
        open.air.start()
        try await report(open, 5)
        guard case .failure(.badRequestData(let unknown)) = await contours(open, "NH3") else {
            Issue.record("NH3 was mapped")
            return
        }
        #expect(unknown.contains("PM2.5, PM10"))
        guard case .failure(.badRequestData) = await contours(open, at: time(7)) else {
            Issue.record("the time to come was mapped")
            return
        }
        guard case .failure(.resourceNotFound) = await contours(open, "O3") else {
            Issue.record("O3 was mapped")
            return
        }
        guard case .failure(.resourceNotFound) = await contours(open, at: "1970-01-01T00:00:00Z") else {
            Issue.record("1970 was mapped")
            return
        }
        guard case .failure(.nonexistentTenant) = await contours(open, tenant: "nowhere") else {
            Issue.record("a tenant that is not there was mapped")
            return
        }
        await open.stop()
        await town.stop()
    }
}
