import Testing

@testable import NGSILDModel

struct EntityIDTests {
    @Test(
        arguments: [
            ("urn:ngsi-ld:Room:1", true), ("https://city.example/room/1?a=b#c", true), ("urn:x:é", true),
            ("a+b-c.d:x", true), ("x:1", true), ("", false), ("room", false), (":x", false), ("urn:", false),
            ("1urn:x", false), ("urn:a b", false), ("urn:a\"b", false), ("urn:<b>", false), ("urn:\u{7F}", false),
            ("ü:x", false), ("urn:" + String(repeating: "x", count: 2_044), true),
            ("urn:" + String(repeating: "x", count: 2_045), false), ("urn:x:名", true),
        ])
    func `an id is an absolute URI`(text: String, isValid: Bool) {
        #expect(EntityID.isValid(text) == isValid)
    }

    @Test(
        arguments: [
            0x202E, 0x200B, 0xFEFF, 0x2028, 0xA0, 0xFE0F, 0xE0100, 0xFDD0, 0xFFFE, 0x115F, 0x3164, 0xFFA0, 0x2800,
            0xE000, 0x85,
        ] as [UInt32])
    func `an id has no character that leaves no mark`(code: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(code))
        #expect(!EntityID.isValid("urn:x:A" + String(Character(scalar)) + "B"))
    }
}
