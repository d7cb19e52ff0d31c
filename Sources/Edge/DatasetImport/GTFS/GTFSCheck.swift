/// The first reading of a feed: every table, every row, before anything is handed out.
///
/// A row that breaks GTFS or refers to nothing is refused and counted; a reference that the models do not require is
/// only left out. Missing files, columns and damaged data end the import.
struct GTFSCheck {
    private let feed: GTFSFeed
    private let limits: ImportLimits
    private let meter: ProgressMeter
    private(set) var index: GTFSIndex
    private(set) var summary = ImportSummary()
    private var identifiers = 0
    /// Sequences of 64 and more that a trip has used, as trip number and sequence.
    private var highSequences: Set<SequenceKey> = []

    private struct SequenceKey: Hashable {
        let trip: String
        let sequence: Int
    }

    init(feed: GTFSFeed, name: String, limits: ImportLimits, meter: ProgressMeter) {
        self.feed = feed
        self.limits = limits
        self.meter = meter
        index = GTFSIndex(feed: name)
    }

    mutating func run() throws(ImportError) {
        for table in GTFSTable.allCases { _ = try feed.open(table) }
        try checkAgencies()
        try checkStops()
        try checkParents()
        try checkCalendars()
        try checkShapes()
        try checkRoutes()
        try checkTrips()
        try checkStopTimes()
        try checkTransfers()
        try checkFrequencies()
    }

    // MARK: - Tables

    private mutating func checkAgencies() throws(ImportError) {
        guard let table = try feed.open(.agency) else { return }
        let (id, name) = (table.column("agency_id"), table.column("agency_name"))
        try eachRow(of: table) { check, table throws(ImportError) in
            if table.bytes(name).isEmpty { return check.refuse(table, "agency_name is empty") }
            let key = table.text(id)
            guard check.index.agencies[key] == nil else {
                return check.refuse(table, "agency_id appears twice", key)
            }
            try check.countIdentifier(table)
            check.index.agencies[key] = check.index.agencyIDs.count
            check.index.agencyIDs.append(key)
        }
    }

    private mutating func checkStops() throws(ImportError) {
        guard let table = try feed.open(.stops) else { return }
        let (id, name, kind) = (table.column("stop_id"), table.column("stop_name"), table.column("location_type"))
        let (longitude, latitude) = (table.column("stop_lon"), table.column("stop_lat"))
        try eachRow(of: table) { check, table throws(ImportError) in
            let key = table.text(id)
            if key.isEmpty { return check.refuse(table, "stop_id is empty") }
            if check.index.stops[key] != nil { return check.refuse(table, "stop_id appears twice", key) }
            let kindCell = table.bytes(kind)
            guard let kind = StopKind(rawValue: kindCell.isEmpty ? 0 : CellNumber.integer(kindCell) ?? -1) else {
                return check.refuse(table, "location_type is not 0 to 4", String(decoding: kindCell, as: UTF8.self))
            }
            guard kind.type != nil else {
                return check.refuse(table, "location_type \(kind.rawValue) has no Smart Data Models type")
            }
            if table.bytes(name).isEmpty { return check.refuse(table, "stop_name is empty") }
            guard GTFSValues.position(longitude: table.bytes(longitude), latitude: table.bytes(latitude)) != nil else {
                return check.refuse(
                    table, "stop_lat and stop_lon are no position",
                    "\(table.text(latitude)), \(table.text(longitude))")
            }
            try check.countIdentifier(table)
            check.index.stops[key] = .init(kind: kind)
        }
    }

    /// Parents may follow their children, so they are looked up when all stops are known.
    private mutating func checkParents() throws(ImportError) {
        guard let table = try feed.open(.stops), table.header.index(of: "parent_station") != nil else { return }
        let (id, parent) = (table.column("stop_id"), table.column("parent_station"))
        while try table.next() {
            guard !isRefused(table), !table.bytes(parent).isEmpty else { continue }
            let station = table.text(parent)
            guard index.stops[station]?.kind == .station else {
                skipValue(table, "parent_station is no station of this feed", station)
                continue
            }
            let child = table.text(id)
            if index.stops[child]?.kind == .stop { index.children[station, default: []].append(child) }
        }
    }

