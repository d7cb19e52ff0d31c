import NGSILDModel
import Testing

@testable import VectorTiles

struct ProtobufWriterTests {
    private static let varints: [(UInt64, [UInt8])] = [
        (0, [0]), (127, [0x7F]), (128, [0x80, 0x01]), (300, [0xAC, 0x02]),
        (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
    ]

    @Test(arguments: varints)
    func `a varint has seven bits a byte, the lowest first`(value: UInt64, bytes: [UInt8]) {
        var writer = ProtobufWriter()
        writer.append(varint: value)
        #expect(writer.bytes == bytes)
    }

    @Test func `fields carry their number, their wire type and their content`() {
        var writer = ProtobufWriter()
        writer.append(field: 1, varint: 150)
        writer.append(field: 2, text: "testing")
        writer.append(field: 3, packed: [3, 270])
        writer.append(field: 4, float: 1)
        writer.append(field: 15, double: 1)
        // The examples of protobuf.dev, "Encoding".
        let expected: [UInt8] =
            [0x08, 0x96, 0x01] + [0x12, 0x07] + Array("testing".utf8) + [0x1A, 0x03, 0x03, 0x8E, 0x02]
            + [0x25, 0, 0, 0x80, 0x3F] + [0x79, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        #expect(writer.bytes == expected)
    }

    @Test(arguments: [(Int32(0), UInt32(0)), (-1, 1), (1, 2), (-2, 3), (.max, 0xFFFF_FFFE), (.min, 0xFFFF_FFFF)])
    func `numbers of either sign become small codes`(value: Int32, code: UInt32) {
        #expect(ProtobufWriter.zigzag(value) == code)
        #expect(UInt64(zigzag: Int64(value)) == UInt64(code))
    }
}
