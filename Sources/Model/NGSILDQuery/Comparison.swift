/// What a term of a query asks of the target that its path points at.
enum Comparison: Sendable {
    case exists
    /// `!attr`, beyond the grammar of clause 4.9: the target is not there.
    case isAbsent
    case equal([Criterion])
    case unequal([Criterion])
    /// `>` `>=` `<` `<=`
    case ordered(Criterion)
    case pattern(TextPattern, isNegated: Bool)
}