    private mutating func checkCalendars() throws(ImportError) {
        if let table = try feed.open(.calendar) {
            let id = table.column("service_id")
            let days = GTFSTable.weekdays.map { table.column($0) }
            let (start, end) = (table.column("start_date"), table.column("end_date"))
            try eachRow(of: table) { check, table throws(ImportError) in
                let key = table.text(id)
                if key.isEmpty { return check.refuse(table, "service_id is empty") }
                if check.index.services[key] != nil { return check.refuse(table, "service_id appears twice", key) }
                for (day, column) in zip(GTFSTable.weekdays, days) {
                    guard let flag = GTFSValues.count(table.bytes(column)), flag <= 1 else {
                        return check.refuse(table, "\(day) is not 0 or 1", table.text(column))
                    }
                }
                guard let first = GTFSValues.date(table.bytes(start)), let last = GTFSValues.date(table.bytes(end))
                else {
                    return check.refuse(
                        table, "start_date or end_date is no date", "\(table.text(start)), \(table.text(end))")
                }
                if last < first { return check.refuse(table, "end_date is before start_date", "\(first), \(last)") }
                try check.addService(key, table)
            }
        }
        if let table = try feed.open(.calendarDates) {
            let (id, date) = (table.column("service_id"), table.column("date"))
            let kind = table.column("exception_type")
            var seen: Set<String> = []
            try eachRow(of: table) { check, table throws(ImportError) in
                let key = table.text(id)
                if key.isEmpty { return check.refuse(table, "service_id is empty") }
                guard let day = GTFSValues.date(table.bytes(date)) else {
                    return check.refuse(table, "date is no date", table.text(date))
                }
                guard let exception = GTFSValues.count(table.bytes(kind)), 1...2 ~= exception else {
                    return check.refuse(table, "exception_type is not 1 or 2", table.text(kind))
                }
                guard seen.insert(key + "\u{0}" + day).inserted else {
                    return check.refuse(table, "service_id and date appear twice", "\(key), \(day)")
                }
                try check.countIdentifier(table)
                if check.index.services[key] == nil { try check.addService(key, table) }
            }
        }
    }

    private mutating func addService(_ key: String, _ table: GTFSTableReader) throws(ImportError) {
        try countIdentifier(table)
        index.services[key] = .init()
        index.serviceIDs.append(key)
    }

    private mutating func checkShapes() throws(ImportError) {
        guard let table = try feed.open(.shapes) else { return }
        let id = table.column("shape_id")
        let (longitude, latitude) = (table.column("shape_pt_lon"), table.column("shape_pt_lat"))
        let sequence = table.column("shape_pt_sequence")
        var previous: String?
        var firstLine: [String: Int] = [:]
        try eachRow(of: table) { check, table throws(ImportError) in
            let key = table.text(id)
            if key.isEmpty { return check.refuse(table, "shape_id is empty") }
            guard GTFSValues.count(table.bytes(sequence)) != nil else {
                return check.refuse(table, "shape_pt_sequence is no number", table.text(sequence))
            }
            guard GTFSValues.position(longitude: table.bytes(longitude), latitude: table.bytes(latitude)) != nil else {
                return check.refuse(
                    table, "shape_pt_lat and shape_pt_lon are no position",
                    "\(table.text(latitude)), \(table.text(longitude))")
            }
            if check.index.shapes[key] == nil {
                try check.countIdentifier(table)
                firstLine[key] = table.line
            } else if previous != key {
                check.index.shapes[key]?.isScattered = true
            }
            check.index.shapes[key, default: .init()].points += 1
            guard check.index.shapes[key, default: .init()].points <= check.limits.shapePoints else {
                throw .tooLarge(
                    file: table.reader.file, line: table.line, what: "the number of points of shape \(key)",
                    limit: "\(check.limits.shapePoints)", remedy: "simplify the shape")
            }
            previous = key
        }
        for (key, shape) in index.shapes.sorted(by: { firstLine[$0.key] ?? 0 < firstLine[$1.key] ?? 0 })
        where shape.points < 2 {
            index.shapes[key] = nil
            summary.skip(
                .row, file: table.table.fileName, line: firstLine[key] ?? 0, reason: "the shape has a single point",
                example: key)
        }
    }

