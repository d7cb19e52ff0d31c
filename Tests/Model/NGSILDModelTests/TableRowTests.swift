import JSONTree
import NGSILDModel
import Testing

struct TableRowTests {
    private func row(_ body: (inout TableRow, inout ByteWriter) -> Void) -> String {
        var writer = ByteWriter()
        var row = TableRow()
        body(&row, &writer)
        row.end(in: &writer)
        return writer.string()
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("two\nlines", "\"two\nlines\""), (" space ", " space "), ("Köln", "Köln"),
    ])
    func `a text is quoted where it needs to be`(text: String, cell: String) {
        #expect(row { $0.append(text, to: &$1) } == cell + "\r\n")
    }

    @Test(arguments: ["=1+1", "+33 1", "-x", "@SUM(A1)", "\tx", "\rx", "\nx"])
    func `a text that a spreadsheet would take for a formula gets an apostrophe`(text: String) {
        #expect(row { $0.append(text, to: &$1) } == "\"'" + text + "\"\r\n")
        var writer = ByteWriter()
        writer.append(jsonString: text)
        let json = writer.string()
        #expect(row { row, out in row.appendValue(to: &out) { $0.append(utf8: json) } } == "\"'" + text + "\"\r\n")
    }

    @Test(arguments: [
        ("-5.50", "number", "-5.50"), ("1e-7", "number", "1e-7"), ("true", "boolean", "true"),
        (#""a\u0041\n""#, "string", "\"aA\n\""), (#""""#, "string", ""),
        (#"{"type":"Point","coordinates":[1,2]}"#, "object", #""{""type"":""Point"",""coordinates"":[1,2]}""#),
        ("[1,2]", "array", "\"[1,2]\""), ("null", "null", ""),
    ])
    func `a JSON value keeps its digits, a string loses its quotes`(json: String, type: String, cell: String) {
        var found: StaticString = ""
        let text = row { row, out in found = row.appendValue(to: &out) { $0.append(utf8: json) } }
        #expect(text == cell + "\r\n")
        #expect("\(found)" == type)
    }

    @Test func `cells are separated, and an empty one is nothing`() {
        let text = row { row, out in
            row.appendEmpty(to: &out)
            row.append(fixed: "a", to: &out)
            row.append(Timestamp("2026-01-01T00:00:00Z") ?? .none, to: &out)
            row.append(Timestamp.none, to: &out)
        }
        #expect(text == ",a,2026-01-01T00:00:00Z,\r\n")
    }
}
