import Testing

@testable import DatasetImport

struct TabularImportTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ table: String, _ yaml: String, options: TabularImport.Options = .init()
    ) async throws -> (entities: ReadEntities, summary: ImportSummary, sizes: [Int]) {
        let path = try folder.write("t.csv", table)
        var entities = ReadEntities()
        var sizes: [Int] = []
        let summary = try await TabularImport(files: [path], mapping: TabularMapping(yaml: yaml), options: options).run
        {
            guard case .entities(let batch) = $0 else {
                Issue.record("history in mode entities")
                return
            }
            try entities.add(batch)
            sizes.append(batch.count)
        }
        return (entities, summary, sizes)
    }

    private func failure(_ table: String, _ yaml: String) async throws -> ImportError? {
        let path = try folder.write("bad.csv", table)
        let mapping = try TabularMapping(yaml: yaml)
        return await #expect(throws: ImportError.self) {
            try await TabularImport(files: [path], mapping: mapping).run { _ in Issue.record("a batch was handed out") }
        }
    }

    @Test func `a row becomes an entity with every kind of attribute`() async throws {
        let (entities, summary, _) = try await read(
            """
            id;nom;lon;lat;temp;ouvert;état;rue;quand
            P 1;Salle "A", étage;2,35;48,85;21,50;oui;;R/1;01/07/2024 14:00
            """,
            """
            type: Room
            id: urn:ngsi-ld:Room:{file}:{id}
            delimiter: ;
            decimal: ","
            missing: ["-"]
            time: {column: quand, format: dd/MM/yyyy HH:mm, zone: Europe/Paris}
            static: {city: Parvis}
            attributes:
              name: {column: nom, as: text}
              location: {kind: geo, longitude: lon, latitude: lat}
              temperature: {column: temp, unit: CEL, scale: 10, offset: -3}
              open: {column: rue, values: {R/1: yes, R/2: false}}
              state: {column: état, as: text}
              refStreet: {kind: relationship, object: "urn:ngsi-ld:Road:{rue}"}
              dateObserved: {kind: time}
            """)
        #expect(
            entities.texts == [
                #"{"id":"urn:ngsi-ld:Room:t:P%201","type":"Room","city":{"type":"Property","value":"Parvis"},"#
                    + #""name":{"type":"Property","value":"Salle \"A\", étage","observedAt":"2024-07-01T12:00:00Z"},"#
                    + #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[2.35,48.85]},"#
                    + #""observedAt":"2024-07-01T12:00:00Z"},"#
                    + #""temperature":{"type":"Property","value":212,"unitCode":"CEL","observedAt":"2024-07-01T12:00:00Z"},"#
                    + #""open":{"type":"Property","value":"yes","observedAt":"2024-07-01T12:00:00Z"},"#
                    + #""refStreet":{"type":"Relationship","object":"urn:ngsi-ld:Road:R%2F1","#
                    + #""observedAt":"2024-07-01T12:00:00Z"},"#
                    + #""dateObserved":{"type":"Property","value":{"@type":"DateTime","@value":"2024-07-01T12:00:00Z"},"#
                    + #""observedAt":"2024-07-01T12:00:00Z"}}"#
            ])
        #expect(summary.missingValues == 1 && summary.skips.isEmpty)
    }

    @Test func `numbers are scaled without the noise of binary fractions`() async throws {
        let (entities, _, _) = try await read(
            "a,v\n1,25.5\n2,0.3\n3,1e-7\n4,123456789\n",
            "type: T\nid: urn:x:{a}\nattributes: {v: {column: v, scale: 0.1, offset: 0.2}}")
        #expect(
            try (1...4).map { try entities.attributes(of: "urn:x:\($0)")["v"] } == [
                "2.75", "0.23", "0.20000001", "12345679.1",
            ])
    }

    @Test func `an id that stands in a cell is taken whole, if it is a URI`() async throws {
        let (entities, summary, _) = try await read(
            "uri,v\nurn:a:1,1\nnot a uri,2\nhttps://x.example/7,3\n", "type: T\nid: \"{uri}\"\nattributes: {v: v}")
        #expect(entities.ids == ["urn:a:1", "https://x.example/7"])
        #expect(summary.skips.map(\.reason) == ["the id is no URI"] && summary.skips.map(\.lines) == [[3]])
    }

    @Test func `a bad cell is a skipped value and a bad row a skipped row, each with its line`() async throws {
        let (entities, summary, _) = try await read(
            """
            a,t,n,b,k,x,y
            1,2024-01-01,1,true,N,1,1
            2,2024-01-01,one,perhaps,Q,1,99
            3,tomorrow,1,true,N,1,1
            ,2024-01-01,1,true,N,1,1
            5,2024-01-01,1,true,N,1
            6,2024-01-01,NA,,NA,,
            7,2024-01-01,two,true,N,1,1
            """,
            """
            type: T
            id: urn:x:{a}
            missing: [NA]
            time: {column: t}
            attributes:
              n: n
              b: {column: b, as: boolean}
              k: {column: k, values: {N: 0}}
              p: {kind: geo, longitude: x, latitude: y}
            """)
        #expect(entities.ids == ["urn:x:1", "urn:x:2", "urn:x:6", "urn:x:7"])
        #expect(try entities.attributes(of: "urn:x:2").isEmpty)
        #expect(summary.missingValues == 4)
        #expect(
            summary.skips.map { "\($0.unit.rawValue) \($0.reason) \($0.example) \($0.lines)" } == [
                "value n: it is no number one [3, 8]", "value b: it is neither true nor false perhaps [3]",
                "value k: the mapping has no value for it Q [3]",
                "value p: longitude and latitude are no position 1 [3]", "row the time cannot be read tomorrow [4]",
                "row column a, part of the id, is empty or missing  [5]",
                "row the row has not as many fields as the header 6 fields [6]",
            ])
    }

    @Test func `text that is not UTF-8 is a skipped value`() async throws {
        let path = try folder.write("latin.csv", bytes: Array("a,v\n1,caf".utf8) + [0xE9, 0x0A])
        let mapping = try TabularMapping(yaml: "type: T\nid: urn:x:{a}\nattributes: {v: {column: v, as: text}}")
        var entities = ReadEntities()
        let summary = try await TabularImport(files: [path], mapping: mapping).run {
            if case .entities(let batch) = $0 { try entities.add(batch) }
        }
        #expect(entities.ids == ["urn:x:1"])
        #expect(summary.skips.map(\.reason) == ["v: the text is not UTF-8 (convert the file with iconv)"])
    }

    @Test func `an id that comes again goes into a later batch, so that the later row wins`() async throws {
        var options = TabularImport.Options()
        options.batchSize = 3
        let (entities, _, sizes) = try await read(
            "a,v\n1,1\n2,2\n1,3\n3,4\n4,5\n5,6\n", "type: T\nid: urn:x:{a}\nattributes: {v: v}", options: options)
        #expect(sizes == [2, 3, 1])
        #expect(entities.ids == ["urn:x:1", "urn:x:2", "urn:x:1", "urn:x:3", "urn:x:4", "urn:x:5"])
    }

    @Test func `a missing column is an error before anything is imported, in whichever file it is`() async throws {
        let good = try folder.write("good.csv", "station,pm\nA,1\n")
        let bad = try folder.write("bad.csv", "station;pm\nA;1\n")
        let mapping = try TabularMapping(yaml: "type: T\nid: urn:x:{station}\nattributes: {pm: pm}")
        let error = await #expect(throws: ImportError.self) {
            try await TabularImport(files: [good, bad], mapping: mapping).run { _ in Issue.record("a batch came out") }
        }
        #expect(
            error?.description
                == "\(bad), line 1: column station is missing; the columns are station;pm; "
                + "correct the column's name in the mapping, or its delimiter if the columns look joined")
    }

    @Test(arguments: [
        "id: urn:x:{nope}", "time: {column: nope}", "lookup: {column: nope, table: {}}",
        "time: {year: a, month: a, day: a, hour: nope}", "attributes: {b: nope}",
        "attributes: {b: {column: nope, as: text}}", "attributes: {b: {kind: geo, longitude: a, latitude: nope}}",
        "attributes: {b: {kind: relationship, object: \"urn:y:{nope}\"}}",
    ])
    func `every column that the mapping names must be there`(key: String) async throws {
        let yaml = "type: T\n" + (key.hasPrefix("id") ? "" : "id: urn:x:{a}\n") + key
        let error = try await failure("a,v\n1,2\n", yaml)
        #expect(error?.description.contains("line 1: column nope is missing; the columns are a, v") == true)
    }

    @Test func `a fault at the end of the last file is found before anything is imported`() async throws {
        let rows = (0..<3_000).map { "\($0),1" }.joined(separator: "\n")
        let error = try await failure("a,v\n\(rows)\n9,\"1\n", "type: T\nid: urn:x:{a}\nattributes: {v: v}")
        #expect(error?.description.contains("line 3002: a quoted field of the row that starts here never ends") == true)
    }

    @Test(arguments: [
        ("", "the table is empty"), ("a,v\n", "there is only a header"), ("a,v,a\n1,2,3\n", "column a appears twice"),
        ("a,v\n1,noon\n2,noon\n", "no usable row (line 2: the time cannot be read: \"noon\")"),
        ("a,v\u{0}\n", "not a table of text"),
    ])
    func `a table that yields nothing is an error`(table: String, says: String) async throws {
        let error = try await failure(table, "type: T\nid: urn:x:{a}\ntime: {column: v}\n")
        #expect(error?.description.contains(says) == true, "\(String(describing: error))")
    }

    @Test func `a file with only a header is fine beside one with rows`() async throws {
        let empty = try folder.write("empty.csv", "a,v\n")
        let full = try folder.write("full.csv", "a,v\n1,2\n")
        let mapping = try TabularMapping(yaml: "type: T\nid: urn:x:{a}\nattributes: {v: v}")
        let summary = try await TabularImport(files: [empty, full], mapping: mapping).run { _ in }
        #expect(summary.rowsRead.map(\.rows) == [0, 1] && summary.totalEntities == 1)
    }

    @Test func `quotes and line ends in fields keep the count of lines right`() async throws {
        let (entities, summary, _) = try await read(
            "a,v,n\n1,\"two\nlines\",1\n2,\"a \"\"b\"\"\",x\n",
            "type: T\nid: urn:x:{a}\nattributes: {v: {column: v, as: text}, n: n}")
        #expect(try entities.attributes(of: "urn:x:1")["v"] == #""two\nlines""#)
        #expect(try entities.attributes(of: "urn:x:2")["v"] == #""a \"b\"""#)
        #expect(summary.skips.map(\.lines) == [[4]])
    }
}
