import JSONTree

extension AttributeForest {
    /// The URIs that a Relationship or ListRelationship points at, in order; empty for other kinds.
    ///
    /// - Parameter index: the attribute instance.
    /// - Cost: an allocation for each URI; several are parsed as JSON first.
    public func objects(of index: Int) -> [String] {
        guard nodes.indices.contains(index) else { return [] }
        let node = nodes[index]
        guard node.kind == .relationship || node.kind == .listRelationship else { return [] }
        if let object = stringValue(of: index) { return [object] }
        guard let document = try? JSONDocument(parsing: Array(bytes[node.value])), document.isArray(document.root)
        else {
            return []
        }
        var result: [String] = []
        result.reserveCapacity(document.count(document.root))
        for element in document.elements(document.root) {
            let object = document.member(element, "object") ?? element
            if let text = document.string(object) {
                result.append(text)
            } else if document.isArray(object) {
                for inner in document.elements(object) {
                    if let text = document.string(inner) { result.append(text) }
                }
            }
        }
        return result
    }

    /// Whether the instance is a Relationship to one object, not to an array of them.
    func hasSingleObject(_ index: Int) -> Bool { nodes[index].flags.contains(.isString) }
}
