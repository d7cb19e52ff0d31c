/// What the check of a feed learned and the import needs: who exists, who belongs to whom, which rows are refused.
struct GTFSIndex {
    let feed: String
    /// Agencies by `agency_id`; the only agency of a feed may have an empty one.
    var agencies: [String: Int] = [:]
    var agencyIDs: [String] = []
    var stops: [String: Stop] = [:]
    /// Stops by the `stop_id` of their station.
    var children: [String: [String]] = [:]
    /// Agency of each route; `nil` when the feed does not say.
    var routes: [String: Int?] = [:]
    var services: [String: Service] = [:]
    /// Services in the order in which the feed names them.
    var serviceIDs: [String] = []
    var shapes: [String: Shape] = [:]
    var trips: [String: Trip] = [:]
    /// Agencies whose trips call at a stop; filled only when the feed has several.
    var callingAgencies: [String: Set<Int>] = [:]
    var refused: [GTFSTable: RowSet] = [:]

    struct Stop {
        var kind: StopKind
    }

    struct Service {
        var agencies: Set<Int> = []
    }

    struct Shape {
        var points = 0
        /// Its rows do not follow each other, so that they must be collected until the end of the table.
        var isScattered = false
    }

    struct Trip {
        var agency: Int?
        /// Bit n: stop_sequence n has been seen, for n below 64.
        var lowSequences: UInt64 = 0
    }

    func urn(agency: Int) -> String {
        let id = agencyIDs[agency]
        return EntityID.urn("GtfsAgency", feed, id.isEmpty ? "agency" : id)
    }

    func urn(stop id: String) -> String? {
        stops[id].flatMap { $0.kind.type }.map { EntityID.urn($0, feed, id) }
    }

    /// The agencies of a set as relationship targets, in the order of the feed.
    func urns(agencies: Set<Int>) -> [String] { agencies.sorted().map { urn(agency: $0) } }
}

/// The `location_type` of a row of stops.txt.
enum StopKind: Int {
    case stop, station, entrance, node, boardingArea

    /// The Smart Data Models type, or `nil` when there is none for this kind.
    var type: String? {
        switch self {
        case .stop: "GtfsStop"
        case .station: "GtfsStation"
        case .entrance: "GtfsAccessPoint"
        case .node, .boardingArea: nil
        }
    }
}

/// A set of row numbers, one bit each.
struct RowSet {
    private var words: [UInt64] = []

    mutating func insert(_ row: Int) {
        guard row >= 0 else { return }
        let word = row >> 6
        if word >= words.count { words += [UInt64](repeating: 0, count: word - words.count + 1) }
        words[word] |= 1 << UInt64(row & 63)
    }

    func contains(_ row: Int) -> Bool {
        let word = row >> 6
        guard row >= 0, word < words.count else { return false }
        return words[word] >> UInt64(row & 63) & 1 == 1
    }
}
