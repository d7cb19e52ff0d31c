import Testing

@testable import NGSILDHTTP

struct LinkHeaderTests {
    private static let context = "http://www.w3.org/ns/json-ld#context"

    @Test(
        arguments: [
            ("", []),
            ("<http://a/c>; rel=\"\(context)\"", ["http://a/c"]),
            ("<http://a/c>; rel=\"\(context)\"; type=\"application/ld+json\"", ["http://a/c"]),
            ("<http://a/c>;rel=\"\(context)\"", ["http://a/c"]),
            ("<http://a/c> ; type=x ; REL = \"\(context)\"", ["http://a/c"]),
            ("<http://a/c>; rel=\(context)", ["http://a/c"]),
            ("<http://a/c>; rel=\"other \(context)\"", ["http://a/c"]),
            ("<http://a/c>; title=\"a, <b>; rel=c\"; rel=\"\(context)\"", ["http://a/c"]),
            ("<http://a/c>; title=\"a \\\" b\"; rel=\"\(context)\"", ["http://a/c"]),
            ("<http://a/c,d;e>; rel=\"\(context)\"", ["http://a/c,d;e"]),
            ("<http://a/n>; rel=\"next\", <http://a/c>; rel=\"\(context)\"", ["http://a/c"]),
            ("<http://a/1>; rel=\"\(context)\", <http://a/2>; rel=\"\(context)\"", ["http://a/1", "http://a/2"]),
            ("<http://a/n>; rel=next; flag; x=y", []),
            (", ,<http://a/c>; rel=\"\(context)\",", ["http://a/c"]),
            ("http://a/c; rel=x", nil),
            ("<http://a/c", nil),
            ("<http://a/c>; rel=\"unclosed", nil),
            ("<http://a/c> rel=x", nil),
        ] as [(String, [String]?)])
    func `contexts are found among links`(field: String, expected: [String]?) {
        #expect(LinkHeader.contexts(field) == expected)
    }
}
