/// Streets, river, lines and stops as entities; they do not change.
extension CityPlan {
    var entityCount: Int {
        network.streets.indices.count { !network.lines(ofStreet: $0).isEmpty } + network.segments.count + 1
            + lines.count + stops.count
    }

    func writeEntities(to writer: inout EntityWriter) {
        writeRiver(to: &writer)
        writeRoads(to: &writer)
        writeSegments(to: &writer)
        writeLines(to: &writer)
        writeStops(to: &writer)
    }

    /// The Smart Data Models have no type for a river; this one has the attributes that all of them share.
    private func writeRiver(to writer: inout EntityWriter) {
        writer.begin("River", EntityName("river-", 0))
        writer.text("name", StreetNames.river)
        writer.lines("location", [river])
        writer.end()
    }

    private func writeRoads(to writer: inout EntityWriter) {
        var segmentNames = Array(repeating: [EntityName](), count: network.streets.count)
        for (index, segment) in network.segments.enumerated() {
            segmentNames[segment.street].append(EntityName("segment-", index))
        }
        for (index, street) in network.streets.enumerated() {
            let lines = network.lines(ofStreet: index)
            guard !lines.isEmpty else { continue }
            writer.begin("Road", EntityName("road-", index))
            writer.text("name", street.name)
            writer.text("roadClass", street.kind.roadClass)
            writer.number("length", (lines.reduce(0) { $0 + $1.length } / 1000).rounded(to: 3), unit: "KMT")
            writer.relationships("refRoadSegment", "RoadSegment", segmentNames[index])
            writer.lines("location", lines)
            writer.end()
        }
    }

    private func writeSegments(to writer: inout EntityWriter) {
        for (index, segment) in network.segments.enumerated() {
            let street = network.streets[segment.street]
            writer.begin("RoadSegment", EntityName("segment-", index))
            writer.text("name", "\(street.name), tronçon \(index + 1)")
            writer.text("roadClass", street.kind.roadClass)
            writer.relationship("refRoad", "Road", EntityName("road-", segment.street))
            writer.number("length", (segment.line.length / 1000).rounded(to: 3), unit: "KMT")
            writer.number("maximumAllowedSpeed", Double(street.kind.speedLimitKilometresPerHour), unit: "KMH")
            writer.number("totalLaneNumber", Double(street.kind.lanes))
            writer.texts("allowedVehicleType", street.kind == .lane ? ["bicycle", "bus", "van"] : ["anyVehicle"])
            writer.point("startPoint", segment.line.start)
            writer.point("endPoint", segment.line.end)
            writer.lines("location", [segment.line])
            writer.end()
        }
    }

    private func writeLines(to writer: inout EntityWriter) {
        for (index, line) in lines.enumerated() {
            writer.begin("PublicTransportRoute", EntityName("line-", index))
            writer.text("name", "Ligne \(line.name) : \(line.headsigns)")
            writer.text("shortRouteCode", line.name)
            // 3 is a bus, in the numbering of GTFS.
            writer.number("transportationType", 3)
            writer.text("routeColor", line.colour)
            writer.relationships("hasStop", "BusStop", line.stops.map { EntityName("stop-", $0) })
            writer.lines("location", [line.way])
            writer.end()
        }
    }

    private func writeStops(to writer: inout EntityWriter) {
        for (index, stop) in stops.enumerated() {
            writer.begin("BusStop", EntityName("stop-", index))
            writer.text("name", stop.name)
            writer.text("code", String(1_000 + index))
            writer.text("wheelChairAccessible", noise.unit(Stream.bus, Int64(20_000 + index)) < 0.8 ? "1" : "2")
            writer.relationships(
                "refPublicTransportRoute", "PublicTransportRoute", stop.lines.map { EntityName("line-", $0) })
            writer.location(stop.place)
            writer.end()
        }
    }
}
