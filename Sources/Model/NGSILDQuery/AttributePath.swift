import NGSILDModel

/// What the left side of a comparison points at: `temperature.observedAt`, `address[city]`, `name[en]`, `modifiedAt`.
struct AttributePath: Sendable {
    enum Root: Sendable {
        case attribute(TermID)
        case createdAt, modifiedAt, expiresAt, scope
    }

    let root: Root
    /// Names of sub-attributes, from the outside in.
    var subAttributes: [TermID] = []
    /// A member of the attribute that is no attribute itself; nothing follows it.
    var member: Member?
    /// The path into a compound value, or one language tag.
    var trailing: [[UInt8]] = []

    /// Members of an attribute that are not reified.
    enum Member: String, Sendable, CaseIterable {
        case observedAt, createdAt, modifiedAt, deletedAt, expiresAt, unitCode, datasetId, instanceId, objectType,
            valueType, lang
    }

    /// Whether it is the name of an attribute and nothing else.
    var isPlain: Bool {
        guard case .attribute = root else { return false }
        return subAttributes.isEmpty && member == nil && trailing.isEmpty
    }
}
