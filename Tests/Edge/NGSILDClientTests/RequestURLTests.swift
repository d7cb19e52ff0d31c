import Testing

@testable import NGSILDClient

struct RequestURLTests {
    @Test(arguments: [
        ("http://example.org", "example.org", 80, "/"),
        ("HTTP://Example.ORG:8080/a?b=c#d", "example.org", 8080, "/a?b=c"),
        ("https://example.org?x", "example.org", 443, "/?x"), ("http://[::1]:81/p", "::1", 81, "/p"),
        ("http://127.1/", "127.1", 80, "/"),
    ])
    func `a URL is taken apart`(text: String, host: String, port: Int, target: String) throws {
        let url = try RequestURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
    }

    @Test(arguments: [
        "", "example.org", "ftp://example.org", "http://", "http:///path", "http://user:secret@example.org",
        "http://a@169.254.169.254/", "http://exa mple.org", "http://example.org\\@evil.org", "http://example.org:0",
        "http://example.org:70000", "http://example.org:x", "http://[::1", "http://[evil]/", "http://ex%61mple.org",
        "http://example.org/\r\nHost: evil", "http://-x/", "http://exämple.org/",
    ])
    func `a URL that another reader could read differently is refused`(text: String) {
        #expect(throws: OutgoingHTTPError.self) { try RequestURL(text) }
    }

    @Test(arguments: [
        ("http://a.org/x/y?z", "http://b.org/c", "http://b.org/c"), ("http://a.org:81/x/y", "/c", "http://a.org:81/c"),
        ("https://a.org/x/y?z/q", "c", "https://a.org/x/c"), ("https://a.org/x", "//b.org/c", "https://b.org/c"),
    ])
    func `a redirect is read against the URL it came from`(from: String, location: String, to: String) throws {
        #expect(try RequestURL(from).redirected(to: location) == to)
    }
}
