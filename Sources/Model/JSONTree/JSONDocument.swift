/// A place in a `JSONDocument`: one value, or one key of an object.
///
/// A node belongs to the document it came from; asking another document about it is a mistake.
public struct JSONNode: Hashable, Sendable {
    @usableFromInline let index: Int
    @inlinable init(_ index: Int) { self.index = index }
}

/// A JSON text and a flat tape over it: parsed once, read in place.
///
/// Nothing is converted until someone asks: strings stay as they were written (escapes included), numbers stay text.
/// A copy is one reference.
///
/// Invariants:
/// 1. `bytes` is valid UTF-8 wherever a node points.
/// 2. A container's opening, its children and its closing follow each other on the tape; the opening's value is the
///    index after the closing.
/// 3. In an object, keys and values alternate, and no key appears twice.
/// 4. `text` and `entries` point into what `tape` holds, which nobody changes; so they last as long as `tape`, and the
///    document may be shared between threads.
public struct JSONDocument: @unchecked Sendable {
    @usableFromInline let tape: Tape
    @usableFromInline let text: UnsafePointer<UInt8>
    @usableFromInline let entries: UnsafePointer<TapeEntry>
    @usableFromInline let entryCount: Int
    @usableFromInline let hasSpace: Bool

    /// What a value is; keys are strings.
    public enum Kind: UInt8, Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    /// How deep and long a text may be.
    public struct Limits: Sendable {
        /// Levels of arrays and objects.
        public var depth: Int
        /// Bytes of text; more than 1 GiB is never accepted.
        public var length: Int
        public init(depth: Int = 64, length: Int = 1 << 30) {
            self.depth = depth
            self.length = length
        }
    }

    /// Parses a whole JSON text.
    ///
    /// - Throws: `JSONParseError` with reason and place.
    /// - Cost: about 0.8 ns a byte for typical entities.
    public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(JSONParseError) {
        self = try JSONParser.parse(bytes, limits: limits)
    }

    init(tape: Tape, text: UnsafePointer<UInt8>, entryCount: Int, hasSpace: Bool) {
        self.tape = tape
        self.text = text
        self.entries = UnsafePointer(tape.withUnsafeMutablePointerToElements { $0 })
        self.entryCount = entryCount
        self.hasSpace = hasSpace
    }

    public init(parsing text: String, limits: Limits = Limits()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    public init(parsing buffer: UnsafeRawBufferPointer, limits: Limits = Limits()) throws(JSONParseError) {
        try self.init(parsing: Array(buffer), limits: limits)
    }

    /// The text as it was parsed.
    public var bytes: [UInt8] { tape.header }

    @inlinable public var root: JSONNode { JSONNode(0) }

    @inlinable
    func entry(_ index: Int) -> TapeEntry {
        precondition(index >= 0 && index < entryCount, "a node of another document")
        return withExtendedLifetime(tape) { entries[index] }
    }

    /// The byte at the start of an entry.
    @inlinable
    func byte(_ start: UInt32) -> UInt8 { withExtendedLifetime(tape) { text[Int(start)] } }

    /// The index of the sibling after a value, or of the closing of its container.
    @inlinable
    func next(after index: Int) -> Int { entry(index).next(after: index) }

    /// What the value is, told by its first byte.
    @inlinable
    public func kind(_ node: JSONNode) -> Kind {
        switch byte(entry(node.index).start) {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"): .true
        case UInt8(ascii: "f"): .false
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    @inlinable public func isObject(_ node: JSONNode) -> Bool { starts(node, with: UInt8(ascii: "{")) }
    @inlinable public func isArray(_ node: JSONNode) -> Bool { starts(node, with: UInt8(ascii: "[")) }
    @inlinable public func isString(_ node: JSONNode) -> Bool { starts(node, with: UInt8(ascii: "\"")) }
    @inlinable public func isNull(_ node: JSONNode) -> Bool { starts(node, with: UInt8(ascii: "n")) }
    @inlinable public func isNumber(_ node: JSONNode) -> Bool { kind(node) == .number }

    @inlinable
    func starts(_ node: JSONNode, with first: UInt8) -> Bool { byte(entry(node.index).start) == first }

    /// Where the value stands in `bytes`: a string with its quotes, a container with its brackets.
    @inlinable
    public func range(_ node: JSONNode) -> Range<Int> {
        let entry = entry(node.index)
        let start = Int(entry.start)
        return start..<(entry.isContainer ? Int(self.entry(entry.value - 1).start) + 1 : start + entry.value)
    }

    /// The content of a string without its quotes, still escaped.
    @inlinable
    public func contentRange(_ node: JSONNode) -> Range<Int> {
        let range = range(node)
        return isString(node) ? range.lowerBound + 1..<range.upperBound - 1 : range
    }

    /// Whether a string holds escapes, so that its content differs from its bytes.
    @inlinable
    public func hasEscapes(_ node: JSONNode) -> Bool {
        let entry = entry(node.index)
        return entry.isMarked && !entry.isContainer && isString(node)
    }

    /// The value of `true` or `false`; `nil` for any other kind.
    @inlinable
    public func bool(_ node: JSONNode) -> Bool? {
        switch byte(entry(node.index).start) {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The number of elements of an array or members of an object; 0 for scalars. Cost: linear in the children.
    public func count(_ node: JSONNode) -> Int {
        let opening = entry(node.index)
        guard opening.isContainer else { return 0 }
        var total = 0
        var index = node.index + 1
        while index < opening.value - 1 {
            total += 1
            index = next(after: index)
        }
        return isObject(node) ? total / 2 : total
    }

    /// Calls the closure with the bytes of a range that a node gave.
    @inlinable
    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        try withExtendedLifetime(tape) {
            try body(UnsafeBufferPointer(start: text + range.lowerBound, count: range.count))
        }
    }
}
