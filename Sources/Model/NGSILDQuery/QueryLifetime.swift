import NGSILDModel

/// How long a parsed query lives, which decides what its names and patterns may cost.
public enum QueryLifetime: Sendable {
    /// Answered once. Names that nothing stored uses never match and do not make the vocabulary grow; a pattern that
    /// keeps running into its limits is given up (see `EntityQuery.checkLimits`).
    case once
    /// Kept, as in a subscription. Its names get numbers now, since entities that use them may come later; each match
    /// of a pattern is bounded by itself.
    case standing
}

extension TermContext {
    /// The number of the IRI that a name in a query stands for; `TermID.none`, which no entity has, when nothing stored
    /// uses it.
    func queryTerm(_ name: String, _ lifetime: QueryLifetime) throws(NGSILDError) -> TermID {
        switch lifetime {
        case .once: knownTerm(name) ?? .none
        case .standing: try term(name)
        }
    }
}
