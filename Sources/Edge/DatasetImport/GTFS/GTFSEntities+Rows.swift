import JSONTree

/// How each row becomes an entity: the attribute names of the Smart Data Models, dataModel.UrbanMobility.
///
/// Where the models give an enumeration as text (`routeType`, `pickupType`, `exceptionType`) it stays text.
extension GTFSEntities {
    static func writeAgency(
        _ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder, source: String
    ) {
        guard let place = index.agencies[row.text(row.column("agency_id"))] else { return }
        builder.begin(id: index.urn(agency: place), type: "GtfsAgency")
        builder.property("agencyName", text: row.bytes(row.column("agency_name")))
        builder.property("page", text: row.bytes(row.column("agency_url")))
        builder.property("timezone", text: row.bytes(row.column("agency_timezone")))
        builder.property("language", text: row.bytes(row.column("agency_lang")))
        builder.property("phone", text: row.bytes(row.column("agency_phone")))
        builder.property("source", text: source)
        builder.end()
    }

    static func writeStop(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let id = row.text(row.column("stop_id"))
        guard let kind = index.stops[id]?.kind, let type = kind.type,
            let position = GTFSValues.position(
                longitude: row.bytes(row.column("stop_lon")), latitude: row.bytes(row.column("stop_lat")))
        else { return }
        builder.begin(id: EntityID.urn(type, index.feed, id), type: type)
        builder.property("name", text: row.bytes(row.column("stop_name")))
        builder.property("code", text: row.bytes(row.column("stop_code")))
        builder.property("description", text: row.bytes(row.column("stop_desc")))
        builder.property("page", text: row.bytes(row.column("stop_url")))
        builder.property("zoneCode", text: row.bytes(row.column("zone_id")))
        builder.property("wheelChairAccessible", text: row.bytes(row.column("wheelchair_boarding")))
        builder.location([position])
        let parent = row.text(row.column("parent_station"))
        if kind != .station, index.stops[parent]?.kind == .station {
            builder.relationship("hasParentStation", EntityID.urn("GtfsStation", index.feed, parent))
        }
        if kind == .station {
            builder.relationship(
                "hasStop", (index.children[id] ?? []).map { EntityID.urn("GtfsStop", index.feed, $0) })
        }
        if kind == .stop {
            let agencies = index.agencyIDs.count == 1 ? [0] : index.callingAgencies[id] ?? []
            builder.relationship("operatedBy", index.urns(agencies: agencies))
        }
        builder.end()
    }

    static func writeCalendarRule(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let id = row.text(row.column("service_id"))
        builder.begin(id: EntityID.urn("GtfsCalendarRule", index.feed, id), type: "GtfsCalendarRule")
        builder.relationship("hasService", EntityID.urn("GtfsService", index.feed, id))
        let days: [(StaticString, String)] = [
            ("monday", "monday"), ("tuesday", "tuesday"), ("wednesday", "wednesday"), ("thursday", "thursday"),
            ("friday", "friday"), ("saturday", "saturday"), ("sunday", "sunday"),
        ]
        for (attribute, column) in days {
            builder.property(attribute, bool: GTFSValues.count(row.bytes(row.column(column))) == 1)
        }
        builder.property("startDate", text: GTFSValues.date(row.bytes(row.column("start_date"))) ?? "")
        builder.property("endDate", text: GTFSValues.date(row.bytes(row.column("end_date"))) ?? "")
        builder.end()
    }

    static func writeCalendarDateRule(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let id = row.text(row.column("service_id"))
        let date = GTFSValues.date(row.bytes(row.column("date"))) ?? ""
        builder.begin(id: EntityID.urn("GtfsCalendarDateRule", index.feed, id, date), type: "GtfsCalendarDateRule")
        builder.relationship("hasService", EntityID.urn("GtfsService", index.feed, id))
        builder.property("appliesOn", text: date)
        builder.property("exceptionType", text: row.bytes(row.column("exception_type")))
        builder.end()
    }

    static func writeRoute(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let id = row.text(row.column("route_id"))
        let (short, long) = (row.column("route_short_name"), row.column("route_long_name"))
        builder.begin(id: EntityID.urn("GtfsRoute", index.feed, id), type: "GtfsRoute")
        builder.property("name", text: row.bytes(long).isEmpty ? row.bytes(short) : row.bytes(long))
        builder.property("shortName", text: row.bytes(short))
        builder.property("description", text: row.bytes(row.column("route_desc")))
        builder.property("routeType", text: row.bytes(row.column("route_type")))
        builder.property("page", text: row.bytes(row.column("route_url")))
        builder.property("routeColor", text: row.bytes(row.column("route_color")))
        builder.property("routeTextColor", text: row.bytes(row.column("route_text_color")))
        builder.property("routeSortOrder", number: row.bytes(row.column("route_sort_order")))
        if let agency = index.routes[id] ?? nil { builder.relationship("operatedBy", index.urn(agency: agency)) }
        builder.end()
    }

