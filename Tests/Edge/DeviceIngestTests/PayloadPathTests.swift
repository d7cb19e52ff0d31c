import JSONTree
import Testing

@testable import DeviceIngest

struct PayloadPathTests {
    private static let payload = #"{"a":{"b":[{"c":1},{"c":[true,null,"x"]}]},"a.b":2,"0":"zero","":3,"~/":4}"#

    @Test(
        arguments: [
            ("a.b[0].c", "1"), ("$.a.b[1].c[0]", "true"), ("a.b[1].c[1]", nil), ("a.b[1].c[2]", "\"x\""),
            ("a.b[2]", nil), ("a.c", nil), ("a.b.c", nil), ("/a.b", "2"), ("/a/b/1/c/2", "\"x\""), ("/0", "\"zero\""),
            ("/", "3"), ("/~0~1", "4"), ("a.b[0].c.d", nil), ("0", "\"zero\""),
        ] as [(String, String?)])
    func `a path finds what stands there`(text: String, expected: String?) throws {
        let document = try JSONDocument(parsing: Self.payload)
        let path = try #require(PayloadPath(text))
        #expect(path.node(document, from: document.root).map { document.text($0) } == expected)
    }

    @Test func `the whole is a path too`() throws {
        let document = try JSONDocument(parsing: "23.4")
        #expect(PayloadPath("$")?.node(document, from: document.root) == document.root)
    }

    @Test(arguments: [
        "", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "a[01]", "a[99999]", String(repeating: "a.", count: 20) + "a",
    ])
    func `what is no path is refused`(text: String) {
        #expect(PayloadPath(text) == nil)
    }
}
