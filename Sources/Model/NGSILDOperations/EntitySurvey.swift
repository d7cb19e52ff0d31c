public import GeoJSON
public import NGSILDModel
public import NGSILDQuery

/// Where entities are asked for, without what they hold.
public struct EntitySurveyRequest: Sendable {
    /// Which entities; its page and order are not looked at. It has no geo-query and follows no links.
    public var query: EntityQuery
    /// The GeoProperty that says where an entity is.
    public var geometry: TermID
    /// In degrees. What touches it is found.
    public var box: BoundingBox
    /// What does not touch it is passed over, by the geometry itself where the index is too coarse; `nil`: nothing is.
    public var area: SurveyArea?
    /// Attributes whose numbers are wanted with each place; the first four count.
    public var numbers: [TermID]

    public init(
        query: EntityQuery, geometry: TermID, box: BoundingBox, area: SurveyArea? = nil, numbers: [TermID] = []
    ) {
        self.query = query
        self.geometry = geometry
        self.box = box
        self.area = area
        self.numbers = numbers
    }

    public static let numberLimit = 4
}

/// Where one entity is, as an index knows it.
public struct PlacedEntity: Sendable {
    /// Names the entity to `surveyed`, for as long as the numbering of the survey holds. In the order of creation.
    public var slot: UInt32
    /// Around its geometry, in single precision: up to 1.7 m larger than it.
    public var box: BoundingBox
    /// One of its types: the first of those asked for, or of those in use.
    public var type: TermID
    /// The numbers asked for, in single precision; not a number where there is not just one.
    public var numbers: SIMD4<Float>

    public init(slot: UInt32, box: BoundingBox, type: TermID, numbers: SIMD4<Float>) {
        self.slot = slot
        self.box = box
        self.type = type
        self.numbers = numbers
    }
}

/// Which entities there are, without their contents.
public struct EntityExtent: Sendable {
    /// The types in use and how many entities have each.
    public var types: [(type: TermID, count: Int)]
    /// How many entities there are.
    public var count: Int
    /// Around all geometries of the GeoProperty; `nil` where no entity has it.
    public var box: BoundingBox?

    public init(types: [(type: TermID, count: Int)], count: Int, box: BoundingBox?) {
        self.types = types
        self.count = count
        self.box = box
    }
}

/// What maps are made from: places of many entities at the cost of an index, not of their contents.
///
/// The specification has no such operation: its queries answer whole entities, page by page.
public protocol EntitySurvey: Sendable {
    /// A number that is another one after each change of an entity of these types; of all entities for `nil`.
    ///
    /// - Throws: `.nonexistentTenant`.
    func surveyRevision(of types: [TermID]?, tenant: String) throws(NGSILDError) -> UInt64

    /// Visits the places of the entities that the query selects, in no order.
    ///
    /// An entity that has several places is visited at each; one that changes meanwhile at its old place, its new one,
    /// both or none. Cost: about 20 ns for each entity in the box where the query asks for types alone, and what
    /// looking at the entity costs otherwise.
    ///
    /// - Parameter visit: must be quick and call no operation: the state may be locked.
    /// - Returns: the numbering of the slots, for `surveyed`; `nil` where they were numbered anew on the way, so that
    ///   what was visited counts for nothing. That happens after many deletions only.
    func surveyEntities(
        _ request: EntitySurveyRequest, tenant: String, visit: (PlacedEntity) -> Void
    ) throws(NGSILDError) -> UInt64?

    /// The entities that a survey found, whole.
    ///
    /// - Parameter slots: ascending.
    /// - Returns: `nil` where one is gone; nothing at all when the slots have been numbered anew since the survey.
    func surveyed(_ slots: [UInt32], numbering: UInt64, tenant: String) throws(NGSILDError) -> [EntityRecord?]?

    /// Cost: that of the number of types.
    func surveyExtent(of geometry: TermID, tenant: String) throws(NGSILDError) -> EntityExtent
}
