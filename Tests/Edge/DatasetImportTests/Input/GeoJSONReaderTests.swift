import Testing

@testable import DatasetImport

struct GeoJSONReaderTests {
    private func rows(_ text: String, columns: [String] = ["id", "name", "geometry"], limits: ImportLimits = .init())
        throws(ImportError) -> [[String]]
    {
        let reader = GeoJSONReader(
            source: BytesSource(Array(text.utf8)[...]), file: "f.geojson", columns: columns, limits: limits)
        var rows: [[String]] = []
        while try reader.readRow() {
            rows.append(columns.indices.map { String(decoding: reader.field($0), as: UTF8.self) } + ["\(reader.line)"])
        }
        return rows
    }

    private let feature =
        #"{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"name":"A \"b\", {c}","n":{"x":[1]}}}"#

    @Test(arguments: ["", " \n", "\u{FEFF}"])
    func `features of a collection are rows, whatever stands around them`(space: String) throws {
        let text =
            #"\#(space){"name":"x","features":[\#(feature), {"type":"Feature","geometry":null,"properties":null}],"bbox":[1,[2]]}"#
        let found = try rows(text)
        #expect(
            found.map { $0.dropLast() } == [
                ["a", #"A "b", {c}"#, #"{"type":"Point","coordinates":[1,2]}"#], ["", "", ""],
            ])
    }

    @Test func `features stand alone, or one behind the other`() throws {
        #expect(try rows(feature).count == 1)
        #expect(try rows("\u{1E}\(feature)\n\u{1E}\(feature)\n").map(\.last) == ["1", "2"])
    }

    @Test(arguments: [
        (#"{"type":"FeatureCollection","features":[{"type":"Feature""#, "ends in the middle, at line 1, column"),
        (#"{"type":"FeatureCollection","features":[\#n7]}"#, "line 2: column 1: a feature begins with {"),
        (#"{"features":[{"type":"Feature","properties":{"a":}}]}"#, "line 1: the feature that starts here is no JSON"),
        (#"{"type":"Topology"}"#, "no GeoJSON Feature"), ("[1]", "begins with {"), ("", "the file is empty"),
        (
            #"{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},"features":[{"type":"Feature"}]}"#,
            "EPSG::2154"
        ),
        (#"{"a" 1}"#, "a colon is expected"), ("{]", "a name in quotes"), (#"{"features":[]]]}"#, "a name in quotes"),
    ])
    func `what is broken is told with its place`(text: String, reason: String) {
        #expect { try rows(text) } throws: { "\($0)".contains(reason) }
    }

    @Test func `a feature that never ends is bounded`() {
        var limits = ImportLimits()
        limits.rowBytes = 1_000
        let long = #"{"features":[{"type":"Feature","properties":{"a":""# + String(repeating: "x", count: 5_000)
        #expect { try rows(long, limits: limits) } throws: {
            "\($0)".contains("the length of a feature passes the limit")
        }
        let nested = String(repeating: "[", count: 100_000)
        #expect { try rows(nested, limits: limits) } throws: { _ in true }
    }

    @Test func `a file of features becomes entities by a mapping`() async throws {
        let file = try TextFile(#"{"type":"FeatureCollection","features":[\#(feature)]}"#, name: "trees.geojson")
        let mapping = try TabularMapping(
            yaml: """
                type: Tree
                id: urn:ngsi-ld:Tree:{id}
                attributes:
                  name: {column: name, as: text}
                  location: {kind: geo, column: geometry}
                  never: {column: nothing, as: text}
                """)
        var entities = ReadEntities()
        _ = try await TabularImport(files: [file.path], mapping: mapping).run { output in
            if case .entities(let batch) = output { try entities.add(batch) }
        }
        #expect(
            try entities.attributes(of: "urn:ngsi-ld:Tree:a") == [
                "name": #""A \"b\", {c}""#, "location": #"{"type":"Point","coordinates":[1,2]}"#,
            ])
    }
}
