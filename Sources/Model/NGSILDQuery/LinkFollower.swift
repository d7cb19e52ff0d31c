public import NGSILDModel

/// Finds linked entities for one query, up to a bound for all of it.
public final class LinkFollower {
    private let lookup: (String) -> EntityRecord?
    /// Entities that were found, since many often link to few.
    private var found: [String: EntityRecord] = [:]
    private var room = LinkFollower.memory
    private var left: Int
    private let limit: Int

    /// How many bytes of linked entities are kept for the next one that links to them.
    private static let memory = 8 << 20

    /// How many links one query follows at most.
    public static let limit = 1_000_000

    /// Whether the bound was reached, so that the outcome may miss entities.
    public private(set) var isExhausted = false

    /// - Parameters:
    ///   - limit: how many links are followed.
    ///   - lookup: the entity with an id, or `nil` where there is none.
    public init(limit: Int = LinkFollower.limit, lookup: @escaping (String) -> EntityRecord?) {
        self.lookup = lookup
        self.limit = limit
        left = limit
    }

    func entity(_ id: String) -> EntityRecord? {
        guard left > 0 else {
            isExhausted = true
            return nil
        }
        left -= 1
        if let entity = found[id] { return entity }
        guard let entity = lookup(id) else { return nil }
        if room >= entity.footprint {
            room -= entity.footprint
            found[id] = entity
        }
        return entity
    }

    /// - Throws: `tooComplexQuery` when the bound was reached.
    public func checkLimit() throws(NGSILDError) {
        guard isExhausted else { return }
        throw .tooComplexQuery(
            "The query follows more than \(limit) links; narrow it, as with a type, so that fewer entities are gone through"
        )
    }
}
