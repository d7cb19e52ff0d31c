import Testing

@testable import NGSILDModel

/// Entities as older versions of the specification have them.
///
/// CIM 009 clause 4.3.6.8.
struct OlderRepresentationTests {
    private static let entity =
        #"{"id":"urn:x:1","type":["A","B"],"scope":"/s","v":{"type":"VocabProperty","vocab":"x"},"l":{"languageMap":{"en":"e"}},"o":{"type":"ListRelationship","objectList":[{"object":"urn:x:2"}]},"p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},{"type":"Property","value":2,"unitCode":"CEL","s":{"type":"JsonProperty","json":{"vocab":1}}}],"r":{"type":"Relationship","object":"urn:x:2","objectType":"A"},"n":[1,2]}"#

    @Test(arguments: [
        (9, entity),
        (
            8,
            entity
        ),
        (
            7,
            #"{"id":"urn:x:1","type":["A","B"],"scope":"/s","v":{"type":"Property","value":"x"},"l":{"languageMap":{"en":"e"}},"o":{"type":"Relationship","object":["urn:x:2"]},"p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},{"type":"Property","value":2,"unitCode":"CEL","s":{"type":"Property","value":{"vocab":1}}}],"r":{"type":"Relationship","object":"urn:x:2"},"n":[1,2]}"#
        ),
        (
            3,
            #"{"id":"urn:x:1","type":["A","B"],"v":{"type":"Property","value":"x"},"l":{"value":{"en":"e"}},"o":{"type":"Relationship","object":["urn:x:2"]},"p":[{"type":"Property","value":1,"datasetId":"urn:d:1"},{"type":"Property","value":2,"unitCode":"CEL","s":{"type":"Property","value":{"vocab":1}}}],"r":{"type":"Relationship","object":"urn:x:2"},"n":[1,2]}"#
        ),
        (
            0,
            #"{"id":"urn:x:1","type":"A","v":{"type":"Property","value":"x"},"l":{"value":{"en":"e"}},"o":{"type":"Relationship","object":["urn:x:2"]},"p":{"type":"Property","value":2,"s":{"type":"Property","value":{"vocab":1}}},"r":{"type":"Relationship","object":"urn:x:2"},"n":[1,2]}"#
        ),
    ])
    func `what a version did not know is left out or put otherwise`(minor: Int, expected: String) {
        let older = OlderRepresentation.rewrite(Array(Self.entity.utf8), for: SpecificationVersion(1, minor))
        #expect(String(decoding: older.text, as: UTF8.self) == expected)
        #expect(older.isAltered == (expected != Self.entity))
    }

    @Test(
        arguments: [
            ("ngsi-ld=1.5", 5), ("body=json, ngsi-ld=\"1.3\"", 3), ("ngsi-ld = 1.9", 9), ("ngsi-ld=1.10", 10),
            ("body=json", nil), ("ngsi-ld=", nil), ("ngsi-ld=1", nil), ("NGSI-LD=1.4;q=0.1", 4), ("ngsi-ld=2.0", nil),
            ("ngsi-ld=1.x", nil),
        ] as [(String, Int?)])
    func `a preference names a version`(prefer: String, minor: Int?) {
        #expect(SpecificationVersion(preferredIn: prefer)?.minor == minor)
    }
}
