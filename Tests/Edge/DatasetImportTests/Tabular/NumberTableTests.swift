import Testing

@testable import DatasetImport

struct NumberTableTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `each column holds its numbers, and what is missing is NaN`() throws {
        let table = try NumberTable(path: try folder.write("t.csv", "a,\"b\"\n1,2.5\n,-3\nNA,nan\n"))
        #expect(table.columns == ["a", "b"])
        let shown = table.values.map { $0.map { $0.isNaN ? "-" : "\($0)" } }
        #expect(shown == [["1.0", "-", "-"], ["2.5", "-3.0", "-"]])
    }

    @Test func `a column of times is passed over`() throws {
        let table = try NumberTable(path: try folder.write("t.csv", "Timestamp,a\n2012-03-01 00:00,61.5\n"))
        #expect(table.columns == ["a"])
        #expect(table.values == [[61.5]])
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", "line 3: the row has 1 cells where the header has 2"),
        ("a,b\n1,fast\n", "line 2: column b holds no number"),
        ("a,a\n1,2\n", "column a appears twice"),
        ("", "the table is empty"),
    ])
    func `a table that is none is refused by its line`(_ text: String, _ reason: String) throws {
        let path = try folder.write("t.csv", text)
        let refusal = #expect(throws: ImportError.self) { try NumberTable(path: path) }
        #expect(refusal?.description.contains(reason) == true)
    }
}