    private mutating func checkRoutes() throws(ImportError) {
        guard let table = try feed.open(.routes) else { return }
        let (id, agency, kind) = (table.column("route_id"), table.column("agency_id"), table.column("route_type"))
        try eachRow(of: table) { check, table throws(ImportError) in
            let key = table.text(id)
            if key.isEmpty { return check.refuse(table, "route_id is empty") }
            if check.index.routes[key] != nil { return check.refuse(table, "route_id appears twice", key) }
            guard GTFSValues.count(table.bytes(kind)) != nil else {
                return check.refuse(table, "route_type is no number", table.text(kind))
            }
            try check.countIdentifier(table)
            let name = table.text(agency)
            var owner = check.index.agencies[name]
            if owner == nil, name.isEmpty, check.index.agencyIDs.count == 1 { owner = 0 }
            if owner == nil {
                check.skipValue(
                    table, name.isEmpty ? "agency_id is empty though there are several" : "agency_id is unknown", name)
            }
            check.index.routes[key] = .some(owner)
        }
    }

    private mutating func checkTrips() throws(ImportError) {
        guard let table = try feed.open(.trips) else { return }
        let (id, route) = (table.column("trip_id"), table.column("route_id"))
        let (service, shape) = (table.column("service_id"), table.column("shape_id"))
        try eachRow(of: table) { check, table throws(ImportError) in
            let key = table.text(id)
            if key.isEmpty { return check.refuse(table, "trip_id is empty") }
            if check.index.trips[key] != nil { return check.refuse(table, "trip_id appears twice", key) }
            guard let owner = check.index.routes[table.text(route)] else {
                return check.refuse(table, "route_id is unknown or was skipped", table.text(route))
            }
            let serviceID = table.text(service)
            guard check.index.services[serviceID] != nil else {
                return check.refuse(table, "service_id is unknown or was skipped", serviceID)
            }
            let shapeID = table.text(shape)
            if !shapeID.isEmpty, check.index.shapes[shapeID] == nil {
                check.skipValue(table, "shape_id is unknown or was skipped", shapeID)
            }
            try check.countIdentifier(table)
            check.index.trips[key] = .init(agency: owner)
            if let owner { check.index.services[serviceID]?.agencies.insert(owner) }
        }
    }

    private mutating func checkStopTimes() throws(ImportError) {
        guard let table = try feed.open(.stopTimes) else { return }
        let (trip, stop) = (table.column("trip_id"), table.column("stop_id"))
        let (arrival, departure) = (table.column("arrival_time"), table.column("departure_time"))
        let sequence = table.column("stop_sequence")
        let hasSeveralAgencies = index.agencyIDs.count > 1
        try eachRow(of: table) { check, table throws(ImportError) in
            let tripID = table.text(trip)
            guard let known = check.index.trips[tripID] else {
                return check.refuse(table, "trip_id is unknown or was skipped", tripID)
            }
            let stopID = table.text(stop)
            guard let kind = check.index.stops[stopID]?.kind else {
                return check.refuse(table, "stop_id is unknown or was skipped", stopID)
            }
            guard kind == .stop else {
                return check.refuse(table, "stop_id is no stop but a station or entrance", stopID)
            }
            for (name, column) in [("arrival_time", arrival), ("departure_time", departure)] {
                let cell = table.bytes(column)
                guard cell.isEmpty || GTFSValues.time(cell) != nil else {
                    return check.refuse(table, "\(name) is no time HH:MM:SS", table.text(column))
                }
            }
            guard let position = GTFSValues.count(table.bytes(sequence)) else {
                return check.refuse(table, "stop_sequence is no number", table.text(sequence))
            }
            guard try check.markSequence(position, of: tripID, table) else {
                return check.refuse(table, "trip_id and stop_sequence appear twice", "\(tripID), \(position)")
            }
            if hasSeveralAgencies, let agency = known.agency {
                check.index.callingAgencies[stopID, default: []].insert(agency)
            }
        }
    }

    /// Remembers a stop_sequence of a trip; `false` when it was there already.
    private mutating func markSequence(
        _ sequence: Int, of trip: String, _ table: GTFSTableReader
    ) throws(ImportError) -> Bool {
        if sequence < 64 {
            let bit: UInt64 = 1 << UInt64(sequence)
            guard let seen = index.trips[trip]?.lowSequences, seen & bit == 0 else { return false }
            index.trips[trip]?.lowSequences = seen | bit
            return true
        }
        guard highSequences.insert(.init(trip: trip, sequence: sequence)).inserted else { return false }
        try countIdentifier(table)
        return true
    }

