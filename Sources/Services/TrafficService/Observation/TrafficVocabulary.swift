import JSONLD
import NGSILDModel
import ServiceRuntime

/// What types and attributes mean to the service, whatever @context they were written under: the last part of their IRI
/// decides.
struct TrafficVocabulary: Sendable {
    /// The types that the service follows.
    enum FollowedType: Sendable { case detector, segment, road }

    static let followedTypes: [String: FollowedType] = [
        "TrafficFlowObserved": .detector, "ItemFlowObserved": .detector, "RoadSegment": .segment, "Road": .road,
    ]

    /// The attributes that the service reads.
    enum Field: Sendable, Hashable {
        case intensity, speed, occupancy
        case observed, observedFrom, observedTo
        case segment, lane, itemType, itemSubType, vehicleType
        case location, name, length, maximumAllowedSpeed, laneNumber, road

        /// Whether the attribute is a measured value.
        var isValue: Bool { self == .intensity || self == .speed || self == .occupancy }
    }

    static let fields: [String: Field] = [
        "intensity": .intensity, "averageVehicleSpeed": .speed, "averageSpeed": .speed, "occupancy": .occupancy,
        "dateObserved": .observed, "dateObservedFrom": .observedFrom, "dateObservedTo": .observedTo,
        "refRoadSegment": .segment, "laneId": .lane, "itemType": .itemType, "itemSubType": .itemSubType,
        "vehicleType": .vehicleType, "location": .location, "name": .name,
        "length": .length, "maximumAllowedSpeed": .maximumAllowedSpeed, "totalLaneNumber": .laneNumber,
        "refRoad": .road,
    ]

    let registry: TermRegistry
    /// The core @context: what the service writes stands under it.
    let context: TermContext

    private var types: FollowedTypes<FollowedType>
    private var known: [TermID: Field?] = [:]
    /// The table holds no more than this; what is beyond is looked up each time.
    private static let limit = 65_536

    init(registry: TermRegistry) {
        self.registry = registry
        types = FollowedTypes(Self.followedTypes, registry: registry)
        context = TermContext(context: .core, registry: registry)
    }

    /// What the first type of interest among an entity's types is.
    mutating func followed(_ types: [TermID]) -> FollowedType? { self.types.kind(of: types) }

    mutating func field(_ attribute: TermID) -> Field? {
        if let known = known[attribute] { return known }
        let found = Self.fields[String(IRI.localName(registry.iri(attribute)))]
        if known.count < Self.limit { known[attribute] = .some(found) }
        return found
    }

    /// Where the fields of an entity stand: of each the first default instance.
    mutating func places(in forest: AttributeForest) -> [Field: Int] {
        var places: [Field: Int] = [:]
        for root in forest.roots where forest.nodes[root].datasetLength == 0 {
            guard let field = field(forest.nodes[root].name), places[field] == nil else { continue }
            places[field] = root
        }
        return places
    }

    /// The attributes that hold measured values: those of an entity, and the usual ones that imports may have brought in.
    mutating func valueTerms(_ names: [TermID]) -> [TermID: Field] {
        var terms: [TermID: Field] = [:]
        let usual = ["intensity", "averageVehicleSpeed", "averageSpeed", "occupancy"].compactMap {
            context.knownTerm($0)
        }
        for name in names + usual {
            if let field = field(name), field.isValue { terms[name] = field }
        }
        return terms
    }

    /// The attribute of a result entity with this name.
    func attribute(_ name: String, in forest: AttributeForest) -> Int? {
        context.knownTerm(name).flatMap { forest.root(named: $0) }
    }
}
