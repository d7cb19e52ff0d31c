import Testing

@testable import TrafficSimulation

struct TraCIMessageTests {
    @Test func `what is written can be read`() throws {
        var writer = TraCIWriter()
        writer.int(-7)
        writer.double(1.5)
        writer.string("Bäume")
        writer.byte(200)
        var reader = TraCIReader(writer.bytes)
        #expect(try reader.int() == -7)
        #expect(try reader.double() == 1.5)
        #expect(try reader.string() == "Bäume")
        #expect(try reader.byte() == 200)
        #expect(reader.isAtEnd)
    }

    @Test(arguments: [3, 253, 254, 255, 300])
    func `a command has its length before it, in four bytes when it is long`(size: Int) throws {
        var writer = TraCIWriter()
        writer.command(0xC2) { for _ in 0..<size { $0.byte(1) } }
        var reader = TraCIReader(writer.bytes)
        #expect(try reader.commandLength() == writer.bytes.count)
        #expect(try reader.byte() == 0xC2)
    }

    @Test func `compound values are read within each other`() throws {
        let bytes: [UInt8] = [0x0F, 0, 0, 0, 2, 0x09, 0, 0, 0, 5, 0x0E, 0, 0, 0, 1, 0, 0, 0, 1, 65]
        var reader = TraCIReader(bytes)
        #expect(try reader.value() == .compound([.int(5), .strings(["A"])]))
    }

    @Test func `messages that end early, lie about lengths or nest without end are refused`() {
        let hostile: [[UInt8]] = [
            [], [0x09, 0, 0], [0x0C, 0, 0, 0, 9, 65], [0x0C, 0xFF, 0xFF, 0xFF, 0xFF], [0x0E, 0x7F, 0xFF, 0xFF, 0xFF],
            [0x0F, 0x7F, 0xFF, 0xFF, 0xFF, 0x09], [0x42],
            Array(repeating: [0x0F, 0, 0, 0, 1], count: 100).flatMap { $0 },
        ]
        for bytes in hostile {
            #expect(throws: TraCIError.self) {
                var reader = TraCIReader(bytes)
                _ = try reader.value()
            }
        }
    }
}
