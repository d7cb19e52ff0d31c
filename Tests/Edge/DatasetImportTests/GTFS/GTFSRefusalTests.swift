import Foundation
import Testing

@testable import DatasetImport

/// What stops an import before anything is handed out, and what is only left out.
struct GTFSRefusalTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func failure(of path: String, options: GTFSImport.Options = .init()) async -> ImportError? {
        await #expect(throws: ImportError.self) {
            try await GTFSImport(path: path, options: options).run { _ in Issue.record("a batch was handed out") }
        }
    }

    @Test(arguments: ["agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"])
    func `a feed without a required file is refused before anything is imported`(table: String) async throws {
        let path = try folder.zip("f.zip", SmallFeed().with(table, nil).tables)
        let error = await failure(of: path)
        let text = try #require(error?.description)
        #expect(text.hasPrefix("\(path) has no \(table), which a GTFS feed must have; it holds "))
        #expect(text.hasSuffix("check that this is a GTFS Schedule feed and complete"))
    }

    @Test func `one of the two calendars is enough`() async throws {
        let one = SmallFeed().with("calendar.txt", nil)
        let (_, summary) = try await one.read(in: folder)
        #expect(summary.skippedRows > 0)
        let none = try folder.zip("n.zip", one.with("calendar_dates.txt", nil).tables)
        #expect(await failure(of: none)?.description.contains("calendar.txt or calendar_dates.txt") == true)
    }

    @Test(arguments: [
        ("stops.txt", "stop_lat"), ("stops.txt", "stop_id"), ("routes.txt", "route_type"), ("trips.txt", "service_id"),
        ("stop_times.txt", "stop_sequence"), ("agency.txt", "agency_timezone"), ("calendar.txt", "sunday"),
        ("calendar_dates.txt", "date"), ("shapes.txt", "shape_pt_lon"), ("transfers.txt", "to_stop_id"),
        ("frequencies.txt", "headway_secs"),
    ])
    func `a missing column is named with its file, line and remedy`(table: String, column: String) async throws {
        let text = try #require(SmallFeed().tables.first { $0.name == table }?.text)
        let path = try folder.zip(
            "f.zip", SmallFeed().with(table, text.replacing(column, with: "other_name")).tables)
        let message = try #require(await failure(of: path)?.description)
        #expect(message.hasPrefix("\(path): \(table), line 1: column \(column) is missing; the columns are "))
        #expect(message.contains("other_name"))
        #expect(message.hasSuffix("GTFS requires it in \(table); ask the feed's publisher to correct it"))
    }

    @Test func `a zip that is cut off, is no zip or is empty says which`() async throws {
        let path = try folder.zip("f.zip", SmallFeed().tables)
        let whole = Array(try Data(contentsOf: URL(filePath: path)))
        for length in [whole.count - 1, whole.count / 2, 10] {
            let cut = try folder.write("cut.zip", bytes: Array(whole.prefix(length)))
            let error = await failure(of: cut)
            #expect(error?.description.contains("is damaged: it begins like a zip archive") == true, "\(length)")
        }
        let text = try folder.write("text.zip", "stop_id,stop_name")
        #expect(await failure(of: text)?.description.contains("is not a zip archive; give the zip file") == true)
        let empty = try folder.write("empty.zip", "")
        #expect(await failure(of: empty)?.description.contains("is empty; download the feed again") == true)
        #expect(await failure(of: folder.path + "/none.zip")?.description.contains("No such file") == true)
    }

    @Test func `a member with wrong bytes is found before anything is imported`() async throws {
        let rows = (0..<4_000).map { "T1,08:00:00,08:00:00,S1,\($0)" }.joined(separator: "\n")
        let feed = SmallFeed().with(
            "stop_times.txt", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + rows)
        let path = try folder.zip("f.zip", feed.tables)
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let name = Array("stop_times.txt".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        for offset in 200..<240 { bytes[start + offset] ^= 0x55 }
        let wrong = try folder.write("wrong.zip", bytes: bytes)
        #expect(await failure(of: wrong)?.description.contains("wrong.zip: stop_times.txt is damaged") == true)
    }

    @Test func `a zip bomb and a member beyond the limit are refused`() async throws {
        let bomb = SmallFeed().with(
            "shapes.txt",
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
                + String(repeating: String(repeating: "1", count: 1 << 20) + "\n", count: 70))
        let path = try folder.zip("bomb.zip", bomb.tables)
        #expect(await failure(of: path)?.description.contains("zip bomb") == true)
        var options = GTFSImport.Options()
        options.limits.unpackedBytes = 100
        let small = try folder.zip("f.zip", SmallFeed().tables)
        #expect(await failure(of: small, options: options)?.description.contains("limit of 100 bytes") == true)
    }

    @Test func `a broken quote in any table stops the import with its line`() async throws {
        let path = try folder.zip(
            "f.zip", SmallFeed().adding("T1,08:00:00,08:00:00,\"S1,9", to: "stop_times.txt").tables)
        #expect(await failure(of: path)?.description.contains("stop_times.txt, line 5: a quoted field") == true)
    }

    @Test func `two feeds in one archive and more identifiers than the limit are refused`() async throws {
        let tables = SmallFeed().tables
        let two = try folder.zip(
            "two.zip", tables.map { ("a/" + $0.name, $0.text) } + tables.map { ("b/" + $0.name, $0.text) })
        #expect(await failure(of: two)?.description.contains("give one feed at a time") == true)
        var options = GTFSImport.Options()
        options.limits.identifiers = 5
        let path = try folder.zip("f.zip", tables)
        #expect(await failure(of: path, options: options)?.description.contains("identifiers in the feed") == true)
    }

    @Test func `a required table without a usable row is an error`() async throws {
        let path = try folder.zip(
            "f.zip", SmallFeed().with("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nS1,A,95,0\nS2,B,,\n").tables)
        #expect(
            await failure(of: path)?.description
                == "\(path): stops.txt has no usable row (line 2: stop_lat and stop_lon are no position); "
                + "correct the file, nothing was imported")
        let bare = try folder.zip("g.zip", SmallFeed().with("trips.txt", "route_id,service_id,trip_id\n").tables)
        #expect(await failure(of: bare)?.description.contains("there is only a header") == true)
    }

    private static let refusals: [(table: String, row: String, reason: String)] = [
        ("agency.txt", "A,Again,u,z", "agency_id appears twice"),
        ("stops.txt", ",Nameless,1,1,0,", "stop_id is empty"),
        ("stops.txt", "S1,Twice,1,1,0,", "stop_id appears twice"),
        ("stops.txt", "S9,,1,1,0,", "stop_name is empty"),
        ("stops.txt", "S9,X,91,1,0,", "stop_lat and stop_lon are no position"),
        ("stops.txt", "S9,X,47.1,west,0,", "stop_lat and stop_lon are no position"),
        ("stops.txt", "S9,X,0,0,0,", "stop_lat and stop_lon are no position"),
        ("stops.txt", "S9,X,1,1,7,", "location_type is not 0 to 4"),
        ("stops.txt", "S9,X,1,1,3,", "location_type 3 has no Smart Data Models type"),
        ("stops.txt", "S9,X,1,1", "the row has not as many fields as the header"),
        ("routes.txt", "R1,A,1,,3", "route_id appears twice"),
        ("routes.txt", "R9,A,1,,bus", "route_type is no number"),
        ("trips.txt", "R9,WD,T9,,0,", "route_id is unknown or was skipped"),
        ("trips.txt", "R1,XX,T9,,0,", "service_id is unknown or was skipped"),
        ("trips.txt", "R1,WD,T1,,0,", "trip_id appears twice"),
        ("stop_times.txt", "T9,08:00:00,08:00:00,S1,3", "trip_id is unknown or was skipped"),
        ("stop_times.txt", "T1,08:00:00,08:00:00,S9,3", "stop_id is unknown or was skipped"),
        ("stop_times.txt", "T1,08:00:00,08:00:00,C,3", "stop_id is no stop but a station or entrance"),
        ("stop_times.txt", "T1,08:60:00,08:00:00,S1,3", "arrival_time is no time HH:MM:SS"),
        ("stop_times.txt", "T1,08:00:00,8h,S1,3", "departure_time is no time HH:MM:SS"),
        ("stop_times.txt", "T1,08:00:00,08:00:00,S1,-3", "stop_sequence is no number"),
        ("stop_times.txt", "T1,08:00:00,08:00:00,S1,1", "trip_id and stop_sequence appear twice"),
        ("stop_times.txt", "T1,08:00:00,08:00:00,S1,70", "trip_id and stop_sequence appear twice"),
        ("calendar.txt", "W2,1,1,1,1,1,2,0,20240101,20241231", "saturday is not 0 or 1"),
        ("calendar.txt", "W2,1,1,1,1,1,0,0,20240101,20240231", "start_date or end_date is no date"),
        ("calendar.txt", "W2,1,1,1,1,1,0,0,20240102,20240101", "end_date is before start_date"),
        ("calendar_dates.txt", "SP,20230229,1", "date is no date"),
        ("calendar_dates.txt", "SP,20240301,3", "exception_type is not 1 or 2"),
        ("calendar_dates.txt", "SP,20240229,2", "service_id and date appear twice"),
        ("shapes.txt", "L1,95,0,30", "shape_pt_lat and shape_pt_lon are no position"),
        ("shapes.txt", "L1,47,0,first", "shape_pt_sequence is no number"),
        ("shapes.txt", "L9,47,0,1", "the shape has a single point"),
        ("transfers.txt", "S1,S9,2,", "from_stop_id or to_stop_id is unknown or was skipped"),
        ("transfers.txt", "S1,C,0,", "the transfer appears twice"),
        ("frequencies.txt", "T9,06:00:00,07:00:00,600,0", "trip_id is unknown or was skipped"),
        ("frequencies.txt", "T1,06:00,07:00:00,600,0", "start_time or end_time is no time HH:MM:SS"),
        ("frequencies.txt", "T1,07:00:00,08:00:00,0,0", "headway_secs is no number above 0"),
    ]

    @Test(arguments: refusals)
    func `a bad row is left out and counted with its line`(table: String, row: String, reason: String) async throws {
        let (whole, _) = try await SmallFeed().read(in: folder)
        let (entities, summary) = try await SmallFeed().adding(row, to: table).read(in: folder)
        #expect(entities.ids == whole.ids)
        let rows = try #require(SmallFeed().tables.first { $0.name == table }?.text)
        let line = rows.count { $0 == "\n" } + 1
        #expect(summary.skips.map(\.reason) == [reason])
        #expect(summary.skips.map(\.lines) == [[line]])
        #expect(summary.skips.map(\.file) == [table])
        #expect(summary.skippedRows == 1)
    }

    @Test(arguments: [
        (
            "stops.txt", "S9,X,1,1,0,S1", "parent_station is no station of this feed", "GtfsStop", "S9",
            "hasParentStation"
        ),
        ("routes.txt", "R9,Z,9,,3", "agency_id is unknown", "GtfsRoute", "R9", "operatedBy"),
        ("trips.txt", "R1,WD,T9,,0,L9", "shape_id is unknown or was skipped", "GtfsTrip", "T9", "hasShape"),
    ])
    func `a reference that is not required is left out and the row is kept`(
        table: String, row: String, reason: String, type: String, id: String, attribute: String
    ) async throws {
        let (entities, summary) = try await SmallFeed().adding(row, to: table).read(in: folder)
        let attributes = try entities.attributes(of: "urn:ngsi-ld:\(type):small:\(id)")
        #expect(attributes[attribute] == nil && !attributes.isEmpty)
        #expect(summary.skips.map(\.reason) == [reason])
        #expect(summary.skippedRows == 0 && summary.skippedValues == 1)
    }

    @Test func `a check reads everything and hands out nothing`() throws {
        let path = try folder.zip("f.zip", SmallFeed().adding("S9,X,91,1,0,", to: "stops.txt").tables)
        let summary = try GTFSImport(path: path).check()
        #expect(summary.totalRows == 19 && summary.totalEntities == 0 && summary.skippedRows == 1)
    }
}
