/// Reads what was written with `append(varint:)` and the like from bytes that may be damaged.
///
/// A read past the end or a bad field makes `isFine` false for good, and zeros come back; so it is enough to ask once, at
/// the end. The bytes must outlive the reader.
public struct StoredReader {
    @usableFromInline let input: UnsafeRawBufferPointer
    @usableFromInline var place: Int
    @usableFromInline var hasFailed = false

    /// Reads from a position of the bytes on.
    @inlinable
    public init(_ input: UnsafeRawBufferPointer, from position: Int = 0) {
        self.input = input
        place = position
    }

    /// How far the reader has come.
    @inlinable public var position: Int { place }
    @inlinable public var isFine: Bool { !hasFailed }
    @inlinable public var remaining: Int { input.count - place }

    /// Says that what was read makes no sense.
    @inlinable public mutating func fail() { hasFailed = true }

    /// The next byte; 0 past the end.
    @inline(__always) @inlinable
    public mutating func byte() -> UInt8 {
        guard place < input.count else {
            hasFailed = true
            return 0
        }
        defer { place += 1 }
        return input[place]
    }

    /// A number of at most 64 bits in groups of seven, the lowest first (LEB128).
    @inline(__always) @inlinable
    public mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        hasFailed = true
        return 0
    }

    /// A number of either sign.
    @inline(__always) @inlinable
    public mutating func zigzag() -> Int64 { Int64(zigzag: varint()) }

    /// A number of at most 32 bits.
    @inlinable
    public mutating func number32() -> UInt32 {
        guard let value = UInt32(exactly: varint()) else {
            hasFailed = true
            return 0
        }
        return value
    }

    /// A count of at most `limit`.
    @inlinable
    public mutating func count(limit: Int) -> Int {
        let value = varint()
        guard value <= UInt64(limit) else {
            hasFailed = true
            return 0
        }
        return Int(value)
    }

    /// A count of things that take at least a byte each, so it cannot exceed what is left.
    @inlinable
    public mutating func count() -> Int { count(limit: remaining) }

    /// The next `length` bytes; none when there are fewer.
    @inlinable
    public mutating func bytes(_ length: Int) -> UnsafeRawBufferPointer {
        guard length >= 0, length <= remaining else {
            hasFailed = true
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { place += length }
        return UnsafeRawBufferPointer(rebasing: input[place..<place + length])
    }

    /// Bytes that stand behind their count.
    @inlinable
    public mutating func run() -> UnsafeRawBufferPointer { bytes(count()) }

    /// A text that stands behind the count of its bytes.
    public mutating func text() -> String { String(decoding: run(), as: UTF8.self) }

    mutating func double() -> Double {
        let bytes = bytes(8)
        return bytes.isEmpty ? 0 : Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    }
}

extension Int64 {
    /// Undoes what `append(zigzag:)` does.
    @inline(__always) @inlinable
    public init(zigzag raw: UInt64) { self = Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1) }
}

extension UInt64 {
    /// A number of either sign, near zero where that one is: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
    @inlinable
    public init(zigzag value: Int64) { self = UInt64(bitPattern: (value << 1) ^ (value >> 63)) }
}

extension [UInt8] {
    /// Appends a number in groups of seven bits, the lowest first (LEB128).
    @inlinable
    public mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends a number of either sign; those near zero take little room.
    @inlinable
    public mutating func append(zigzag value: Int64) { append(varint: UInt64(zigzag: value)) }

    /// Appends bytes behind their count.
    @inlinable
    public mutating func append(run: some Collection<UInt8>) {
        append(varint: UInt64(run.count))
        append(contentsOf: run)
    }
}
