import Testing

@testable import NGSILDModel

struct EntityIDTests {
    @Test(
        arguments: [
            ("urn:ngsi-ld:Room:1", true), ("https://city.example/room/1?a=b#c", true), ("urn:x:é", true),
            ("a+b-c.d:x", true), ("x:1", true), ("", false), ("room", false), (":x", false), ("urn:", false),
            ("1urn:x", false), ("urn:a b", false), ("urn:a\"b", false), ("urn:<b>", false), ("urn:\u{7F}", false),
            ("ü:x", false), ("urn:" + String(repeating: "x", count: 2_044), true),
            ("urn:" + String(repeating: "x", count: 2_045), false),
        ])
    func `an id is an absolute URI`(text: String, isValid: Bool) {
        #expect(EntityID.isValid(text) == isValid)
    }
}
