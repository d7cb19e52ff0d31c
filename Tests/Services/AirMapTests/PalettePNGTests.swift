import CZip
import Testing

@testable import AirMap

struct PalettePNGTests {
    private let palette = [PalettePNG.Colour("#000000", opacity: 0), PalettePNG.Colour("#50F0E6", opacity: 170)]

    private func chunks(_ png: [UInt8]) -> [(name: String, content: [UInt8], isSound: Bool)] {
        var chunks: [(String, [UInt8], Bool)] = []
        var place = 8
        func number(_ at: Int) -> Int { png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        while place + 12 <= png.count {
            let length = number(place)
            let body = Array(png[place + 4..<place + 8 + length])
            chunks.append(
                (
                    String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4)),
                    number(place + 8 + length) == Int(crc32(0, body, uInt(body.count)))
                ))
            place += 12 + length
        }
        return chunks
    }

    @Test func `chunks are in order, with right checksums, and hold the pixels`() throws {
        let pixels: [UInt8] = [0, 1, 1, 0, 1, 1]
        let png = try #require(PalettePNG.encode(pixels, width: 3, height: 2, palette: palette))
        let chunks = chunks(png)
        #expect(chunks.map(\.name) == ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
        #expect(chunks.allSatisfy { $0.isSound })
        #expect(chunks[0].content == [0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0])
        #expect(chunks[1].content == [0, 0, 0, 0x50, 0xF0, 0xE6])
        #expect(chunks[2].content == [0, 170])
        var rows = [UInt8](repeating: 9, count: 64)
        var size = uLong(rows.count)
        #expect(uncompress(&rows, &size, chunks[3].content, uLong(chunks[3].content.count)) == Z_OK)
        #expect(Array(rows.prefix(Int(size))) == [0, 0, 1, 1, 0, 0, 1, 1])
    }

    @Test func `sizes that do not fit are refused`() {
        #expect(PalettePNG.encode([0], width: 2, height: 1, palette: palette) == nil)
        #expect(PalettePNG.encode([], width: 0, height: 0, palette: palette) == nil)
        #expect(PalettePNG.encode([0], width: 1, height: 1, palette: []) == nil)
    }
}