    static func writeTrip(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let shape = row.text(row.column("shape_id"))
        builder.begin(
            id: EntityID.urn("GtfsTrip", index.feed, row.text(row.column("trip_id"))), type: "GtfsTrip")
        builder.property("headSign", text: row.bytes(row.column("trip_headsign")))
        builder.property("shortName", text: row.bytes(row.column("trip_short_name")))
        builder.property("direction", number: row.bytes(row.column("direction_id")))
        builder.property("block", text: row.bytes(row.column("block_id")))
        builder.property("wheelChairAccessible", number: row.bytes(row.column("wheelchair_accessible")))
        builder.property("bikesAllowed", number: row.bytes(row.column("bikes_allowed")))
        builder.relationship("hasRoute", EntityID.urn("GtfsRoute", index.feed, row.text(row.column("route_id"))))
        builder.relationship("hasService", EntityID.urn("GtfsService", index.feed, row.text(row.column("service_id"))))
        if index.shapes[shape] != nil {
            builder.relationship("hasShape", EntityID.urn("GtfsShape", index.feed, shape))
        }
        builder.end()
    }

    static func writeStopTime(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let trip = row.text(row.column("trip_id"))
        let sequence = GTFSValues.count(row.bytes(row.column("stop_sequence"))) ?? 0
        builder.begin(id: EntityID.urn("GtfsStopTime", index.feed, trip, String(sequence)), type: "GtfsStopTime")
        builder.property("arrivalTime", text: GTFSValues.time(row.bytes(row.column("arrival_time"))) ?? "")
        builder.property("departureTime", text: GTFSValues.time(row.bytes(row.column("departure_time"))) ?? "")
        builder.property("stopSequence", number: row.bytes(row.column("stop_sequence")))
        builder.property("stopHeadsign", text: row.bytes(row.column("stop_headsign")))
        builder.property("pickupType", text: row.bytes(row.column("pickup_type")))
        builder.property("dropOffType", text: row.bytes(row.column("drop_off_type")))
        builder.property("timepoint", text: row.bytes(row.column("timepoint")))
        builder.property("distanceTravelled", number: row.bytes(row.column("shape_dist_traveled")))
        builder.relationship("hasStop", EntityID.urn("GtfsStop", index.feed, row.text(row.column("stop_id"))))
        builder.relationship("hasTrip", EntityID.urn("GtfsTrip", index.feed, trip))
        builder.end()
    }

    static func writeTransfer(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        guard let origin = index.urn(stop: row.text(row.column("from_stop_id"))),
            let destination = index.urn(stop: row.text(row.column("to_stop_id")))
        else { return }
        let kind = row.text(row.column("transfer_type"))
        builder.begin(id: GTFSTransfer.id(row, feed: index.feed), type: "GtfsTransferRule")
        builder.property("transferType", text: kind.isEmpty ? "0" : kind)
        if GTFSValues.count(row.bytes(row.column("min_transfer_time"))) != nil {
            builder.property("minimumTransferTime", number: row.bytes(row.column("min_transfer_time")))
        }
        builder.relationship("hasOrigin", origin)
        builder.relationship("hasDestination", destination)
        builder.end()
    }

    static func writeFrequency(_ row: GTFSTableReader, _ index: GTFSIndex, _ builder: inout EntityBatchBuilder) {
        let trip = row.text(row.column("trip_id"))
        let start = GTFSValues.time(row.bytes(row.column("start_time"))) ?? ""
        builder.begin(id: EntityID.urn("GtfsFrequency", index.feed, trip, start), type: "GtfsFrequency")
        builder.property("startTime", text: start)
        builder.property("endTime", text: GTFSValues.time(row.bytes(row.column("end_time"))) ?? "")
        builder.property("headwaySeconds", number: row.bytes(row.column("headway_secs")))
        let exact = row.bytes(row.column("exact_times"))
        if !exact.isEmpty { builder.property("exactTimes", bool: GTFSValues.count(exact) == 1) }
        builder.relationship("hasTrip", EntityID.urn("GtfsTrip", index.feed, trip))
        builder.end()
    }
}

/// What tells transfers apart: the stops, and routes and trips where the feed is that exact.
enum GTFSTransfer {
    static func id(_ row: GTFSTableReader, feed: String) -> String {
        var id = EntityID.urn(
            "GtfsTransferRule", feed, row.text(row.column("from_stop_id")), row.text(row.column("to_stop_id")))
        for column in ["from_route_id", "to_route_id", "from_trip_id", "to_trip_id"] {
            let part = row.text(row.column(column))
            if !part.isEmpty { id += ":\(column.prefix { $0 != "_" })-\(PercentCoding.encode(part))" }
        }
        return id
    }
}
