import ClauseTrait
import JSONTree
import Testing

@testable import NGSILDModel

struct EntityDecoderTests {
    @Test(
        .clause("5.5.4", "5.2.4", "5.2.5", "5.2.6", "5.2.7"),
        arguments: [
            ("[]", "JSON object"), ("{}", "no \"id\""), (#"{"id":"urn:x:1"}"#, "no \"type\""),
            (#"{"id":"room","type":"T"}"#, "not a URI"), (#"{"id":7,"type":"T"}"#, "is a string"),
            (#"{"id":"urn:x:1","type":[]}"#, "not empty"), (#"{"id":"urn:x:1","type":["T",3]}"#, "name"),
            (#"{"id":"urn:x:1","type":"T","scope":3}"#, "scope"),
            (#"{"id":"urn:x:1","type":"T","scope":["a",{}]}"#, "scope"),
            (#"{"id":"urn:x:1","type":"T","scope":"urn:ngsi-ld:null"}"#, "Null"),
            (#"{"id":"urn:x:1","type":"T","expiresAt":"tomorrow"}"#, "tomorrow"),
            (#"{"id":"urn:x:1","type":"T","a":null}"#, "a is null"),
            (#"{"id":"urn:x:1","type":"T","a":"urn:ngsi-ld:null"}"#, "only in fragments"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Property"}}"#, "no \"value\""),
            (#"{"id":"urn:x:1","type":"T","a":{"b":1}}"#, "a has no value"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Thing","value":1}}"#, "Thing"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Property","value":null}}"#, "null value"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Property","value":1e999}}"#, "beyond the range"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Relationship","object":"b"}}"#, "not a URI"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Relationship","object":[]}}"#, "URI"),
            (
                #"{"id":"urn:x:1","type":"T","a":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1]}}}"#,
                "GeoJSON"
            ),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"GeoProperty","value":3}}"#, "GeoJSON"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"LanguageProperty","languageMap":"x"}}"#, "languageMap"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"LanguageProperty","languageMap":{"en":3}}}"#, "en"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"VocabProperty","vocab":3}}"#, "term or IRI"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"ListProperty","valueList":3}}"#, "array"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"ListRelationship","objectList":["b"]}}"#, "not a URI"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"observedAt":"now"}}"#, "observedAt"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"unitCode":5}}"#, "unitCode"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"datasetId":"one"}}"#, "datasetId"),
            (#"{"id":"urn:x:1","type":"T","a":[{"value":1},{"value":2}]}"#, "same datasetId"),
            (#"{"id":"urn:x:1","type":"T","a":[{"value":1},{"value":2,"datasetId":"@none"}]}"#, "same datasetId"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"datasetId":"urn:ngsi-ld:null"}}"#, "datasetId"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"unitCode":"urn:ngsi-ld:null"}}"#, "only in fragments"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"observedAt":"urn:ngsi-ld:null"}}"#, "only in fragments"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"s":{"value":1,"valueType":"urn:ngsi-ld:null"}}}"#, "only in"),
            (#"{"id":"urn:x:1","type":"T","a":{"object":"urn:x:2","objectType":"urn:ngsi-ld:null"}}"#, "only in"),
            (#"{"id":"urn:ngsi-ld:null","type":"T"}"#, "not a URI"), (#"{"id":"urn:x:1","type":"type"}"#, "type"),
            (#"{"id":"urn:x:1","type":"9T"}"#, "9T"), (#"{"id":"urn:x:1","type":"T","my attr":1}"#, "my attr"),
            (#"{"id":"urn:x:1","type":"T","scope":"/a//b"}"#, "/a//b"),
            (#"{"id":"urn:x:1","type":"T","scope":["/ok","9bad"]}"#, "9bad"),
            (#"{"id":"urn:x:1","type":"T","observedAt":{"value":1}}"#, "observedAt"),
            (#"{"id":"urn:x:1","type":"T","datasetId":{"value":1}}"#, "datasetId"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"@context":{"b":"urn:b"}}}"#, "@context"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"object":"urn:x:2"}}"#, "\"value\""),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Property","value":1,"valueList":[1]}}"#, "valueList"),
            (#"{"id":"urn:x:1","type":"T","a":{"object":"urn:x:2","unitCode":"MTR"}}"#, "unitCode"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"Relationship","object":"urn:x:2","value":1}}"#, "\"value\""),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"ListProperty","valueList":[1],"value":1}}"#, "\"value\""),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"previousValue":0}}"#, "notifications"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":1,"entityIdSealed":"urn:x:1"}}"#, "ngsildproof"),
            (#"{"id":"urn:x:1","type":"T","ngsildproof":{"value":"proof"}}"#, "ngsildproof"),
            (#"{"id":"urn:x:1","type":"T","ngsildproof":{"value":{"a":1},"entityTypeSealed":42}}"#, "string"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"JsonProperty","json":5}}"#, "array of objects"),
            (#"{"id":"urn:x:1","type":"T","a":{"json":{"b":1},"unitCode":"MTR"}}"#, "unitCode"),
            (#"{"id":"urn:x:1","type":"T","a":{"languageMap":{"":"x"}}}"#, "empty language tag"),
            (#"{"id":"urn:x:1","type":"T","a":{"languageMap":{"en":"x"},"valueType":"string"}}"#, "langString"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":{"b":{"c":"urn:ngsi-ld:null"}}}}"#, "Null"),
            (#"{"id":"urn:x:1","type":"T","a":{"value":[{"c":"urn:ngsi-ld:null"}]}}"#, "Null"),
            (#"{"id":"urn:x:1","type":"T","location":{"type":"Property","value":7}}"#, "GeoProperty"),
            (#"{"id":"urn:x:1","type":"T","a":{"type":"GeoProperty","value":"somewhere"}}"#, "neither"),
            (
                #"{"id":"urn:x:1","type":"T","a":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}}"#,
                "GeometryCollection"
            ), (#"{"id":"urn:x:1","type":"T","a":{"value":1,"expiresAt":"soon"}}"#, "expiresAt"),
            (
                #"{"id":"urn:x:1","type":"T","a":1,"https://uri.etsi.org/ngsi-ld/default-context/a":2}"#,
                "same attribute"
            ),
            (
                #"{"id":"urn:x:1","type":"T","a":{"value":1,"b":1,"https://uri.etsi.org/ngsi-ld/default-context/b":2}}"#,
                "same attribute"
            ),
        ])
    func `a wrong entity is refused with a reason that names it`(json: String, reason: String) throws {
        let vocabulary = try Vocabulary()
        let error = #expect(throws: NGSILDError.self) { try vocabulary.draft(json) }
        guard case .badRequestData(let detail) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains(reason))
    }

    @Test func `sub-attributes nest sixteen levels and no deeper`() throws {
        let vocabulary = try Vocabulary()
        func nested(_ levels: Int) -> String {
            String(repeating: #""a":{"value":1,"#, count: levels) + #""z":1"# + String(repeating: "}", count: levels)
        }
        #expect(try vocabulary.entity(nested(15)).attributes.nodes.count == 16)
        #expect(throws: NGSILDError.self) { try vocabulary.entity(nested(16)) }
    }

    @Test func `an entity has at most as many attributes as the limit says`() throws {
        let vocabulary = try Vocabulary()
        let limit = EntityDecoder.attributeLimit
        func instances(_ count: Int) -> String {
            #""a":["# + (0..<count).map { #"{"value":1,"datasetId":"urn:d:\#($0)"}"# }.joined(separator: ",") + "]"
        }
        #expect(try vocabulary.entity(instances(100)).attributes.nodes.count == 100)
        let wide = #""a":{"value":1,"# + (0..<limit).map { #""s\#($0)":1"# }.joined(separator: ",") + "}"
        #expect(throws: NGSILDError.self) { try vocabulary.entity(wide) }
    }

    @Test(
        arguments: [
            (#"{"a":"urn:ngsi-ld:null"}"#, true), (#"{"a":{"type":"Property","value":"urn:ngsi-ld:null"}}"#, true),
            (#"{"a":{"type":"Relationship","object":"urn:ngsi-ld:null"}}"#, true),
            (#"{"a":{"type":"LanguageProperty","languageMap":{"@none":"urn:ngsi-ld:null"}}}"#, true),
            (#"{"a":{"type":"Property","value":"urn:ngsi-ld:nil"}}"#, false),
            (#"{"a":{"type":"Property","value":["urn:ngsi-ld:null"]}}"#, false),
            (#"{"a":{"type":"ListProperty","valueList":["urn:ngsi-ld:null"]}}"#, true),
            (#"{"a":{"type":"ListRelationship","objectList":["urn:ngsi-ld:null"]}}"#, true),
        ])
    func `the NGSI-LD Null in a fragment asks for removal`(json: String, isNull: Bool) throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.draft(json, purpose: .fragment).attributes
        #expect(forest.nodes[0].flags.contains(.isNull) == isNull)
    }

    @Test(.clause("4.5.4"), arguments: AttributeSample.all)
    func `the simplified form gives plain values back`(sample: AttributeSample) throws {
        let vocabulary = try Vocabulary()
        let json = #"{"id":"urn:x:1","type":"T","a":\#(sample.simplified)}"#
        let forest = try vocabulary.draft(json, form: .simplified).attributes
        #expect(vocabulary.attributes(forest) { $0.form = .simplified } == #""a":"# + sample.simplified)
    }

    @Test func `system attributes and the context of the body are left out`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(
            #""createdAt":"2020-01-01T00:00:00Z","modifiedAt":3,"@context":[],"a":{"value":1,"createdAt":"x","modifiedAt":"y"}"#
        )
        #expect(vocabulary.rendered(entity) == #"{"id":"urn:x:1","type":"T","a":{"type":"Property","value":1}}"#)
    }

    @Test(.clause("4.7.2")) func `a geometry may be written as text`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(
            #""location":{"type":"GeoProperty","value":"{ \"type\": \"Point\", \"coordinates\": [1, 2]}"}"#)
        #expect(
            vocabulary.attributes(entity.attributes)
                == #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}"#)
    }

    @Test(.clause("4.5.5")) func `the default instance can be named, and the name is not kept`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(#""a":[{"value":1,"datasetId":"@none"},{"value":2,"datasetId":"urn:d:1"}]"#)
        #expect(
            vocabulary.attributes(entity.attributes) { $0.form = .concise }
                == #""a":[1,{"value":2,"datasetId":"urn:d:1"}]"#)
    }

    @Test(
        .clause("4.5.1"),
        arguments: [
            (#""https://uri.etsi.org/ngsi-ld/scope":["/a"],"p":1"#, "scope"),
            (#""https://uri.etsi.org/ngsi-ld/expiresAt":"2026-01-01T00:00:00Z""#, "expiresAt"),
            (#""p":{"value":1,"https://uri.etsi.org/ngsi-ld/createdAt":2}"#, "createdAt"),
            (#""p":{"value":1,"https://uri.etsi.org/ngsi-ld/hasValue":2}"#, "value"),
            (#""p":{"value":1,"q":{"value":1,"https://uri.etsi.org/ngsi-ld/hasObject":{"value":2}}}"#, "object"),
            (#""p":{"value":1,"https://uri.etsi.org/ngsi-ld/\u006cang":{"value":2}}"#, "lang"),
        ])
    func `the IRI of a member cannot name an attribute where that member stands`(json: String, member: String) throws {
        let vocabulary = try Vocabulary()
        // Found fit for an attribute of an entity before, which does not make it fit for one beside a value.
        _ = try vocabulary.entity(#""https://uri.etsi.org/ngsi-ld/hasValue":1,"https://uri.etsi.org/ngsi-ld/lang":2"#)
        let error = #expect(throws: NGSILDError.self) { try vocabulary.entity(json) }
        #expect(error?.detail.contains("write \"\(member)\"") == true)
    }

    @Test(.clause("4.5.1")) func `an attribute of an entity may be called as members of attributes are`() throws {
        let vocabulary = try Vocabulary()
        for name in ["value", "https://uri.etsi.org/ngsi-ld/hasValue"] {
            let forest = try vocabulary.entity("\"\(name)\":7").attributes
            #expect(vocabulary.attributes(forest) == #""value":{"type":"Property","value":7}"#)
        }
    }

    @Test func `a proof of integrity keeps what it is about, by name`() throws {
        let vocabulary = try Vocabulary()
        let proof =
            #""ngsildproof":{"type":"Property","value":{"proofValue":"z"},"entityIdSealed":"urn:x:1","entityTypeSealed":"T"}"#
        #expect(vocabulary.attributes(try vocabulary.entity(proof).attributes) == proof)
    }

    @Test func `an attribute that is a body by itself may bring its context`() throws {
        let vocabulary = try Vocabulary()
        let document = try JSONDocument(parsing: #"{"value":2,"@context":["urn:c"]}"#)
        let forest = try EntityDecoder(context: vocabulary.context, purpose: .fragment)
            .decodeAttribute(document, document.root, name: vocabulary.context.term("a"))
        #expect(forest.nodes.count == 1)
    }

    @Test func `numbers, strings and booleans are known without reading the text again`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":-1.5e2,"b":"x\u00e9\"","c":false"#).attributes
        #expect(forest.nodes[0].flags.contains(.isNumber) && forest.nodes[0].number == -150)
        #expect(forest.stringValue(of: 1) == "xé\"")
        #expect(forest.stringValue(of: 0) == nil)
        #expect(forest.nodes[2].flags.contains(.isBoolean))
    }
}
