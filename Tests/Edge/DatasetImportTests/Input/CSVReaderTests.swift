import Testing

@testable import DatasetImport

/// Gives its bytes in pieces of a chosen size.
private final class PieceSource: ByteSource {
    private let bytes: [UInt8]
    private let piece: Int
    private(set) var consumedBytes = 0

    init(_ bytes: [UInt8], piece: Int) {
        self.bytes = bytes
        self.piece = piece
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        let count = min(piece, buffer.count, bytes.count - consumedBytes)
        buffer.copyBytes(from: bytes[consumedBytes..<consumedBytes + count])
        consumedBytes += count
        return count
    }
}

private struct Row: Equatable, CustomStringConvertible {
    let line: Int
    let fields: [String]
    init(_ line: Int, _ fields: String...) {
        self.line = line
        self.fields = fields
    }
    init(_ line: Int, fields: [String]) {
        self.line = line
        self.fields = fields
    }
    var description: String { "\(line): \(fields)" }
}

private func rows(
    _ bytes: [UInt8], delimiter: Character = ",", piece: Int = 1 << 16, limits: ImportLimits = .init()
) throws -> [Row] {
    let reader = CSVReader(
        source: PieceSource(bytes, piece: piece), file: "t.csv", delimiter: delimiter.asciiValue ?? 0, limits: limits,
        chunkBytes: 8)
    var rows: [Row] = []
    while try reader.readRow() {
        rows.append(Row(reader.line, fields: (0..<reader.fieldCount).map { reader.text($0) }))
    }
    return rows
}

struct CSVReaderTests {
    private static let cases: [(text: String, rows: [Row])] = [
        ("", []),
        ("\n\r\n\n", []),
        ("a,b", [Row(1, "a", "b")]),
        ("a,b\n", [Row(1, "a", "b")]),
        ("a,b\r\nc,d\r\n", [Row(1, "a", "b"), Row(2, "c", "d")]),
        ("a\rb\r", [Row(1, "a"), Row(2, "b")]),
        ("a\r\n\r\nb", [Row(1, "a"), Row(3, "b")]),
        (",\n,,", [Row(1, "", ""), Row(2, "", "", "")]),
        ("\u{FEFF}a,b", [Row(1, "a", "b")]),
        ("\u{FEFF}\"a\"", [Row(1, "a")]),
        ("＃,b", [Row(1, "＃", "b")]),
        ("\"\"", [Row(1, "")]),
        ("\"a\"", [Row(1, "a")]),
        ("\"a,b\",c", [Row(1, "a,b", "c")]),
        ("\"a \"\"quoted\"\" word\",c", [Row(1, "a \"quoted\" word", "c")]),
        ("\"\"\"\"", [Row(1, "\"")]),
        ("\"two\nlines\",x\ny,z", [Row(1, "two\nlines", "x"), Row(3, "y", "z")]),
        ("\"two\r\nlines\"\r\ny", [Row(1, "two\r\nlines"), Row(3, "y")]),
        ("5\" pipe,x", [Row(1, "5\" pipe", "x")]),
        ("a, \"b\"", [Row(1, "a", " \"b\"")]),
        (
            "longer than a chunk of eight,\"and this one, too, is\"",
            [
                Row(1, "longer than a chunk of eight", "and this one, too, is")
            ]
        ),
    ]

    @Test(arguments: cases.indices, [1, 2, 3, 7, 1 << 16])
    func `a table splits into rows whatever the pieces in which it comes`(index: Int, piece: Int) throws {
        let (text, expected) = Self.cases[index]
        #expect(try rows(Array(text.utf8), piece: piece) == expected)
    }

    @Test(arguments: [(";", "a;b,c"), ("\t", "a\tb,c"), ("|", "a|b,c")])
    func `the delimiter can be chosen`(delimiter: Character, text: String) throws {
        #expect(try rows(Array(text.utf8), delimiter: delimiter) == [Row(1, "a", "b,c")])
    }

    @Test func `a quote that never closes is an error at the line where its row starts`() {
        #expect(throws: ImportError.self) { try rows(Array("a\nb,\"c\nd\n".utf8)) }
        do {
            _ = try rows(Array("a\nb,\"c\nd\n".utf8))
        } catch let error as ImportError {
            #expect(
                error.description
                    == "t.csv, line 2: a quoted field of the row that starts here never ends; "
                    + "close its quote, and write a quote inside a field as two")
        } catch { Issue.record(error) }
    }

    @Test func `text behind a closing quote is an error`() throws {
        let error = #expect(throws: ImportError.self) { try rows(Array("x\n\"a\"b,c".utf8)) }
        #expect(error?.description.hasPrefix("t.csv, line 2: text follows the closing quote of field 1") == true)
    }

    @Test func `a field, a row and a number of fields are refused beyond their limits`() {
        var limits = ImportLimits()
        limits.fieldBytes = 10
        limits.rowBytes = 15
        limits.fields = 3
        for (text, what) in [
            ("12345678901", "field 1 of the row that starts here"), ("\"12345678901\"", "field 1"),
            ("1234567890,123456", "the row"), ("1,2,3,4", "the number of fields"),
        ] {
            let error = #expect(throws: ImportError.self) { try rows(Array(text.utf8), piece: 3, limits: limits) }
            #expect(error?.description.contains(what) == true, "\(text): \(String(describing: error))")
        }
        #expect(throws: Never.self) { try rows(Array("1234567890,12345".utf8), limits: limits) }
    }

    @Test func `bytes that are not UTF-8 do not stop the reading`() throws {
        #expect(try rows([0xFF, 0x2C, 0x61, 0x0A]) == [Row(1, "\u{FFFD}", "a")])
    }
}
