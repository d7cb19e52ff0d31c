import JSONTree
import NGSILDModel

/// What all entities that the service writes about a station begin with.
enum ResultEntity {
    private static let urn = "urn:ngsi-ld:"

    /// `urn:ngsi-ld:`, the type, what tells the station's results apart, and the station's id without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ typeName: String, _ part: String, of station: String) -> String? {
        let rest = station.hasPrefix(urn) ? String(station.dropFirst(urn.count)) : station
        let id = "\(urn)\(typeName):\(part):\(rest)"
        return EntityID.isValid(id) ? id : nil
    }

    /// Opens the entity: its id and type, the station, and where that stands.
    static func open(
        _ id: String, _ typeName: String, of station: String, location: String?, to writer: inout ByteWriter
    ) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":")
        writer.append(jsonString: typeName)
        writer.append(",\"refAirQualityObserved\":{\"type\":\"Relationship\",\"object\":")
        writer.append(jsonString: station)
        writer.append("}")
        guard let location else { return }
        writer.append(",\"location\":{\"type\":\"GeoProperty\",\"value\":")
        writer.append(utf8: location)
        writer.append("}")
    }
}
