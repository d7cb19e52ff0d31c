import Testing

@testable import DatasetImport

struct WideTableTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let head = """
        type: T
        id: urn:x:{detector}
        wide: {name: detector, value: speed, except: [note]}

        """

    /// The ids with time and value.
    private func read(_ table: String, _ yaml: String) async throws -> (texts: [String], summary: ImportSummary) {
        let path = try folder.write("t.csv", table)
        var entities = ReadEntities()
        let summary = try await TabularImport(files: [path], mapping: TabularMapping(yaml: yaml)).run {
            if case .entities(let batch) = $0 { try entities.add(batch) }
        }
        return (entities.texts, summary)
    }

    private static func entity(_ detector: String, _ value: String, _ time: String) -> String {
        #"{"id":"urn:x:\#(detector)","type":"T","v":{"type":"Property","value":\#(value),"observedAt":"\#(time)"}}"#
    }

    @Test func `each cell is a row, named by its column; what the mapping names belongs to all of the row`()
        async throws
    {
        let (texts, summary) = try await read(
            "time,a,note,\"b, c\",d\n2026-03-01T00:00:00Z,1,x,2,\n2026-03-01T00:05:00Z,NA,y,3.5,bad\n",
            Self.head + "missing: [NA]\ntime: {column: time}\nattributes: {v: speed}")
        #expect(
            texts == [
                Self.entity("a", "1", "2026-03-01T00:00:00Z"), Self.entity("b%2C%20c", "2", "2026-03-01T00:00:00Z"),
                Self.entity("b%2C%20c", "3.5", "2026-03-01T00:05:00Z"),
                #"{"id":"urn:x:d","type":"T"}"#,
            ])
        #expect(summary.description.contains("it is no number"))
    }

    @Test func `rows without a time of their own are counted from the first`() async throws {
        let (texts, _) = try await read(
            "a,b\n1,\n,2\n3,4\n",
            Self.head.replacing(", except: [note]", with: "")
                + "time: {start: \"2026-03-01T01:00:00\", step: 300, offset: \"+01:00\"}\nattributes: {v: speed}")
        #expect(
            texts == [
                Self.entity("a", "1", "2026-03-01T00:00:00Z"), Self.entity("b", "2", "2026-03-01T00:05:00Z"),
                Self.entity("a", "3", "2026-03-01T00:10:00Z"), Self.entity("b", "4", "2026-03-01T00:10:00Z"),
            ])
    }

    @Test func `rows whose time would lie beyond the year 9999 are skipped and said`() async throws {
        let (texts, summary) = try await read(
            "a\n1\n2\n3\n",
            Self.head.replacing(", except: [note]", with: "")
                + "time: {start: \"9999-12-31T23:00:00Z\", step: 1800}\nattributes: {v: speed}")
        #expect(
            texts == [
                Self.entity("a", "1", "9999-12-31T23:00:00Z"), Self.entity("a", "2", "9999-12-31T23:30:00Z"),
            ])
        #expect(summary.skippedRows == 1)
        #expect(summary.description.contains("9999"))
    }

    @Test func `a wide table becomes the same history as the long one`() async throws {
        func history(_ table: String, _ wide: String) async throws -> [TabularImport.Output] {
            let path = try folder.write("h.csv", table)
            let yaml = """
                type: T
                id: urn:x:{detector}
                mode: history
                \(wide)
                time: {column: time}
                attributes: {v: {column: speed, unit: KMH}}
                """
            var outputs: [TabularImport.Output] = []
            _ = try await TabularImport(files: [path], mapping: TabularMapping(yaml: yaml)).run { outputs.append($0) }
            return outputs
        }
        let long = try await history(
            "time,detector,speed\n2026-03-01,a,1\n2026-03-01,b,2\n2026-03-02,a,3\n2026-03-02,b,4\n", "")
        let wide = try await history(
            "time,a,b\n2026-03-01,1,2\n2026-03-02,3,4\n", "wide: {name: detector, value: speed}")
        #expect(!wide.isEmpty && wide == long)
    }

    @Test(
        arguments: [
            ("time,detector,note\n1,2,3\n", "column detector has the name"),
            ("time,note\n2026-03-01,1\n", "no column beside"),
            ("time,a\n2026-03-01,1\n", "column note is missing"),
        ])
    func `a table that is not wide as the mapping says is refused`(table: String, reason: String) async throws {
        let path = try folder.write("bad.csv", table)
        let mapping = try TabularMapping(yaml: Self.head + "time: {column: time}\nattributes: {v: speed}")
        let error = await #expect(throws: ImportError.self) {
            try await TabularImport(files: [path], mapping: mapping).run { _ in Issue.record("a batch was handed out") }
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(
        arguments: [
            ("wide: {name: a, value: a}", "two names"), ("wide: {name: a}", "missing"),
            ("time: {step: 5}", "needs start"),
            ("time: {start: noon, step: 5}", "such as"), ("time: {start: 2026-03-01, step: 0}", "seconds"),
            ("time: {start: 2026-03-01, step: 5, column: t}", "unknown"),
        ])
    func `a mistake in the mapping is reported`(line: String, reason: String) {
        let error = #expect(throws: ImportError.self) {
            try TabularMapping(yaml: "type: T\nid: urn:x:{a}\nattributes: {v: b}\n\(line)")
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
