import Testing

@testable import NGSILDClient

struct AnsweredPageTests {
    private static let context =
        (name: "Link", value: #"<https://e.org/c>; rel="http://www.w3.org/ns/json-ld#context"; type="a/b""#)

    private func next(_ links: [(name: String, value: String)]) -> [String]? {
        let response = OutgoingResponse(status: 200, headers: links, body: [])
        let asked = [("type", "A,B"), ("limit", "5"), ("offset", "0"), ("q", "a==\"x&y\"")]
        return AnsweredPage(response, after: asked).next.map { $0.map { "\($0.name)=\($0.value)" } }
    }

    @Test(arguments: [
        #"</ngsi-ld/v1/entities?type=A,B&limit=5&offset=5&pageAfter=-12>; rel="next"; type="application/json""#,
        #"</x?offset=0&limit=5>; rel="prev", <http://other.example/x?limit=5&offset=5&pageAfter=-12>; rel="next""#,
    ])
    func `the next page is asked with its own place and all else as before`(link: String) {
        #expect(
            next([Self.context, (name: "link", value: link)]) == [
                "type=A,B", "q=a==\"x&y\"", "limit=5", "offset=5", "pageAfter=-12",
            ])
    }

    @Test func `without a link to it there is no next page`() {
        #expect(next([Self.context]) == nil)
        #expect(next([(name: "Link", value: #"</x?offset=0>; rel="prev""#)]) == nil)
    }
}
