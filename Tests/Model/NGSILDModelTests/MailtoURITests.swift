import Testing

@testable import NGSILDModel

@Suite struct MailtoURITests {
    @Test(
        arguments: [
            ("mailto:a@b.example", ["a@b.example"]), ("MAILTO:a@b,c+d@e.f-g", ["a@b", "c+d@e.f-g"]),
            ("mailto:100%25@x.example", ["100%@x.example"]),
        ])
    func `addresses are read and written`(text: String, addresses: [String]) throws {
        let uri = try #require(MailtoURI(text))
        #expect(uri.addresses == addresses)
        #expect(MailtoURI(uri.text) == uri)
        #expect(EntityID.isValid(uri.text))
    }

    @Test(
        arguments: [
            "mailto:", "mailto:a", "mailto:@b", "mailto:a@", "mailto:a@b@c", "mailto:a@b,,c@d", "mailto:a%0D%0ABcc:x@y",
            "mailto:a b@c", "mailto:a@b?subject=x", "mailto:a..b@c", "mailto:a@b%", "mailto:a@b%ZZ", "http://a@b",
            "mailto:\"x\"@b", "mailto:a@[127.0.0.1]", "mailto:a@-<b>",
        ])
    func `what is no address is refused`(text: String) { #expect(MailtoURI(text) == nil) }

    @Test func `too many are refused`() {
        #expect(MailtoURI(addresses: Array(repeating: "a@b", count: MailtoURI.limit + 1)) == nil)
    }
}
