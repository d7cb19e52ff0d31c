#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Text that is equal only byte by byte, and ordered by its UTF-8 bytes: how stores tell names apart.
///
/// Swift takes canonically equivalent texts for equal ("é" as one code point or as two); for URIs they are different.
public struct ExactText: Hashable, Comparable, Sendable {
    public let text: String

    /// The text, to be compared by its bytes.
    public init(_ text: String) { self.text = text }

    public static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

    public static func < (left: ExactText, right: ExactText) -> Bool { left.text.isExactlyBefore(right.text) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether the bytes are the same; `==` also takes two spellings of one accented letter for the same.
    public func isExactly(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return compareBytes(with: other) == 0
    }

    /// Whether it comes before another text by their bytes, as stores order names.
    public func isExactlyBefore(_ other: String) -> Bool {
        let order = compareBytes(with: other)
        return order == 0 ? utf8.count < other.utf8.count : order < 0
    }

    /// How the bytes compare as far as both have some: less than 0, 0, or more.
    private func compareBytes(with other: String) -> Int32 {
        func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int32 {
            guard let one = left.baseAddress, let other = right.baseAddress else { return 0 }
            return memcmp(one, other, min(left.count, right.count))
        }
        let quick = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in compare(left, right) }
        }
        if case let order?? = quick { return order }
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { right in compare(left, right) } }
    }
}
