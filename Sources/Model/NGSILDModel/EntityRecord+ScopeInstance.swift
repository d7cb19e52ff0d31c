import JSONTree

/// The scope as history keeps it: as an instance of a Property, observed when it was set.
///
/// - Source: CIM 009 clauses 4.5.6 and 4.18.
extension EntityRecord {
    /// The IRI that the history knows the scope by, as if it were an attribute.
    public static let scopeIRI = "https://uri.etsi.org/ngsi-ld/scope"

    /// The one instance that the scopes are, observed and modified when they were set; no instance where there are no
    /// scopes. It counts as created with the entity.
    ///
    /// - Parameter name: the term of `scopeIRI`.
    public func scopeInstance(named name: TermID) -> AttributeForest {
        var forest = AttributeForest()
        if scopes.isEmpty { return forest }
        var template = AttributeForest()
        template.appendTemplate(name: name, kind: .property, unitCode: nil)
        var value = ByteWriter(capacity: 64)
        if scopes.count > 1 { value.append(UInt8(ascii: "[")) }
        for (offset, scope) in scopes.enumerated() {
            if offset > 0 { value.append(UInt8(ascii: ",")) }
            value.append(jsonString: scope)
        }
        if scopes.count > 1 { value.append(UInt8(ascii: "]")) }
        let times = InstanceTimes(observedAt: scopesSetAt, createdAt: createdAt, modifiedAt: scopesSetAt)
        _ = value.withBytes { forest.append(template: template, value: $0, times: times) }
        return forest
    }

    /// What a change did to the scopes.
    public enum ScopeDisplacement: Sendable {
        /// They are what they were, or were replaced at the very time they were set.
        case none
        /// Others took their place.
        case replaced
        /// None took their place.
        case gone
    }

    /// What became of the scopes in the state after a change.
    public func scopeDisplacement(by after: EntityRecord) -> ScopeDisplacement {
        if scopes.isEmpty { return .none }
        if after.scopes.isEmpty { return .gone }
        return after.scopesSetAt == scopesSetAt ? .none : .replaced
    }
}
