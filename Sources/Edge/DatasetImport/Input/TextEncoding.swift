/// How the bytes of a table stand for letters.
///
/// Beside UTF-8 those that spreadsheets and older programs write in Europe: each byte is a letter, the first 128 as in ASCII.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// Western Europe, as Windows writes it.
    case windows1252 = "windows-1252"
    /// Western Europe, as older Unix systems write it.
    case iso8859Part15 = "iso-8859-15"
    /// Central Europe.
    case windows1250 = "windows-1250"
    /// Cyrillic.
    case windows1251 = "windows-1251"
    /// Greek.
    case windows1253 = "windows-1253"
    /// Turkish.
    case windows1254 = "windows-1254"

    /// The encoding of this name, in any case of its letters.
    init?(name: String) { self.init(rawValue: name.lowercased()) }

    /// What a name must be, for those who gave another.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// UTF-8 of each byte from 128 on; empty where all is UTF-8 already. What an encoding leaves open is U+FFFD.
    var upperHalf: [[UInt8]] { Self.upperHalves[self] ?? [] }

    private static let upperHalves: [TextEncoding: [[UInt8]]] = {
        // ISO 8859-1, of which most are a variant; the rest of Windows-1252 is what stands from 0x80 to 0x9F.
        let latin = (0xA0...0xFF).map { UInt32($0) }
        let western: [UInt32] = [
            0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
            0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
            0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
        ]
        func changed(_ base: [UInt32], _ changes: [Int: UInt32]) -> [UInt32] {
            var result = base
            for (byte, letter) in changes where result.indices.contains(byte - 0x80) { result[byte - 0x80] = letter }
            return result
        }
        let windows1252 = western + latin
        let controls = (0x80...0x9F).map { UInt32($0) }
        let tables: [TextEncoding: [UInt32]] = [
            .windows1252: windows1252,
            .iso8859Part15: changed(
                controls + latin,
                [
                    0xA4: 0x20AC, 0xA6: 0x0160, 0xA8: 0x0161, 0xB4: 0x017D, 0xB8: 0x017E, 0xBC: 0x0152, 0xBD: 0x0153,
                    0xBE: 0x0178,
                ]),
            .windows1250: letters(
                "€�‚�„…†‡�‰Š‹ŚŤŽŹ�‘’“”•–—�™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"
            ),
            .windows1251: letters(
                "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—�™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
            ),
            .windows1253: letters(
                "€�‚ƒ„…†‡�‰�‹�����‘’“”•–—�™�›����\u{A0}΅Ά£¤¥¦§¨©�«¬\u{AD}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ�ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ�"
            ),
            .windows1254: changed(
                windows1252,
                [
                    0x8E: 0xFFFD, 0x9E: 0xFFFD, 0xD0: 0x011E, 0xDD: 0x0130, 0xDE: 0x015E, 0xF0: 0x011F, 0xFD: 0x0131,
                    0xFE: 0x015F,
                ]),
        ]
        return tables.mapValues { table in
            table.map { Array(String(Unicode.Scalar($0) ?? "\u{FFFD}").utf8) }
        }
    }()

    private static func letters(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}

/// Bytes of another encoding, read as UTF-8.
///
/// Invariants:
/// 1. `ready[position...]` is converted and not yet handed out.
final class TranscodedSource: ByteSource {
    private let source: any ByteSource
    private let upperHalf: [[UInt8]]
    private let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 1)
    private var ready: [UInt8] = []
    private var position = 0

    private init(_ source: any ByteSource, _ upperHalf: [[UInt8]]) {
        self.source = source
        self.upperHalf = upperHalf
        // A letter of these encodings has up to three bytes in UTF-8.
        ready.reserveCapacity(3 * raw.count)
    }

    deinit { raw.deallocate() }

    /// The source itself where it is UTF-8 already.
    static func utf8(of source: any ByteSource, in encoding: TextEncoding) -> any ByteSource {
        encoding == .utf8 ? source : TranscodedSource(source, encoding.upperHalf)
    }

    var consumedBytes: Int { source.consumedBytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        if position == ready.count { try refill() }
        let count = min(buffer.count, ready.count - position)
        buffer.copyBytes(from: ready[position..<(position + count)])
        position += count
        return count
    }

    private func refill() throws(ImportError) {
        ready.removeAll(keepingCapacity: true)
        position = 0
        let count = try source.read(into: raw)
        for byte in raw.prefix(count) {
            if byte < 0x80 {
                ready.append(byte)
            } else {
                ready.append(contentsOf: upperHalf[Int(byte) - 0x80])
            }
        }
    }
}
