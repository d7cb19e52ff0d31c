import GeoJSON
import JSONTree
import NGSILDModel

extension GeoQuery {
    private static let relations =
        "near;maxDistance==2000, near;minDistance==2000, within, contains, intersects, equals, disjoint, overlaps"

    static func relation(_ text: String) throws(NGSILDError) -> Relation {
        switch text {
        case "within": return .within
        case "contains": return .contains
        case "intersects": return .intersects
        case "equals": return .equals
        case "disjoint": return .disjoint
        case "overlaps": return .overlaps
        default: break
        }
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.first == "near" else {
            throw .badRequestData("Parameter georel is \"\(text.prefix(40))\"; use one of \(relations)")
        }
        guard parts.count == 2 else {
            throw .badRequestData("Parameter georel: near takes one distance in metres, as in near;maxDistance==2000")
        }
        let sides = parts[1].split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 3, sides[1].isEmpty, sides[0] == "maxDistance" || sides[0] == "minDistance" else {
            throw .badRequestData(
                "Parameter georel is \"\(text.prefix(40))\"; write near;maxDistance==2000 or near;minDistance==2000, in metres"
            )
        }
        guard let document = try? JSONDocument(parsing: String(sides[2])), let metres = document.double(document.root),
            metres > 0
        else {
            throw .badRequestData(
                "Parameter georel: the distance \"\(sides[2].prefix(40))\" is not a number of metres above 0")
        }
        return sides[0] == "maxDistance" ? .nearer(metres: metres) : .farther(metres: metres)
    }

    static func reference(
        _ type: String, _ document: JSONDocument, _ node: JSONNode, for relation: Relation
    ) throws(NGSILDError) -> Geometry {
        guard let kind = Geometry.Kind(rawValue: type), kind != .geometryCollection else {
            let kinds = Geometry.Kind.allCases.filter { $0 != .geometryCollection }.map(\.rawValue)
            throw .badRequestData(
                "Parameter geometry is \"\(type.prefix(40))\"; use one of \(kinds.joined(separator: ", "))")
        }
        let limit = SpatialMatcher.vertexLimit(relation)
        do throws(GeoJSONError) {
            return try Geometry(
                kind: kind, parsing: document, coordinates: node, limits: Geometry.Limits(vertices: limit))
        } catch {
            if case .tooManyVertices = error {
                throw .tooComplexQuery("Parameter coordinates has more than \(limit) positions; use a simpler geometry")
            }
            throw .badRequestData("Parameter coordinates does not fit a \(type): \(error)")
        }
    }
}
