import Testing

@testable import DatasetImport

struct TabularMappingTests {
    @Test func `the example mapping of Beijing reads`() throws {
        let mapping = try TabularMapping(path: SharedData.beijingMapping)
        #expect(mapping.type == "AirQualityObserved")
        #expect(mapping.mode == .history)
        #expect(mapping.attributes.count == 13)
        #expect(mapping.lookup?.table.count == 12)
        #expect(mapping.missing == [Array("NA".utf8)])
        #expect(mapping.attributes.first { $0.name == "pm25" }?.unitCode == "GQ")
    }

    @Test func `constants keep the kind that YAML gives them`() throws {
        let mapping = try TabularMapping(
            yaml: """
                type: Room
                id: urn:x:{a}
                static:
                  text: Salle A
                  number: 3.50
                  flag: true
                  quoted: "12"
                  list: [bus, 3]
                  unit: {value: 4, unit: MTR}
                  place: {longitude: 2, latitude: 48.5}
                  target: {object: "urn:y:1"}
                  object: {value: {a: 1, b: [x]}}
                """)
        #expect(
            mapping.constants.map { String(decoding: $0.member, as: UTF8.self) } == [
                #","text":{"type":"Property","value":"Salle A"}"#, #","number":{"type":"Property","value":3.5}"#,
                #","flag":{"type":"Property","value":true}"#, #","quoted":{"type":"Property","value":"12"}"#,
                #","list":{"type":"Property","value":["bus",3]}"#,
                #","unit":{"type":"Property","value":4,"unitCode":"MTR"}"#,
                #","place":{"type":"GeoProperty","value":{"type":"Point","coordinates":[2,48.5]}}"#,
                #","target":{"type":"Relationship","object":"urn:y:1"}"#,
                #","object":{"type":"Property","value":{"a":1,"b":["x"]}}"#,
            ])
    }

    private static let head = "type: Room\nid: urn:x:{a}\n"
    private static let mistakes: [(yaml: String, key: String, line: Int?, says: String)] = [
        ("", "YAML", 1, "no keys"),
        ("- a\n- b", "YAML", 1, "no keys"),
        ("type: Room\nid: ]", "YAML", 2, "did not find expected node content"),
        ("type: Room\ntype: Hall\nid: urn:x:{a}", "YAML", 1, "keys appear twice"),
        ("id: urn:x:{a}", "type", nil, "the key is missing"),
        ("type: Room", "id", nil, "the key is missing"),
        ("type: My Room\nid: urn:x:{a}", "type", 1, "no NGSI-LD name"),
        ("type: Room\nid: room-{a}", "id", 2, "makes no URI"),
        ("type: Room\nid: urn:x:{a", "id", 2, "brace"),
        ("type: Room\nid: \"urn:x:{a} b\"", "id", 2, "no URI may have"),
        (head + "colour: red", "colour", 3, "the key is unknown; known keys are type, id"),
        (head + "mode: stream", "mode", 3, "entities or history"),
        (head + "mode: history", "time", nil, "history needs the column of the time"),
        (head + "mode: history\ntime: {column: t}", "attributes", nil, "at least one attribute"),
        (head + "delimiter: \";;\"", "delimiter", 3, "one ASCII character"),
        (head + "delimiter: \"\\n\"", "delimiter", 3, "one ASCII character"),
        (head + "decimal: \"'\"", "decimal", 3, "\",\""),
        (head + "time:\n  column: t\n  format: soon", "time.format", 5, "write iso8601"),
        (head + "time:\n  column: t\n  year: y", "time.year", 5, "leave it out"),
        (head + "time:\n  year: y\n  month: m", "time.day", 4, "the key is missing"),
        (head + "time: {column: t, zone: Mars/Base}", "time.zone", 3, "no time zone"),
        (head + "time: {column: t, zone: UTC, offset: \"+01:00\"}", "time.zone", 3, "not both"),
        (head + "time: {column: t, offset: 8}", "time.offset", 3, "+08:00"),
        (head + "static:\n  id: 5", "static.id", 4, "member of its own"),
        (head + "static:\n  createdAt: 5", "static.createdAt", 4, "member of its own"),
        (head + "attributes:\n  unitCode: {column: u}", "attributes.unitCode", 4, "member of its own"),
        (head + "static:\n  a: {longitude: 200, latitude: 1}", "static.a.longitude", 4, "-180 to 180"),
        (head + "static:\n  a: {longitude: 20}", "static.a.latitude", 4, "the key is missing"),
        (head + "static:\n  a: {object: here}", "static.a.object", 4, "must be a URI"),
        (head + "static:\n  a:", "static.a", 4, "cannot be null"),
        (head + "lookup:\n  table: {}", "lookup.column", 4, "the key is missing"),
        (head + "attributes:\n  a: {unit: C62}", "attributes.a.column", 4, "the key is missing"),
        (head + "attributes:\n  a: {column: x, as: money}", "attributes.a.as", 4, "number, text or boolean"),
        (head + "attributes:\n  a: {column: x, as: text, scale: 2}", "attributes.a.scale", 4, "only numbers"),
        (head + "attributes:\n  a: {column: x, scale: big}", "attributes.a.scale", 4, "a number"),
        (head + "attributes:\n  a: {kind: photo}", "attributes.a.kind", 4, "property, relationship, geo or time"),
        (head + "attributes:\n  a: {kind: time}", "attributes.a", 4, "needs the key time"),
        (head + "attributes:\n  a: {kind: geo, longitude: x}", "attributes.a.latitude", 4, "the key is missing"),
        (
            head + "attributes:\n  a: {kind: geo, longitude: x, latitude: y, unit: m}", "attributes.a.unit", 4,
            "known keys are kind, longitude, latitude"
        ),
        (head + "attributes:\n  a: {kind: relationship, object: x y}", "attributes.a.object", 4, "no URI"),
        (head + "attributes:\n  a: {column: x, colum: y}", "attributes.a.colum", 4, "unknown"),
        (head + "static:\n  a: 1\nattributes:\n  a: x", "YAML", 1, "under attributes and under static"),
    ]

    @Test(arguments: mistakes.indices)
    func `a mistake is named with its key and line`(index: Int) throws {
        let (yaml, key, line, says) = Self.mistakes[index]
        let error = #expect(throws: ImportError.self) { try TabularMapping(yaml: yaml, file: "m.yaml") }
        guard case .invalidMapping(let file, let foundLine, let foundKey, let reason)? = error else {
            Issue.record("\(yaml): \(String(describing: error))")
            return
        }
        #expect(file == "m.yaml")
        #expect(foundKey == key, "\(yaml)")
        #expect(foundLine == line, "\(yaml)")
        #expect(reason.contains(says), "\(yaml): \(reason)")
    }

    @Test func `a mapping nested without end is refused`() {
        for text in [
            String(repeating: "[", count: 100_000), "type: " + String(repeating: "{a: ", count: 50_000),
            (0..<5_000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
            String(repeating: "- ", count: 50_000),
        ] {
            #expect(throws: ImportError.self) { try TabularMapping(yaml: text) }
        }
    }

    @Test func `aliases that stand for a flood of text are refused`() {
        var yaml = "type: Room\nid: urn:x:{a}\nstatic:\n  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "  a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: ImportError.self) { try TabularMapping(yaml: yaml) }
        #expect(error?.description.contains("longer than 1 MiB") == true)
    }
}
