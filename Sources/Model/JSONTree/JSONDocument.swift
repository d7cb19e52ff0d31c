/// A place in a `JSONDocument`: one value, or one key of an object.
public struct JSONNode: Hashable, Sendable {
    @usableFromInline let index: Int
    @usableFromInline init(_ index: Int) { self.index = index }
}

/// A JSON text and a flat tape over it: parsed once, read in place.
///
/// Nothing is converted until someone asks: strings stay as they were written (escapes included), numbers stay text.
///
/// Invariants:
/// 1. `bytes` is valid UTF-8 wherever a node points.
/// 2. A container's children follow it on the tape; its `next` is the index after its last descendant.
/// 3. In an object, keys and values alternate, and no key appears twice.
public struct JSONDocument: Sendable {
    public enum Kind: UInt8, Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    public struct Limits: Sendable {
        public var depth: Int
        public var length: Int
        public init(depth: Int = 64, length: Int = 1 << 30) {
            self.depth = depth
            self.length = length
        }
    }

    struct Entry {
        var start: UInt32
        var length: UInt32
        var next: UInt32
        var kind: Kind
        var hasEscapes: Bool
        var isInteger: Bool
    }

    public let bytes: [UInt8]
    let entries: ContiguousArray<Entry>

    /// Parses a whole JSON text.
    ///
    /// - Throws: `JSONParseError` with reason and place.
    /// - Cost: about 0.7 ns a byte for typical entities.
    public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(JSONParseError) {
        self.entries = try JSONParser.parse(bytes, limits: limits)
        self.bytes = bytes
    }

