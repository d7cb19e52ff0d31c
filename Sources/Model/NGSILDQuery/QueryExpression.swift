public import NGSILDModel

/// Which attribute values a query selects, written in the NGSI-LD query language: `speed>50;brandName!="Mercedes"`.
///
/// See `docs/queries.md` for the language.
///
/// - Source: CIM 009 clause 4.9.
public struct QueryExpression: Sendable {
    let plan: QueryPlan

    /// - Parameters:
    ///   - expandValues: names of attributes whose values in the query are terms to be expanded, as in
    ///     `gender==Male`.
    ///   - lifetime: `standing` for subscriptions.
    ///   - parameter: the name for messages.
    ///   - linkedLevels: how many links away attributes may be asked for, as in `sensor{humidity}`.
    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` beyond 8 KiB, 256 terms or 32 levels.
    public init(
        parsing text: String, context: TermContext, expandValues: Set<String> = [], lifetime: QueryLifetime = .once,
        parameter: String = "q", linkedLevels: Int = 0
    ) throws(NGSILDError) {
        let parser = QueryTermParser(
            context: context, expandValues: expandValues, lifetime: lifetime, linkedLevels: linkedLevels)
        let tree = try LogicalParser<AttributeTest>.parse(QueryText(text, parameter: parameter), commaMeansOr: false) {
            (text) throws(NGSILDError) in try parser.term(&text)
        }
        plan = QueryPlan(tree)
    }

    /// Whether the entity is selected.
    ///
    /// - Cost: about 15 ns for a comparison with a number, 30 to 100 ns for texts and parts of compound values, more for
    ///   dates in values and patterns; no memory is taken.
    ///
    /// Terms about linked entities do not hold here.
    public func matches(_ entity: EntityRecord) -> Bool { plan.matches(entity) }

    /// Whether the entity is selected, with links followed for the terms that ask for it.
    public func matches(_ entity: EntityRecord, links: LinkFollower) -> Bool { plan.matches(entity, links: links) }

    /// Whether a term is about linked entities.
    public var hasLinks: Bool { plan.hasLinks }

    /// Whether a term is about an attribute, not only about `modifiedAt` and its like.
    public var namesAttributes: Bool { plan.namesAttributes }

    /// The attributes that the query looks at, at the top of an entity.
    public var attributes: Set<TermID> { plan.attributes }

    /// Attributes that every selected entity has, for an index. `TermID.none` among them means that nothing is selected.
    public var requiredAttributes: [TermID] { plan.requiredAttributes }

    /// Ranges of numbers that every selected entity has a value in, for an index.
    public var numericBounds: [NumericBound] { plan.numericBounds }

    /// Texts that an attribute of every selected entity is or includes, for an index.
    public var textEqualities: [TextEquality] { plan.textEqualities }

    /// A pattern that ran into its limits.
    var exhaustedPattern: TextPattern? { plan.exhaustedPattern }
}

/// A range of numbers in which an attribute of every selected entity has a value.
///
/// Numbers in arrays, typed values and JsonProperties count too: an index that holds plain numbers only must also
/// answer with the entities whose attribute is anything but a plain number, text or boolean.
public struct NumericBound: Hashable, Sendable {
    public let attribute: TermID
    /// The ends belong to the range; -infinity or infinity where it is open.
    public let low: Double
    public let high: Double
}

/// A text that an attribute of every selected entity has: as its string or URI, or somewhere in another value.
public struct TextEquality: Hashable, Sendable {
    public let attribute: TermID
    public let text: String
}
