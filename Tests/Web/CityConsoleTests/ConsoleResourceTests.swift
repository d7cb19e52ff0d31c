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

    @Test func `its gzip has a tag and headers of its own, where it is shorter`() throws {
        func resource(_ compress: ([UInt8]) -> [UInt8]?) -> ConsoleResource {
            ConsoleResource(
                bytes: Array("some text".utf8), contentType: "text/plain", caching: .revalidate, securityHeaders: [],
                compress: compress)
        }
        let packed = resource { _ in [1, 2] }
        #expect(packed.gzip == [1, 2])
        #expect(packed.headers.map(\.name) == ["ETag", "Cache-Control", "Vary"])
        #expect(packed.gzipHeaders.map(\.name) == ["ETag", "Cache-Control", "Vary", "Content-Encoding"])
        let tag = try #require(packed.gzipHeaders.first).value
        #expect(tag != packed.entityTag && tag.hasSuffix("-gzip\""))
        for field in [tag, "W/" + tag, packed.entityTag] { #expect(packed.matches(ifNoneMatch: field), "\(field)") }
        for none in [resource { $0 }, resource { _ in nil }] {
            #expect(none.gzip == nil && none.headers.map(\.name) == ["ETag", "Cache-Control"])
        }
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
