public import NGSILDModel

/// Whether a query selects an entity of which the attribute instances come in parts: histories can be too long to be looked at
/// as a whole.
///
/// - Source: CIM 009 clause 5.7.4.4: filters are "checked against all the Attribute instances".
public struct GatheredMatch: Sendable {
    private let expression: QueryExpression?
    private let geo: GeoQuery?
    /// Whether each term of the expression holds for what came so far.
    private var terms: [Bool]
    private var isInPlace: Bool

    /// - Parameters:
    ///   - expression: terms about linked entities do not hold.
    public init(_ expression: QueryExpression?, _ geo: GeoQuery?) {
        self.expression = expression
        self.geo = geo
        terms = expression?.plan.termsOfNothing ?? []
        isInPlace = geo == nil
    }

    /// The attributes of which instances have to be added.
    public var attributes: Set<TermID> {
        var names = expression?.attributes ?? []
        if let geo { names.insert(geo.attribute) }
        return names
    }

    /// Takes in the entity with some of its instances. Without any, its own members count alone.
    public mutating func add(_ part: EntityRecord) {
        expression?.plan.gather(part, into: &terms)
        if let geo, !isInPlace { isInPlace = geo.matches(part) }
    }

    /// Whether the entity is selected, as far as it came.
    public var isSelected: Bool { isInPlace && expression?.plan.holds(where: terms) ?? true }

    /// Whether it is selected whatever else comes.
    public var isSettled: Bool { isSelected && !(expression?.plan.asksForAbsence ?? false) }
}
