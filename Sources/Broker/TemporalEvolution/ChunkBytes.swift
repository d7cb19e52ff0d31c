/// Reads a chunk; a read past the end or a bad field makes `isFine` false, and zeros come back.
struct ChunkReader {
    private let input: UnsafeRawBufferPointer
    private var position = 0
    private(set) var isFine = true

    init(_ input: UnsafeRawBufferPointer) { self.input = input }

    mutating func fail() { isFine = false }

    mutating func byte() -> UInt8 {
        guard position < input.count else {
            isFine = false
            return 0
        }
        defer { position += 1 }
        return input[position]
    }

    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        isFine = false
        return 0
    }

    mutating func zigzag() -> Int64 {
        let raw = varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A count of at most `limit`.
    mutating func count(limit: Int) -> Int {
        let value = varint()
        guard value <= UInt64(limit) else {
            isFine = false
            return 0
        }
        return Int(value)
    }

    /// The next `length` bytes; empty when there are fewer.
    mutating func bytes(_ length: Int) -> UnsafeRawBufferPointer {
        guard length >= 0, length <= input.count - position else {
            isFine = false
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: input[position..<position + length])
    }

    var remaining: Int { input.count - position }
}

extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }
}

/// A column of integers: the differences of neighbours as variable-length integers, equal ones counted, so that even
/// steps, as of hourly times, take no room.
///
/// A token is a varint: an even one announces `token / 2` differences, an odd one that the difference that follows
/// occurs `token / 2` times.
enum IntegerColumn {
    private static let shortestRun = 3

    static func append(_ values: some RandomAccessCollection<Int64>, to output: inout [UInt8]) {
        var differences: [Int64] = []
        differences.reserveCapacity(values.count)
        var last: Int64 = 0
        for value in values {
            differences.append(value &- last)
            last = value
        }
        var literals = 0
        var index = 0
        while index < differences.count {
            var end = index + 1
            while end < differences.count, differences[end] == differences[index] { end += 1 }
            if end - index >= shortestRun {
                appendLiterals(differences[literals..<index], to: &output)
                output.append(varint: UInt64(end - index) << 1 | 1)
                output.append(zigzag: differences[index])
                literals = end
            }
            index = end
        }
        appendLiterals(differences[literals...], to: &output)
    }

    private static func appendLiterals(_ values: ArraySlice<Int64>, to output: inout [UInt8]) {
        guard !values.isEmpty else { return }
        output.append(varint: UInt64(values.count) << 1)
        for value in values { output.append(zigzag: value) }
    }

    static func read(_ count: Int, from reader: inout ChunkReader) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        var last: Int64 = 0
        while values.count < count, reader.isFine {
            let token = reader.varint()
            let length = token >> 1
            guard length > 0, length <= UInt64(count - values.count) else {
                reader.fail()
                break
            }
            if token & 1 == 1 {
                let difference = reader.zigzag()
                for _ in 0..<length {
                    last = last &+ difference
                    values.append(last)
                }
            } else {
                for _ in 0..<length {
                    last = last &+ reader.zigzag()
                    values.append(last)
                }
            }
        }
        return values
    }
}
