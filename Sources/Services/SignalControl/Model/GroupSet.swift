/// A set of signal groups of one intersection, by their index: 256 bits, a plain value.
public struct GroupSet: Sendable, Hashable {
    /// Most groups that an intersection can have.
    public static let capacity = 256

    private var words = SIMD4<UInt64>(repeating: 0)

    public init() {}

    /// The set of these indices; what is outside 0..<`capacity` is left out.
    public init(_ indices: some Sequence<Int>) {
        for index in indices { insert(index) }
    }

    public var isEmpty: Bool { words == SIMD4(repeating: 0) }

    public var count: Int {
        words[0].nonzeroBitCount + words[1].nonzeroBitCount + words[2].nonzeroBitCount + words[3].nonzeroBitCount
    }

    /// Whether the index is in the set; `false` outside 0..<`capacity`.
    @inline(__always)
    public func contains(_ index: Int) -> Bool {
        guard index >= 0, index < Self.capacity else { return false }
        return words[index >> 6] & (1 << UInt64(index & 63)) != 0
    }

    /// Adds an index; one outside 0..<`capacity` is left out.
    @inline(__always)
    public mutating func insert(_ index: Int) {
        guard index >= 0, index < Self.capacity else { return }
        words[index >> 6] |= 1 << UInt64(index & 63)
    }

    /// Takes an index out, if it is there.
    @inline(__always)
    public mutating func remove(_ index: Int) {
        guard index >= 0, index < Self.capacity else { return }
        words[index >> 6] &= ~(1 << UInt64(index & 63))
    }

    /// What is in one of both.
    @inline(__always)
    public func union(_ other: GroupSet) -> GroupSet {
        var result = self
        result.words |= other.words
        return result
    }

    /// What is in both.
    @inline(__always)
    public func intersection(_ other: GroupSet) -> GroupSet {
        var result = self
        result.words &= other.words
        return result
    }

    /// What is in this and not in the other.
    @inline(__always)
    public func subtracting(_ other: GroupSet) -> GroupSet {
        var result = self
        result.words &= ~other.words
        return result
    }

    public func isSubset(of other: GroupSet) -> Bool { subtracting(other).isEmpty }

    /// Whether both have something in common.
    @inline(__always)
    public func intersects(_ other: GroupSet) -> Bool { !intersection(other).isEmpty }
}

extension GroupSet: Sequence {
    /// The indices in ascending order.
    public struct Iterator: IteratorProtocol {
        var words: SIMD4<UInt64>
        var word = 0

        public mutating func next() -> Int? {
            while word < 4 {
                let bits = words[word]
                if bits != 0 {
                    words[word] = bits & (bits - 1)
                    return word << 6 + bits.trailingZeroBitCount
                }
                word += 1
            }
            return nil
        }
    }

    public func makeIterator() -> Iterator { Iterator(words: words) }
}

extension GroupSet: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Int...) { self.init(elements) }
}
