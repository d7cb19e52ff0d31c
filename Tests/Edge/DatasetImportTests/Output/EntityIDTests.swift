import Testing

@testable import DatasetImport

struct EntityIDTests {
    @Test(arguments: [
        ("750000", "750000"), ("a b", "a%20b"), ("a/b,c", "a%2Fb%2Cc"), ("IDFM:22", "IDFM:22"), ("é", "%C3%A9"),
        ("100%", "100%25"), ("<\"'>", "%3C%22%27%3E"), ("A-b._~9", "A-b._~9"),
    ])
    func `what a URN may not hold is percent-encoded`(text: String, encoded: String) {
        #expect(EntityID.urn("GtfsStop", text) == "urn:ngsi-ld:GtfsStop:" + encoded)
        #expect(EntityID.isURI(Array(EntityID.urn("GtfsStop", "feed", text).utf8)))
    }

    @Test(arguments: [
        ("urn:ngsi-ld:Room:1", true), ("https://city.example/a?b#c", true), ("a:b", true), ("", false), (":x", false),
        ("urn:", false), ("room", false), ("1a:b", false), ("urn:a b", false), ("urn:é", false), ("urn:\"", false),
    ])
    func `a URI has a scheme and no forbidden character`(text: String, isURI: Bool) {
        #expect(EntityID.isURI(Array(text.utf8)) == isURI)
    }
}
