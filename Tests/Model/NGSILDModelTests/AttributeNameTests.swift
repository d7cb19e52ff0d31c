import Testing

@testable import NGSILDModel

struct AttributeNameTests {
    @Test(
        arguments: [
            ("speed", true), ("pm2.5", true), ("PM-10", true), ("名前", true), ("a_b", true), ("ex:speed", true),
            ("https://x.example/speed", true), ("", false), ("a b", false), ("a\"b", false), ("a/b", false),
            ("a\u{0}", false), ("ex:a b", false), (String(repeating: "x", count: 2_049), false),
        ])
    func `a name is made of letters, digits and few signs, or is an IRI`(text: String, isValid: Bool) {
        #expect(AttributeName.isValid(text) == isValid)
    }
}
