import Testing

@testable import CityConsole

struct ConsoleResourceTests {
    private func resource(_ text: String) -> ConsoleResource {
        ConsoleResource(
            bytes: Array(text.utf8), contentType: "text/plain; charset=utf-8", caching: .revalidate, securityHeaders: []
        )
    }

    @Test func `the entity tag is quoted, of fixed length, and changes with the bytes`() {
        let one = resource("one")
        #expect(one.entityTag == resource("one").entityTag)
        #expect(one.entityTag != resource("two").entityTag)
        #expect(one.entityTag.count == 18 && one.entityTag.hasPrefix("\"") && one.entityTag.hasSuffix("\""))
        // The published FNV-1a value of no bytes.
        #expect(resource("").entityTag == "\"cbf29ce484222325\"")
    }

    @Test func `the headers name type, tag and caching`() {
        let one = resource("one")
        #expect(one.contentType == "text/plain; charset=utf-8")
        #expect(one.headers.map(\.name) == ["ETag", "Cache-Control"])
        #expect(one.headers.map(\.value) == [one.entityTag, "no-cache"])
    }

    @Test func `a browser that holds the bytes is recognised`() {
        let one = resource("one")
        let tag = one.entityTag
        for field in [tag, "W/" + tag, "\"x\", " + tag, "  \(tag)\t", "*", "\"x\",W/\(tag),\"y\""] {
            #expect(one.matches(ifNoneMatch: field), "\(field)")
        }
        for field in ["", "\"x\"", tag.uppercased() + "x", "W/", ",", String(tag.dropFirst())] {
            #expect(!one.matches(ifNoneMatch: field), "\(field)")
        }
    }
}
