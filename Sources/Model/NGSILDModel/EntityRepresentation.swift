/// Which parts of an entity an answer shows, and in which form.
public struct EntityRepresentation: Sendable {
    /// Normalized and concise answers say everything, simplified ones only the values.
    public enum Form: Sendable { case normalized, concise, simplified }

    public var form: Form = .normalized
    public var showsSystemAttributes = false
    /// `nil`: all attributes; else only these (`attrs` or `pick`).
    public var picked: Set<TermID>?
    public var omitted: Set<TermID> = []
    /// `pick` and `omit` may also name id, type and scope.
    public var showsID = true
    public var showsType = true
    public var showsScope = true
    /// `nil`: all instances; else only these datasetIds, "@none" standing for the default instance.
    public var datasets: Set<String>?
    /// The preferred language for LanguageProperties, which then become Properties.
    public var language: String?
    /// When the entity was deleted; `.none` for one that is there.
    public var deletedAt = Timestamp.none
    /// What is shown of the entities that a Relationship links to, by its name, where that is not all of them
    /// (`pick=locatedAt{name}`). Only `LinkedEntityRenderer` looks at it.
    public var linked: [TermID: EntityRepresentation] = [:]

    public init() {}

    /// What is shown of the entities that the Relationship links to.
    public func linked(by name: TermID) -> EntityRepresentation {
        if let linked = linked[name] { return linked }
        if picked == nil, omitted.isEmpty, showsID, showsType, showsScope { return self }
        var whole = EntityRepresentation()
        whole.form = form
        whole.showsSystemAttributes = showsSystemAttributes
        whole.datasets = datasets
        whole.language = language
        return whole
    }

    /// Whether the answer has the attribute, by `picked` and `omitted`.
    public func shows(_ name: TermID) -> Bool {
        if let picked, !picked.contains(name) { return false }
        return omitted.isEmpty || !omitted.contains(name)
    }
}
