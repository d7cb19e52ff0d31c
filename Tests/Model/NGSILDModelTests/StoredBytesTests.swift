import NGSILDModel
import Testing

struct StoredBytesTests {
    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), .max] as [UInt64])
    func `a number comes back as it was written, in seven bits a byte`(number: UInt64) {
        var bytes: [UInt8] = []
        bytes.append(varint: number)
        #expect(bytes.count == max(1, (64 - number.leadingZeroBitCount + 6) / 7))
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            let found = reader.varint()
            #expect(found == number && reader.isFine && reader.remaining == 0)
        }
    }

    @Test(arguments: [0, -1, 1, -64, 64, .min, .max] as [Int64])
    func `numbers of either sign come back, those near zero in one byte`(number: Int64) {
        var bytes: [UInt8] = []
        bytes.append(zigzag: number)
        #expect((bytes.count == 1) == (-64..<64).contains(number))
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            let found = reader.zigzag()
            #expect(found == number)
        }
    }

    @Test func `runs and texts stand behind their count`() {
        var bytes: [UInt8] = [9]
        bytes.append(run: "Straße".utf8)
        bytes.append(run: [] as [UInt8])
        bytes.append(run: [1, 2, 3] as [UInt8])
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer, from: 1)
            let (text, none, run) = (reader.text(), Array(reader.run()), Array(reader.run()))
            #expect(text == "Straße" && none.isEmpty && run == [1, 2, 3])
            #expect(reader.isFine && reader.position == bytes.count)
        }
    }

    @Test(
        arguments: [
            [], [0x80], [5, 1, 2], Array(repeating: 0xFF, count: 12),
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ] as [[UInt8]])
    func `damaged bytes give nothing, and the reader stays at fault`(bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            let run = Array(reader.run())
            #expect(run.isEmpty && !reader.isFine)
            _ = reader.byte()
            #expect(!reader.isFine)
        }
    }

    @Test func `a number that is too large for its place is refused`() {
        var bytes: [UInt8] = []
        bytes.append(varint: UInt64(UInt32.max) + 1)
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            let number = reader.number32()
            #expect(number == 0 && !reader.isFine)
            reader = StoredReader(buffer)
            let count = reader.count(limit: 1 << 31)
            #expect(count == 0 && !reader.isFine)
        }
    }
}
