import Testing

@testable import DatasetImport

struct TextEncodingTests {
    private func read(_ bytes: [UInt8], _ encoding: TextEncoding, pieces: Int = 1_000) throws -> String {
        let source = TranscodedSource.utf8(of: BytesSource(bytes[...]), in: encoding)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieces, alignment: 1)
        defer { buffer.deallocate() }
        var text: [UInt8] = []
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }

    @Test(
        arguments: [
            (TextEncoding.windows1252, [0x80, 0xE9, 0x99], "€é™"), (.iso8859Part15, [0xA4, 0xBD, 0xE9], "€œé"),
            (.windows1250, [0xA3, 0xF3, 0x9F], "Łóź"), (.windows1251, [0xCA, 0xE8, 0xE5, 0xE2], "Киев"),
            (.windows1253, [0xC1, 0xE8, 0xDE, 0xED, 0xE1], "Αθήνα"), (.windows1254, [0xDD, 0xFD, 0xF0], "İığ"),
            (.utf8, [0xC3, 0xA9], "é"), (.windows1252, [0x81], "\u{FFFD}"),
        ] as [(TextEncoding, [UInt8], String)])
    func `letters beyond ASCII are read as the encoding has them`(
        encoding: TextEncoding, bytes: [UInt8], text: String
    ) throws {
        #expect(try read(Array("a,".utf8) + bytes + [0x0A], encoding) == "a," + text + "\n")
    }

    @Test func `a reader that takes a byte at a time gets the same`() throws {
        let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: 0x20 + $0 % 0xE0) }
        #expect(try read(bytes, .windows1252, pieces: 1) == read(bytes, .windows1252, pieces: 7_777))
    }

    @Test(arguments: TextEncoding.allCases)
    func `every byte has its letter`(encoding: TextEncoding) {
        #expect(encoding.upperHalf.count == (encoding == .utf8 ? 0 : 128))
        #expect(TextEncoding(name: encoding.rawValue.uppercased()) == encoding)
    }
}
