public import GeoJSON
public import JSONTree
public import NGSILDModel

/// Where entities must be to be selected: a relation between a GeoProperty of theirs and a reference geometry.
///
/// `near` measures over the ground (a sphere); the other relations are those of OGC Simple Features on the plane of
/// longitude and latitude, as GeoJSON has it. Safe to use from many threads.
///
/// - Source: CIM 009 clause 4.10.
public struct GeoQuery: Sendable {
    /// The relation of the entity's geometry to the reference.
    public enum Relation: Hashable, Sendable {
        /// At most that many metres away.
        case nearer(metres: Double)
        /// More than that many metres away.
        case farther(metres: Double)
        case within, contains, intersects, equals, disjoint, overlaps
    }

    /// The GeoProperty that is looked at; `TermID.none` if nothing stored has it.
    public let attribute: TermID
    private let matcher: SpatialMatcher

    public var relation: Relation { matcher.relation }
    public var reference: Geometry { matcher.reference }
    /// A box that every selected geometry shares a point with, for an index; `nil` if it may lie anywhere.
    public var searchBox: BoundingBox? { matcher.searchBox }

    /// - Parameters:
    ///   - geometry: the type of the reference, such as `Point`.
    ///   - coordinates: its coordinates as JSON text.
    ///   - geoproperty: the name of the GeoProperty, `location` by default.
    /// - Throws: `badRequestData` naming the parameter and the remedy; `tooComplexQuery` for references that are too
    ///   large.
    public init(
        georel: String, geometry: String, coordinates: String, geoproperty: String? = nil, context: TermContext,
        lifetime: QueryLifetime = .once
    ) throws(NGSILDError) {
        let document: JSONDocument
        do throws(JSONParseError) {
            document = try JSONDocument(parsing: coordinates)
        } catch {
            throw .badRequestData("Parameter coordinates is not a JSON array such as [8.68,50.11]: \(error)")
        }
        guard document.isArray(document.root) else {
            throw .badRequestData("Parameter coordinates is not a JSON array such as [8.68,50.11]")
        }
        try self.init(
            georel: georel, geometry: geometry, coordinates: document, document.root, geoproperty: geoproperty,
            context: context, lifetime: lifetime)
    }

    /// The same with coordinates that are part of a JSON body; they may also be a string that holds JSON.
    public init(
        georel: String, geometry: String, coordinates document: JSONDocument, _ node: JSONNode,
        geoproperty: String? = nil, context: TermContext, lifetime: QueryLifetime = .once
    ) throws(NGSILDError) {
        if let text = document.string(node) {
            try self.init(
                georel: georel, geometry: geometry, coordinates: text, geoproperty: geoproperty, context: context,
                lifetime: lifetime)
            return
        }
        let relation = try Self.relation(georel)
        let reference = try Self.reference(geometry, document, node, for: relation)
        let name = geoproperty ?? "location"
        guard !name.isEmpty else { throw .badRequestData("Parameter geoproperty is empty; leave it out for location") }
        try self.init(relation, of: context.queryTerm(name, lifetime), to: reference)
    }

    /// - Throws: `badRequestData` when the reference crosses itself and the like.
    public init(_ relation: Relation, of attribute: TermID, to reference: Geometry) throws(NGSILDError) {
        self.attribute = attribute
        matcher = try SpatialMatcher(relation, reference)
    }

    /// Whether an instance of the GeoProperty stands in the relation. Entities without one do not match.
    public func matches(_ entity: EntityRecord) -> Bool {
        entity.attributes.nodes.withUnsafeBufferPointer { nodes in
            var index = 0
            while index < nodes.count {
                if nodes[index].name == attribute, nodes[index].kind == .geoProperty {
                    let range = nodes[index].value
                    let isMatch = entity.attributes.bytes.withUnsafeBufferPointer { bytes in
                        if let position = GeoValue.point(bytes, range) { return matcher.matches(position) }
                        return GeoValue.parsed(bytes, range).map { matcher.matches($0) } ?? false
                    }
                    if isMatch { return true }
                }
                index += 1 + Int(nodes[index].descendants)
            }
            return false
        }
    }

    /// Whether a geometry stands in the relation to the reference.
    public func matches(_ geometry: Geometry) -> Bool {
        if case .point(let position) = geometry { return matcher.matches(position) }
        return matcher.matches(geometry)
    }
}
