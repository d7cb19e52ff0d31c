import Testing

@testable import JSONLD

struct IRIReferenceTests {
    // The base and most references are those of RFC 3986 section 5.4, without the fragment.
    @Test(arguments: [
        ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"), ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"), ("g#s", "http://a/b/c/g"), (";x", "http://a/b/c/;x"), ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/"),
        ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"),
        ("/./g", "http://a/g"), ("g..", "http://a/b/c/g.."), ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"), ("g?y/../x", "http://a/b/c/g?y/../x"),
    ])
    func `a reference is resolved as in RFC 3986`(reference: String, expected: String) {
        #expect(IRIReference.resolve(reference, against: "http://a/b/c/d;p?q") == expected)
    }

    @Test(
        arguments: [
            ("c.jsonld", "https://x.org", "https://x.org/c.jsonld"), ("c", "https://x.org?q", "https://x.org/c"),
            ("http://x.org/#f", nil, "http://x.org/"), ("c", nil, nil), ("c", "urn:x", nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func `a base needs an authority`(reference: String, base: String?, expected: String?) {
        #expect(IRIReference.resolve(reference, against: base) == expected)
    }

    @Test(arguments: [
        ("http://x", true), ("urn:a", true), ("a+b-c.d:x", true), ("1a:x", false), (":x", false), ("x", false),
        ("é:x", false), ("", false), ("a b:c", false),
    ])
    func `an absolute IRI begins with a scheme`(text: String, expected: Bool) {
        #expect(IRIReference.isAbsolute(text) == expected)
    }
}
