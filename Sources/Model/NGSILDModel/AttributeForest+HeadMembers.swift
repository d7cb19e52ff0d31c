import JSONTree

/// What a head says beside the value.
extension AttributeForest {
    /// The text of a member of an instance that is a string, such as `unitCode`; `nil` when it has none. Cost: linear in
    /// the head.
    public func text(ofMember name: StaticString, in root: Int) -> String? {
        let node = nodes[root]
        // Most instances have nothing of the sort: only the value stands in their head.
        if node.head.upperBound == node.value.upperBound { return nil }
        let quoted = "\"\(name)\""
        guard let member = HeadMembers(self, node).members.first(where: { bytes[$0.key].elementsEqual(quoted.utf8) })
        else { return nil }
        guard let document = try? JSONDocument(parsing: Array(bytes[member.value])) else { return nil }
        return document.string(document.root)
    }

    /// Whether the value is the NGSI-LD Null, which stands for a deletion in a history.
    public func isNull(_ root: Int) -> Bool {
        let value = bytes[nodes[root].value]
        return value.elementsEqual("\"urn:ngsi-ld:null\"".utf8)
            || value.elementsEqual("{\"@none\":\"urn:ngsi-ld:null\"}".utf8)
    }
}
