/// The tables of a GTFS Schedule feed that are imported, with the columns they must have.
///
/// - Source: GTFS Schedule Reference, gtfs.org. Columns that the reference asks for only under conditions are not listed.
enum GTFSTable: String, CaseIterable {
    case agency, stops, routes, trips, calendar, shapes, transfers, frequencies
    case stopTimes = "stop_times"
    case calendarDates = "calendar_dates"

    var fileName: String { rawValue + ".txt" }

    var isRequired: Bool {
        switch self {
        case .agency, .stops, .routes, .trips, .stopTimes: true
        // One of calendar and calendar_dates must be there.
        case .calendar, .calendarDates, .shapes, .transfers, .frequencies: false
        }
    }

    var requiredColumns: [String] {
        switch self {
        case .agency: ["agency_name", "agency_url", "agency_timezone"]
        case .stops: ["stop_id", "stop_name", "stop_lat", "stop_lon"]
        case .routes: ["route_id", "route_type"]
        case .trips: ["route_id", "service_id", "trip_id"]
        case .stopTimes: ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
        case .calendar: ["service_id"] + GTFSTable.weekdays + ["start_date", "end_date"]
        case .calendarDates: ["service_id", "date", "exception_type"]
        case .shapes: ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
        case .transfers: ["from_stop_id", "to_stop_id", "transfer_type"]
        case .frequencies: ["trip_id", "start_time", "end_time", "headway_secs"]
        }
    }

    static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}
