@testable import DatasetImport

/// A feed of a few rows that uses every table; tests replace the tables that they are about.
struct SmallFeed {
    private(set) var tables: [(name: String, text: String)] = [
        ("agency.txt", "agency_id,agency_name,agency_url,agency_timezone\nA,Alpha,https://a.example,Europe/Paris\n"),
        (
            "stops.txt",
            """
            stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
            S1,First,47.1,-1.9,0,C
            C,Central,47.2,-1.8,1,
            S2,"Second, ""upper""\nplatform",47.3,-1.7,,C
            E1,Door,47.2,-1.8,2,C

            """
        ),
        (
            "routes.txt",
            """
            route_id,agency_id,route_short_name,route_long_name,route_type
            R1,A,1,Harbour - Hill,3
            R2,,2,,0

            """
        ),
        (
            "trips.txt",
            """
            route_id,service_id,trip_id,trip_headsign,direction_id,shape_id
            R1,WD,T1,Hill,0,L1
            R2,SP,T2,,1,

            """
        ),
        (
            "stop_times.txt",
            """
            trip_id,arrival_time,departure_time,stop_id,stop_sequence
            T1,8:00:00,08:00:30,S1,1
            T1,25:10:00,25:10:00,S2,70
            T2,,,S2,5

            """
        ),
        (
            "calendar.txt",
            """
            service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
            WD,1,1,1,1,1,0,0,20240101,20241231

            """
        ),
        ("calendar_dates.txt", "service_id,date,exception_type\nSP,20240229,1\n"),
        (
            "shapes.txt",
            """
            shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
            L1,47.3,-1.7,20
            L1,47.1,-1.9,10

            """
        ),
        ("transfers.txt", "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nS1,C,2,120\n"),
        ("frequencies.txt", "trip_id,start_time,end_time,headway_secs,exact_times\nT1,06:00:00,24:30:00,600,0\n"),
    ]

    /// The feed with another text for a table, or without it.
    func with(_ table: String, _ text: String?) -> SmallFeed {
        var feed = self
        feed.tables.removeAll { $0.name == table }
        if let text { feed.tables.append((table, text)) }
        return feed
    }

    /// The feed with one more row in a table.
    func adding(_ row: String, to table: String) -> SmallFeed {
        var feed = self
        for index in feed.tables.indices where feed.tables[index].name == table {
            feed.tables[index].text += row + "\n"
        }
        return feed
    }

    /// Imports the feed as a zip file.
    func read(
        in folder: TemporaryFolder, options: GTFSImport.Options = .init()
    ) async throws -> (entities: ReadEntities, summary: ImportSummary) {
        let path = try folder.zip("small.zip", tables)
        var entities = ReadEntities()
        let summary = try await GTFSImport(path: path, options: options).run { try entities.add($0) }
        return (entities, summary)
    }
}