    public init(parsing text: String, limits: Limits = Limits()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    public init(parsing buffer: UnsafeRawBufferPointer, limits: Limits = Limits()) throws(JSONParseError) {
        try self.init(parsing: Array(buffer), limits: limits)
    }

    public var root: JSONNode { JSONNode(0) }

    public func kind(_ node: JSONNode) -> Kind { entries[node.index].kind }
    public func isObject(_ node: JSONNode) -> Bool { entries[node.index].kind == .object }
    public func isArray(_ node: JSONNode) -> Bool { entries[node.index].kind == .array }
    public func isString(_ node: JSONNode) -> Bool { entries[node.index].kind == .string }
    public func isNumber(_ node: JSONNode) -> Bool { entries[node.index].kind == .number }

    /// Where the value stands in `bytes`: a string with its quotes, a container with its brackets.
    public func range(_ node: JSONNode) -> Range<Int> {
        let entry = entries[node.index]
        return Int(entry.start)..<Int(entry.start + entry.length)
    }

    /// The content of a string without its quotes, still escaped.
    public func contentRange(_ node: JSONNode) -> Range<Int> {
        let entry = entries[node.index]
        guard entry.kind == .string else { return range(node) }
        return Int(entry.start) + 1..<Int(entry.start + entry.length) - 1
    }

    /// Whether a string holds escapes, so that its content differs from its bytes.
    public func hasEscapes(_ node: JSONNode) -> Bool { entries[node.index].hasEscapes }

    /// The text of a string or key with escapes resolved; `nil` for any other kind.
    public func string(_ node: JSONNode) -> String? {
        let entry = entries[node.index]
        guard entry.kind == .string else { return nil }
        let content = contentRange(node)
        if !entry.hasEscapes { return String(decoding: bytes[content], as: UTF8.self) }
        return String(decoding: JSONEscapes.resolve(bytes[content]), as: UTF8.self)
    }

    /// The content of a string as UTF-8 bytes with escapes resolved; without escapes nothing is copied.
    public func withStringBytes<R>(_ node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        let content = contentRange(node)
        if entries[node.index].hasEscapes {
            return try JSONEscapes.resolve(bytes[content]).withUnsafeBufferPointer(body)
        }
        return try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[content])) }
    }

    /// Whether a string or key equals a fixed text. Escaped spellings compare by content.
    public func equals(_ node: JSONNode, _ text: StaticString) -> Bool {
        let entry = entries[node.index]
        guard entry.kind == .string else { return false }
        if entry.hasEscapes { return string(node) == "\(text)" }
        let count = text.utf8CodeUnitCount
        guard Int(entry.length) == count + 2 else { return false }
        let start = Int(entry.start) + 1
        return bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            while offset < count {
                if buffer[start + offset] != text.utf8Start[offset] { return false }
                offset += 1
            }
            return true
        }
    }

    public func bool(_ node: JSONNode) -> Bool? {
        switch entries[node.index].kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    public func isNull(_ node: JSONNode) -> Bool { entries[node.index].kind == .null }

    /// Whether a number is written without fraction and exponent.
    public func isInteger(_ node: JSONNode) -> Bool {
        entries[node.index].kind == .number && entries[node.index].isInteger
    }

    /// The number, or `nil` when the node is no number or does not fit a finite double.
    public func double(_ node: JSONNode) -> Double? {
        guard entries[node.index].kind == .number else { return nil }
        return JSONNumber.double(bytes, range(node))
    }

    /// The number as an integer, or `nil` when it has a fraction, an exponent or does not fit.
    public func integer(_ node: JSONNode) -> Int? {
        guard isInteger(node) else { return nil }
        return Int(String(decoding: bytes[range(node)], as: UTF8.self))
    }

    /// The number of elements of an array or members of an object; 0 for scalars. Cost: linear in the children.
    public func count(_ node: JSONNode) -> Int {
        var total = 0
        switch entries[node.index].kind {
        case .array: for _ in elements(node) { total += 1 }
        case .object: for _ in members(node) { total += 1 }
        default: break
        }
        return total
    }

    /// The elements of an array; empty for any other kind.
    public func elements(_ node: JSONNode) -> Elements { Elements(document: self, node: node) }

    /// The members of an object; empty for any other kind.
    public func members(_ node: JSONNode) -> Members { Members(document: self, node: node) }

    /// The value of a member. Cost: linear in the members.
    public func member(_ node: JSONNode, _ name: StaticString) -> JSONNode? {
        guard entries[node.index].kind == .object else { return nil }
        let end = Int(entries[node.index].next)
        var index = node.index + 1
        while index < end {
            if equals(JSONNode(index), name) { return JSONNode(index + 1) }
            index = Int(entries[index + 1].next)
        }
        return nil
    }

    /// The value of a member whose name is known only now. Cost: linear in the members.
    public func member(_ node: JSONNode, named name: String) -> JSONNode? {
        for (key, value) in members(node) where string(key) == name { return value }
        return nil
    }

    /// Appends the value as JSON without the white space between tokens; strings and numbers stay as written.
    public func appendMinified(_ node: JSONNode, to writer: inout ByteWriter) {
        let entry = entries[node.index]
        bytes.withUnsafeBufferPointer { buffer in
            switch entry.kind {
            case .object, .array: appendContainer(node, buffer, &writer)
            default: writer.append(UnsafeBufferPointer(rebasing: buffer[range(node)]))
            }
        }
    }

    private func appendContainer(_ node: JSONNode, _ buffer: UnsafeBufferPointer<UInt8>, _ writer: inout ByteWriter) {
        let isObject = entries[node.index].kind == .object
        let end = Int(entries[node.index].next)
        writer.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        var index = node.index + 1
        while index < end {
            if index > node.index + 1 { writer.append(UInt8(ascii: ",")) }
            if isObject {
                writer.append(UnsafeBufferPointer(rebasing: buffer[range(JSONNode(index))]))
                writer.append(UInt8(ascii: ":"))
                index += 1
            }
            let child = entries[index]
            switch child.kind {
            case .object, .array: appendContainer(JSONNode(index), buffer, &writer)
            default: writer.append(UnsafeBufferPointer(rebasing: buffer[range(JSONNode(index))]))
            }
            index = Int(child.next)
        }
        writer.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    /// The value as minified JSON text.
    public func text(_ node: JSONNode) -> String {
        var writer = ByteWriter(capacity: Int(entries[node.index].length))
        appendMinified(node, to: &writer)
        return writer.string()
    }

    public struct Elements: Sequence, IteratorProtocol {
        let document: JSONDocument
        var index: Int
        let end: Int

        init(document: JSONDocument, node: JSONNode) {
            self.document = document
            let entry = document.entries[node.index]
            index = node.index + 1
            end = entry.kind == .array ? Int(entry.next) : index
        }

        public mutating func next() -> JSONNode? {
            guard index < end else { return nil }
            defer { index = Int(document.entries[index].next) }
            return JSONNode(index)
        }
    }

    public struct Members: Sequence, IteratorProtocol {
        let document: JSONDocument
        var index: Int
        let end: Int

        init(document: JSONDocument, node: JSONNode) {
            self.document = document
            let entry = document.entries[node.index]
            index = node.index + 1
            end = entry.kind == .object ? Int(entry.next) : index
        }

        public mutating func next() -> (key: JSONNode, value: JSONNode)? {
            guard index < end else { return nil }
            let key = index
            index = Int(document.entries[key + 1].next)
            return (JSONNode(key), JSONNode(key + 1))
        }
    }
}
