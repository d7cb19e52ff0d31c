import NGSILDModel

/// What the left side of a comparison points at: `temperature.observedAt`, `address[city]`, `name[en]`, `modifiedAt`.
struct AttributePath: Sendable {
    enum Root: Sendable {
        case attribute(TermID)
        case createdAt, modifiedAt, expiresAt, scope
    }

    /// A step from an entity to those that a Relationship of it points at.
    struct Link: Sendable {
        let relationship: TermID
        /// Only entities of one of these types are looked at; empty: of any.
        let types: [TermID]
    }

    /// The Relationships to follow, from the entity outwards; the rest of the path is read in the entity at their end.
    var links: [Link] = []
    let root: Root
    /// Names of sub-attributes, from the outside in.
    var subAttributes: [TermID] = []
    /// A member of the attribute that is no attribute itself; nothing follows it.
    var member: Member?
    /// The path into a compound value, or one language tag.
    var trailing: [[UInt8]] = []

    /// The attribute that an entity needs for the path to lead anywhere; `nil` for the entity's own members.
    var firstAttribute: TermID? {
        if let link = links.first { return link.relationship }
        if case .attribute(let name) = root { return name }
        return nil
    }

    /// Members of an attribute that are not reified.
    enum Member: String, Sendable, CaseIterable {
        case observedAt, createdAt, modifiedAt, deletedAt, expiresAt, unitCode, datasetId, instanceId, objectType,
            valueType, lang
    }

    /// Whether it is the name of an attribute and nothing else.
    var isPlain: Bool {
        guard links.isEmpty, case .attribute = root else { return false }
        return subAttributes.isEmpty && member == nil && trailing.isEmpty
    }
}