    private mutating func checkTransfers() throws(ImportError) {
        guard let table = try feed.open(.transfers) else { return }
        let (from, to, kind) = (
            table.column("from_stop_id"), table.column("to_stop_id"), table.column("transfer_type")
        )
        let minimum = table.column("min_transfer_time")
        var seen: Set<String> = []
        try eachRow(of: table) { check, table throws(ImportError) in
            for column in [from, to] where check.index.urn(stop: table.text(column)) == nil {
                return check.refuse(table, "from_stop_id or to_stop_id is unknown or was skipped", table.text(column))
            }
            let kindCell = table.bytes(kind)
            guard kindCell.isEmpty || GTFSValues.count(kindCell) != nil else {
                return check.refuse(table, "transfer_type is no number", table.text(kind))
            }
            if !table.bytes(minimum).isEmpty, GTFSValues.count(table.bytes(minimum)) == nil {
                check.skipValue(table, "min_transfer_time is no number", table.text(minimum))
            }
            guard seen.insert(GTFSTransfer.id(table, feed: check.index.feed)).inserted else {
                return check.refuse(table, "the transfer appears twice")
            }
            try check.countIdentifier(table)
        }
    }

    private mutating func checkFrequencies() throws(ImportError) {
        guard let table = try feed.open(.frequencies) else { return }
        let (trip, headway) = (table.column("trip_id"), table.column("headway_secs"))
        let (start, end) = (table.column("start_time"), table.column("end_time"))
        var seen: Set<String> = []
        try eachRow(of: table) { check, table throws(ImportError) in
            let tripID = table.text(trip)
            guard check.index.trips[tripID] != nil else {
                return check.refuse(table, "trip_id is unknown or was skipped", tripID)
            }
            guard let first = GTFSValues.time(table.bytes(start)), GTFSValues.time(table.bytes(end)) != nil else {
                return check.refuse(
                    table, "start_time or end_time is no time HH:MM:SS", "\(table.text(start)), \(table.text(end))")
            }
            guard let seconds = GTFSValues.count(table.bytes(headway)), seconds > 0 else {
                return check.refuse(table, "headway_secs is no number above 0", table.text(headway))
            }
            guard seen.insert(tripID + "\u{0}" + first).inserted else {
                return check.refuse(table, "trip_id and start_time appear twice", "\(tripID), \(first)")
            }
            try check.countIdentifier(table)
        }
    }

    // MARK: - Rows

    /// Runs the body on each row of the right width, counts rows, and refuses a required table without a usable one.
    private mutating func eachRow(
        of table: GTFSTableReader,
        _ body: (inout GTFSCheck, GTFSTableReader) throws(ImportError) -> Void
    ) throws(ImportError) {
        var rows = 0
        let before = summary.skippedRows
        while try table.next() {
            rows += 1
            meter.row(tableBytes: table.reader.consumedBytes)
            if table.hasRightWidth {
                if !table.reader.rowIsUTF8 {
                    skipValue(table, "bytes that are not UTF-8 are replaced (convert the file with iconv)", "")
                }
                try body(&self, table)
            } else {
                refuse(table, "the row has not as many fields as the header", "\(table.reader.fieldCount) fields")
            }
        }
        let file = table.table.fileName
        summary.read(rows, from: file)
        meter.finishTable(bytes: feed.bytes(of: table.table))
        if table.table.isRequired, summary.skippedRows - before == rows {
            let first = summary.skips.first { $0.file == file && $0.unit == .row }
            throw .noUsableRow(
                file: table.reader.file,
                example: first.map { "line \($0.lines.first ?? 0): \($0.reason)" } ?? "there is only a header")
        }
    }

    private mutating func refuse(_ table: GTFSTableReader, _ reason: String, _ example: String = "") {
        index.refused[table.table, default: RowSet()].insert(table.rowNumber)
        summary.skip(.row, file: table.table.fileName, line: table.line, reason: reason, example: example)
    }

    private mutating func skipValue(_ table: GTFSTableReader, _ reason: String, _ example: String) {
        summary.skip(.value, file: table.table.fileName, line: table.line, reason: reason, example: example)
    }

    private func isRefused(_ table: GTFSTableReader) -> Bool {
        index.refused[table.table]?.contains(table.rowNumber) ?? false
    }

    private mutating func countIdentifier(_ table: GTFSTableReader) throws(ImportError) {
        identifiers += 1
        guard identifiers <= limits.identifiers else {
            throw .tooLarge(
                file: table.reader.file, line: table.line, what: "the number of identifiers in the feed",
                limit: "\(limits.identifiers)", remedy: "split the feed, for example by agency")
        }
    }
}
