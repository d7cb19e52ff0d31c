import NGSILDModel

/// Writes messages of Protocol Buffers: the three wire types that vector tiles use.
///
/// - Source: protobuf.dev, "Encoding"; the numbers of fields are those of the message written.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func append(varint value: UInt64) { bytes.append(varint: value) }

    mutating func append(field: Int, varint value: UInt64) {
        append(varint: UInt64(field) << 3)
        append(varint: value)
    }

    mutating func append(field: Int, bytes content: some Collection<UInt8>) {
        append(varint: UInt64(field) << 3 | 2)
        bytes.append(run: content)
    }

    mutating func append(field: Int, text: String) { append(field: field, bytes: text.utf8) }

    mutating func append(field: Int, double value: Double) {
        append(varint: UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(field: Int, float value: Float) {
        append(varint: UInt64(field) << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A repeated field of numbers in its packed form.
    mutating func append(field: Int, packed values: [UInt32]) {
        var content = ProtobufWriter()
        content.reserve(values.count * 2)
        for value in values { content.append(varint: UInt64(value)) }
        append(field: field, bytes: content.bytes)
    }

    /// Small numbers of either sign, as small codes.
    static func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: (value << 1) ^ (value >> 31)) }
}
