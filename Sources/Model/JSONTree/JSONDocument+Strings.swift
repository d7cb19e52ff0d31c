#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension JSONDocument {
    /// The text of a string or key with escapes resolved; `nil` for any other kind.
    public func string(_ node: JSONNode) -> String? {
        guard isString(node) else { return nil }
        return withStringBytes(node) { String(decoding: $0, as: UTF8.self) }
    }

    /// The content of a string as UTF-8 bytes with escapes resolved; without escapes nothing is copied.
    ///
    /// Any other kind gives its bytes as written.
    @inlinable
    public func withStringBytes<R>(_ node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        let content = contentRange(node)
        if hasEscapes(node) {
            return try withBytes(content) { JSONEscapes.resolve($0) }.withUnsafeBufferPointer(body)
        }
        return try withBytes(content, body)
    }

    /// Whether a string or key equals a fixed text, byte by byte. Escaped spellings compare by content.
    public func equals(_ node: JSONNode, _ text: StaticString) -> Bool {
        equals(node, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether a string or key has this content, byte by byte. Escaped spellings compare by content.
    public func equals(_ node: JSONNode, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let entry = entry(node.index)
        guard !entry.isContainer, byte(entry.start) == UInt8(ascii: "\"") else { return false }
        if entry.isMarked { return withStringBytes(node) { JSONDocument.areSame($0, text) } }
        guard entry.value == text.count + 2 else { return false }
        let start = Int(entry.start) + 1
        return withBytes(start..<start + text.count) { JSONDocument.areSame($0, text) }
    }

    private static func areSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard let left = left.baseAddress, let base = right.baseAddress else { return true }
        return memcmp(left, base, right.count) == 0
    }

    /// The value of a member. Cost: linear in the members.
    public func member(_ node: JSONNode, _ name: StaticString) -> JSONNode? {
        member(node, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// The value of a member whose name is known only now. Cost: linear in the members.
    public func member(_ node: JSONNode, named name: String) -> JSONNode? {
        var name = name
        return name.withUTF8 { member(node, $0) }
    }

    private func member(_ node: JSONNode, _ name: UnsafeBufferPointer<UInt8>) -> JSONNode? {
        let opening = entry(node.index)
        guard opening.isContainer, byte(opening.start) == UInt8(ascii: "{") else { return nil }
        var index = node.index + 1
        while index < opening.value - 1 {
            if equals(JSONNode(index), name) { return JSONNode(index + 1) }
            index = next(after: index + 1)
        }
        return nil
    }
}
