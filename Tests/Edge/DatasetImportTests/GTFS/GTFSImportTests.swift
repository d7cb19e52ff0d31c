import Testing

@testable import DatasetImport

struct GTFSImportTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `each table becomes entities of its Smart Data Models type`() async throws {
        let (entities, summary) = try await SmallFeed().read(in: folder)
        #expect(
            entities.ids == [
                "urn:ngsi-ld:GtfsAgency:small:A", "urn:ngsi-ld:GtfsStop:small:S1", "urn:ngsi-ld:GtfsStation:small:C",
                "urn:ngsi-ld:GtfsStop:small:S2", "urn:ngsi-ld:GtfsAccessPoint:small:E1",
                "urn:ngsi-ld:GtfsService:small:WD",
                "urn:ngsi-ld:GtfsService:small:SP", "urn:ngsi-ld:GtfsCalendarRule:small:WD",
                "urn:ngsi-ld:GtfsCalendarDateRule:small:SP:2024-02-29", "urn:ngsi-ld:GtfsShape:small:L1",
                "urn:ngsi-ld:GtfsRoute:small:R1", "urn:ngsi-ld:GtfsRoute:small:R2", "urn:ngsi-ld:GtfsTrip:small:T1",
                "urn:ngsi-ld:GtfsTrip:small:T2", "urn:ngsi-ld:GtfsStopTime:small:T1:1",
                "urn:ngsi-ld:GtfsStopTime:small:T1:70", "urn:ngsi-ld:GtfsStopTime:small:T2:5",
                "urn:ngsi-ld:GtfsTransferRule:small:S1:C", "urn:ngsi-ld:GtfsFrequency:small:T1:06:00:00",
            ])
        #expect(summary.totalEntities == 19 && summary.totalRows == 18)
        #expect(summary.skips.isEmpty)
    }

    @Test func `attributes and references follow the models`() async throws {
        let (entities, _) = try await SmallFeed().read(in: folder)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsStop:small:S2") == [
                "name": #""Second, \"upper\"\nplatform""#,
                "location": #"{"type":"Point","coordinates":[-1.7,47.3]}"#,
                "hasParentStation": #""urn:ngsi-ld:GtfsStation:small:C""#,
                "operatedBy": #""urn:ngsi-ld:GtfsAgency:small:A""#,
            ])
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsStation:small:C")["hasStop"]
                == #"["urn:ngsi-ld:GtfsStop:small:S1","urn:ngsi-ld:GtfsStop:small:S2"]"#)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsShape:small:L1")["location"]
                == #"{"type":"LineString","coordinates":[[-1.9,47.1],[-1.7,47.3]]}"#)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsRoute:small:R2") == [
                "name": #""2""#, "shortName": #""2""#, "routeType": #""0""#,
                "operatedBy": #""urn:ngsi-ld:GtfsAgency:small:A""#,
            ])
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsTrip:small:T1") == [
                "headSign": #""Hill""#, "direction": "0", "hasRoute": #""urn:ngsi-ld:GtfsRoute:small:R1""#,
                "hasService": #""urn:ngsi-ld:GtfsService:small:WD""#, "hasShape": #""urn:ngsi-ld:GtfsShape:small:L1""#,
            ])
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsStopTime:small:T1:1") == [
                "arrivalTime": #""08:00:00""#, "departureTime": #""08:00:30""#, "stopSequence": "1",
                "hasStop": #""urn:ngsi-ld:GtfsStop:small:S1""#, "hasTrip": #""urn:ngsi-ld:GtfsTrip:small:T1""#,
            ])
        #expect(try entities.attributes(of: "urn:ngsi-ld:GtfsStopTime:small:T1:70")["arrivalTime"] == #""25:10:00""#)
        #expect(try entities.attributes(of: "urn:ngsi-ld:GtfsCalendarRule:small:WD")["saturday"] == "false")
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsTransferRule:small:S1:C") == [
                "transferType": #""2""#, "minimumTransferTime": "120",
                "hasOrigin": #""urn:ngsi-ld:GtfsStop:small:S1""#,
                "hasDestination": #""urn:ngsi-ld:GtfsStation:small:C""#,
            ])
        #expect(try entities.attributes(of: "urn:ngsi-ld:GtfsFrequency:small:T1:06:00:00")["exactTimes"] == "false")
    }

    @Test func `an entity refers only to entities before it, except for a station's stops and a stop's station`()
        async throws
    {
        let (entities, _) = try await SmallFeed().read(in: folder)
        var seen: Set<String> = []
        for (id, text) in zip(entities.ids, entities.texts) {
            seen.insert(id)
            for piece in text.split(separator: "\"") where piece.hasPrefix("urn:ngsi-ld:Gtfs") {
                #expect(
                    seen.contains(String(piece)) || id.contains("GtfsStation") || piece.contains("GtfsStation"),
                    "\(id) refers to \(piece)")
            }
        }
    }

    @Test func `a folder and a zip with a folder inside read like the plain zip`() async throws {
        let (expected, _) = try await SmallFeed().read(in: folder)
        let nested = try folder.zip("nested.zip", SmallFeed().tables.map { ("feed/" + $0.name, $0.text) })
        var options = GTFSImport.Options()
        options.feed = "small"
        var inside = ReadEntities()
        _ = try await GTFSImport(path: nested, options: options).run { try inside.add($0) }
        #expect(inside.ids == expected.ids)
        for table in SmallFeed().tables { _ = try folder.write(table.name, table.text) }
        var unpacked = ReadEntities()
        _ = try await GTFSImport(path: folder.path, options: options).run { try unpacked.add($0) }
        #expect(unpacked.ids == expected.ids)
    }

    @Test func `options leave out stop times, name the feed, set the batch and add a context`() async throws {
        var options = GTFSImport.Options()
        options.includesStopTimes = false
        options.feed = "my feed"
        options.batchSize = 4
        options.context = ["https://c.example/x.jsonld"]
        let path = try folder.zip("small.zip", SmallFeed().tables)
        var sizes: [Int] = []
        var entities = ReadEntities()
        let summary = try await GTFSImport(path: path, options: options).run {
            sizes.append($0.count)
            try entities.add($0)
        }
        #expect(sizes == [4, 4, 4, 4])
        #expect(summary.rowsRead.contains { $0.file == "stop_times.txt" && $0.rows == 3 })
        #expect(entities.ids.allSatisfy { $0.contains(":my%20feed:") && !$0.contains("StopTime") })
        #expect(entities.texts.allSatisfy { $0.hasSuffix(#","@context":["https://c.example/x.jsonld"]}"#) })
    }

    @Test func `with several agencies a stop is operated by those whose trips call there`() async throws {
        let feed = SmallFeed()
            .with(
                "agency.txt",
                "agency_id,agency_name,agency_url,agency_timezone\nA,Alpha,u,z\nB,Beta,u,z\nG,Gamma,u,z\n"
            )
            .with("routes.txt", "route_id,agency_id,route_short_name,route_type\nR1,A,1,3\nR2,B,2,3\n")
        let (entities, summary) = try await feed.read(in: folder)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsStop:small:S1")["operatedBy"]
                == #""urn:ngsi-ld:GtfsAgency:small:A""#)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsStop:small:S2")["operatedBy"]
                == #"["urn:ngsi-ld:GtfsAgency:small:A","urn:ngsi-ld:GtfsAgency:small:B"]"#)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsService:small:SP")["operatedBy"]
                == #""urn:ngsi-ld:GtfsAgency:small:B""#)
        #expect(summary.skips.isEmpty)
    }

    @Test func `a shape whose rows are scattered is put together again`() async throws {
        let feed = SmallFeed().with(
            "shapes.txt",
            """
            shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
            L1,1,1,1
            L2,5,5,1
            L1,2,2,3
            L2,6,6,2
            L1,3,3,2

            """)
        let (entities, _) = try await feed.read(in: folder)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsShape:small:L1")["location"]
                == #"{"type":"LineString","coordinates":[[1,1],[3,3],[2,2]]}"#)
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:GtfsShape:small:L2")["location"]
                == #"{"type":"LineString","coordinates":[[5,5],[6,6]]}"#)
    }

    @Test func `an error of the sink ends the import`() async throws {
        struct Full: Error {}
        let path = try folder.zip("small.zip", SmallFeed().tables)
        var calls = 0
        await #expect(throws: Full.self) {
            try await GTFSImport(path: path).run { _ in
                calls += 1
                throw Full()
            }
        }
        #expect(calls == 1)
    }
}
