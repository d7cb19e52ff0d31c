import JSONTree
public import NGSILDModel

/// What has to be written so that an entity of the service becomes what it should be.
public enum EntityDifference {
    /// - Parameters:
    ///   - wanted: the entity with all its attributes, as JSON.
    ///   - present: the entity as it is; `nil` where there is none.
    ///   - optional: attributes that are removed where `wanted` has none.
    /// - Returns: a draft for a batch upsert that updates; `nil` where nothing has to be written.
    /// - Throws: `badRequestData` where the JSON is no entity.
    public static func draft(
        _ wanted: [UInt8], present: EntityRecord?, optional: [String], context: TermContext
    ) throws(NGSILDError) -> EntityDraft? {
        let decoder = EntityDecoder(context: context, allowsNull: true)
        let document = try document(wanted)
        var draft = try decoder.decodeEntity(document, document.root)
        guard let present else { return draft }
        var needed = AttributeForest()
        for root in draft.attributes.roots {
            if let same = present.attributes.root(named: draft.attributes.nodes[root].name),
                present.attributes.text(of: same).elementsEqual(draft.attributes.text(of: root))
            {
                continue
            }
            needed.append(subtree: root, of: draft.attributes)
        }
        for name in optional {
            guard let term = context.knownTerm(name), present.attributes.contains(term),
                !draft.attributes.contains(term)
            else { continue }
            let null = try self.document(Array(#"{"type":"Property","value":"urn:ngsi-ld:null"}"#.utf8))
            let removal = try decoder.decodeAttribute(null, null.root, name: term)
            for root in removal.roots { needed.append(subtree: root, of: removal) }
        }
        guard !needed.isEmpty else { return nil }
        draft.attributes = needed
        return draft
    }

    private static func document(_ bytes: [UInt8]) throws(NGSILDError) -> JSONDocument {
        do { return try JSONDocument(parsing: bytes) } catch {
            throw .internalError("The service wrote what is no JSON: \(error)")
        }
    }
}

extension AttributeForest {
    /// The text of an instance without its sub-attributes and system times.
    fileprivate func text(of root: Int) -> ArraySlice<UInt8> { ArraySlice(bytes[nodes[root].head]) }
}
