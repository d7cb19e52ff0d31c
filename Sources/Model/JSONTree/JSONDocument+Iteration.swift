extension JSONDocument {
    /// The elements of an array; empty for any other kind.
    @inlinable
    public func elements(_ node: JSONNode) -> Elements { Elements(document: self, node: node) }

    /// The members of an object; empty for any other kind.
    @inlinable
    public func members(_ node: JSONNode) -> Members { Members(document: self, node: node) }

    /// Walks over the elements of an array, in order; keeps the document alive.
    public struct Elements: Sequence, IteratorProtocol {
        @usableFromInline let document: JSONDocument
        @usableFromInline var index: Int
        @usableFromInline let end: Int

        @inlinable
        init(document: JSONDocument, node: JSONNode) {
            self.document = document
            index = node.index + 1
            end = document.isArray(node) ? document.next(after: node.index) - 1 : index
        }

        @inlinable
        public mutating func next() -> JSONNode? {
            guard index < end else { return nil }
            defer { index = document.next(after: index) }
            return JSONNode(index)
        }
    }

    /// Walks over the members of an object, in order; keeps the document alive.
    public struct Members: Sequence, IteratorProtocol {
        @usableFromInline let document: JSONDocument
        @usableFromInline var index: Int
        @usableFromInline let end: Int

        @inlinable
        init(document: JSONDocument, node: JSONNode) {
            self.document = document
            index = node.index + 1
            end = document.isObject(node) ? document.next(after: node.index) - 1 : index
        }

        @inlinable
        public mutating func next() -> (key: JSONNode, value: JSONNode)? {
            guard index < end else { return nil }
            let key = index
            index = document.next(after: key + 1)
            return (JSONNode(key), JSONNode(key + 1))
        }
    }
}
