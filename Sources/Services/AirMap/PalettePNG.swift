import CZip

/// Writes images of a few colours as PNG.
///
/// - Source: Portable Network Graphics (third edition), W3C; colour type 3 with a `tRNS` chunk.
enum PalettePNG {
    struct Colour {
        var red: UInt8 = 0
        var green: UInt8 = 0
        var blue: UInt8 = 0
        /// 0 is transparent.
        var opacity: UInt8

        /// - Parameter hex: `#RRGGBB`; black where it is something else.
        init(_ hex: String, opacity: UInt8) {
            self.opacity = opacity
            guard hex.utf8.count == 7, hex.hasPrefix("#"), let number = UInt32(hex.dropFirst(), radix: 16) else {
                return
            }
            red = UInt8(truncatingIfNeeded: number >> 16)
            green = UInt8(truncatingIfNeeded: number >> 8)
            blue = UInt8(truncatingIfNeeded: number)
        }
    }

    /// - Parameters:
    ///   - pixels: Places in the palette, row by row from the top.
    ///   - palette: At most 256 colours.
    /// - Returns: `nil` where the number of pixels or colours is wrong, or zlib has no memory.
    static func encode(_ pixels: [UInt8], width: Int, height: Int, palette: [Colour]) -> [UInt8]? {
        guard width > 0, height > 0, width <= 4_096, height <= 4_096, pixels.count == width * height,
            (1...256).contains(palette.count)
        else { return nil }
        var rows: [UInt8] = []
        rows.reserveCapacity((width + 1) * height)
        for row in 0..<height {
            rows.append(0)  // not filtered
            rows += pixels[row * width..<(row + 1) * width]
        }
        guard let packed = deflated(rows) else { return nil }
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        append("IHDR", bigEndian(width) + bigEndian(height) + [8, 3, 0, 0, 0], to: &png)
        append("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }, to: &png)
        append("tRNS", palette.map(\.opacity), to: &png)
        append("IDAT", packed, to: &png)
        append("IEND", [], to: &png)
        return png
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
        var size = compressBound(uLong(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        guard compress2(&packed, &size, bytes, uLong(bytes.count), 6) == Z_OK else { return nil }
        packed.removeSubrange(Int(size)...)
        return packed
    }

    private static func append(_ name: StaticString, _ content: [UInt8], to png: inout [UInt8]) {
        let body = Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)) + content
        png += bigEndian(content.count) + body + bigEndian(Int(crc32(0, body, uInt(body.count))))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
