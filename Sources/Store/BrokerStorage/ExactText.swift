/// Text that is equal only byte by byte, and ordered by its UTF-8 bytes: how stores tell names apart.
///
/// Swift takes canonically equivalent texts for equal ("é" as one code point or as two); for URIs they are different.
public struct ExactText: Hashable, Comparable, Sendable {
    public let text: String

    /// The text, to be compared by its bytes.
    public init(_ text: String) { self.text = text }

    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
