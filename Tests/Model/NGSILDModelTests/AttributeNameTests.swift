import ClauseTrait
import Testing

@testable import NGSILDModel

struct AttributeNameTests {
    @Test(
        .clause("4.6.2"),
        arguments: [
            ("speed", true), ("pm2.5", true), ("PM-10", true), ("名前", true), ("a_b", true), ("ex:speed", true),
            ("https://x.example/speed", true), ("", false), ("a b", false), ("a\"b", false), ("a/b", false),
            ("a\u{0}", false), ("ex:a b", false), ("9a", false), ("_a", false), ("a@b", false), ("-a", false),
            (String(repeating: "x", count: 2_049), false),
        ])
    func `a name is made of letters, digits and few signs, or is an IRI`(text: String, isValid: Bool) {
        #expect(AttributeName.isValid(text) == isValid)
    }

    @Test(
        .clause("4.18"),
        arguments: [
            ("/Madrid", true), ("Madrid", true), ("/Madrid/Gardens/ParqueNorte", true), ("/Škola/Línea_2", true),
            ("", false), ("/", false), ("/a/", false), ("//a", false), ("/a//b", false), ("9bad", false),
            ("a-b", false), ("/a b", false), ("/" + String(repeating: "x", count: 2_048), false),
        ])
    func `a scope is levels of letters, digits and low lines`(text: String, isValid: Bool) {
        #expect(AttributeName.isScope(text) == isValid)
    }
}
