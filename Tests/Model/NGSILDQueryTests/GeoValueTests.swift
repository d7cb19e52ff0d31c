import ClauseTrait
import GeoJSON
import JSONTree
import NGSILDModel
@testable import NGSILDQuery
import SeededRandom
import Testing

// CIM 009 clause 4.7
@Suite struct GeoValueTests {
    static let geometries = [
        #"{"type":"Point","coordinates":[8.6812,50.1109]}"#, #"{"coordinates":[-8.5,50],"type":"Point"}"#,
        #"{"type":"Point","coordinates":[8.5,-50.25,112.5]}"#, #"{ "type" : "Point" , "coordinates" : [ 1 , 2 ] }"#,
        #"{"type":"Point","coordinates":[1e1,2E-1]}"#, #"{"type":"Point","coordinates":[0.1234567890123456789,-0.0]}"#,
        #"{"type":"Point","coordinates":[180,-90]}"#, #"{"type":"Point","coordinates":[1,2],"bbox":[1,2,1,2]}"#,
        #"{"bbox":[1,2,1,2],"type":"Point","coordinates":[1,2]}"#,
        #"{"\u0074ype":"Point","coordinates":[1,2]}"#,
        #"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, #"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#,
        #"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]]]}"#,
        #"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,0]]]]}"#,
    ]

    @Test(.clause("4.7.1"), arguments: geometries)
    func `a stored geometry is the one that was sent`(json: String) throws {
        let world = try QueryWorld()
        let forest = try world.thing(#""a":1,"where":{"type":"GeoProperty","value":\#(json)},"z":2"#).attributes
        let index = try #require(forest.root(named: try world.context.term("where")))
        let expected = try Geometry(parsing: json)
        #expect(GeoValue.geometry(of: forest, index) == expected)
        #expect(GeoValue.boundingBox(of: forest, index) == expected.boundingBox)
    }

    @Test func `what is no GeoProperty has no geometry`() throws {
        let world = try QueryWorld()
        let forest = try world.thing(#""a":1,"b":{"type":"Relationship","object":"urn:x:1"}"#).attributes
        for index in -1...3 {
            #expect(GeoValue.geometry(of: forest, index) == nil)
            #expect(GeoValue.boundingBox(of: forest, index) == nil)
        }
    }

    @Test func `numbers are read as the JSON parser reads them`() throws {
        var generator = SeededGenerator(seed: 5)
        for round in 0..<20_000 {
            var text = String(
                Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &generator)
                    >> Int64.random(in: 0..<40, using: &generator))
            if round % 3 > 0 {
                text +=
                    "."
                    + (0..<Int.random(in: 1...18, using: &generator)).map { _ in
                        "\(Int.random(in: 0...9, using: &generator))"
                    }.joined()
            }
            if round % 7 == 0 { text += "e\(Int.random(in: -30...30, using: &generator))" }
            let bytes = Array(text.utf8)
            let read = bytes.withUnsafeBufferPointer { NumberText.double($0, 0, $0.count) }
            #expect(read == Double(text), "\(text)")
        }
        for text in ["", "-", ".", "-.5", "1.", "1e", "x", "1x", "1.2.3", "--1", "1e999"] {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBufferPointer { NumberText.double($0, 0, $0.count) } == nil, "\(text)")
        }
    }
}
