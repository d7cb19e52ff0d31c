public import JSONTree

/// Why a JSON value is not the GeoJSON geometry that is accepted here.
public enum GeoJSONError: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON(JSONParseError)
    case notAnObject(found: String)
    case missingMember(String)
    case unknownType(String)
    case notAnArray(found: String)
    case notAPosition(found: String)
    case longitudeOutOfRange(Double)
    case latitudeOutOfRange(Double)
    case noPositions(Geometry.Kind)
    case lineTooShort(count: Int)
    case ringTooShort(count: Int)
    case ringNotClosed(first: String, last: String)
    case tooManyVertices(limit: Int)
    case collectionTooDeep(limit: Int)

    public var description: String {
        switch self {
        case .notJSON(let error): "the geometry is not JSON: \(error)"
        case .notAnObject(let found): "a geometry is a JSON object with type and coordinates, not \(found)"
        case .missingMember(let name): "the geometry has no member \"\(name)\""
        case .unknownType(let type):
            "\(type) is not a type of geometry; use "
                + Geometry.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        case .notAnArray(let found): "an array of coordinates is expected where \(found) stands"
        case .notAPosition(let found):
            "a position is an array of two or three finite numbers, longitude and latitude in degrees and an optional"
                + " altitude in metres, not \(found)"
        case .longitudeOutOfRange(let longitude):
            "the longitude \(longitude) is not within -180 and 180; longitude comes first, then latitude"
        case .latitudeOutOfRange(let latitude):
            "the latitude \(latitude) is not within -90 and 90; longitude comes first, then latitude"
        case .noPositions(let kind): "the \(kind.rawValue) is empty"
        case .lineTooShort(let count): "a line has at least two positions, not \(count)"
        case .ringTooShort(let count): "a ring of a polygon has at least four positions, not \(count)"
        case .ringNotClosed(let first, let last):
            "a ring of a polygon ends where it starts, but this one goes from \(first) to \(last)"
        case .tooManyVertices(let limit): "the geometry has more than \(limit) positions"
        case .collectionTooDeep(let limit): "geometry collections are nested deeper than \(limit) levels"
        }
    }
}
