public import JSONTree
import NGSILDModel

/// What all entities begin with that services write about another entity.
public enum ResultEntity {
    private static let urn = "urn:ngsi-ld:"

    /// `urn:ngsi-ld:`, the type, what tells the results about one entity apart, and that entity's id without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    public static func id(_ typeName: String, _ part: String, of subject: String) -> String? {
        let rest = subject.hasPrefix(urn) ? String(subject.dropFirst(urn.count)) : subject
        let id = part.isEmpty ? "\(urn)\(typeName):\(rest)" : "\(urn)\(typeName):\(part):\(rest)"
        return EntityID.isValid(id) ? id : nil
    }

    /// Opens the entity: its id and type, whom it is about, and where that stands.
    ///
    /// - Parameters:
    ///   - relationship: The name of the Relationship to the entity that it is about, such as `refRoadSegment`.
    ///   - location: A GeoJSON geometry.
    public static func open(
        _ id: String, _ typeName: String, _ relationship: String, of subject: String, location: String?,
        to writer: inout ByteWriter
    ) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":")
        writer.append(jsonString: typeName)
        writer.append(",")
        writer.append(jsonString: relationship)
        writer.append(":{\"type\":\"Relationship\",\"object\":")
        writer.append(jsonString: subject)
        writer.append("}")
        guard let location else { return }
        writer.append(",\"location\":{\"type\":\"GeoProperty\",\"value\":")
        writer.append(utf8: location)
        writer.append("}")
    }
}
