import ClauseTrait
import JSONTree
import Testing

@testable import NGSILDHTTP

/// Pages and orders of entities.
///
/// CIM 009 clauses 5.5.9, 6.3.10, 4.23.
struct PaginationTests {
    private func filled(_ count: Int) throws -> (TestBroker, TestClient) {
        let broker = try TestBroker()
        let client = try broker.client()
        for number in 0..<count {
            let body = #"{"id":"urn:x:\#(number)","type":"Room","n":\#((number * 7) % count)}"#
            #expect(try client.post("/entities", body).status == 201)
        }
        return (broker, client)
    }

    private func ids(_ answer: WireAnswer) throws -> [String] {
        let document = try JSONDocument(parsing: answer.body)
        return document.elements(document.root).map { element in
            document.member(element, "id").flatMap { document.string($0) } ?? "?"
        }
    }

    @Test(
        .clause("4.12", "5.5.9"),
        arguments: ["type=Room", "type=Room&count=true", "q=n", "q=n&count=true", "local=true", "type=Room,Hall"])
    func `following the links loses and repeats nothing while entities before are deleted`(query: String) throws {
        let (broker, client) = try filled(20)
        var page = try client.get("/entities?\(query)&limit=4&pick=id")
        var seen = try ids(page)
        var deleted = 0
        while let next = page.link("next") {
            // What was seen goes, which moves all that follows.
            _ = try client.request("DELETE", "/ngsi-ld/v1/entities/urn:x:\(deleted)")
            deleted += 1
            page = try client.request("GET", next)
            seen += try ids(page)
        }
        #expect(seen == (0..<20).map { "urn:x:\($0)" })
        #expect(page.headers(named: "NGSILD-Results-Count").first == (query.contains("count") ? "16" : nil))
        _ = broker
    }

    @Test func `the links back lead over the same entities`() throws {
        let (broker, client) = try filled(10)
        var page = try client.get("/entities?type=Room&limit=3&offset=6&pick=id")
        #expect(try ids(page) == ["urn:x:6", "urn:x:7", "urn:x:8"])
        _ = try client.request("DELETE", "/ngsi-ld/v1/entities/urn:x:0")
        page = try client.request("GET", try #require(page.link("prev")))
        #expect(try ids(page) == ["urn:x:3", "urn:x:4", "urn:x:5"])
        let again = try client.request("GET", try #require(page.link("next")))
        #expect(try ids(again) == ["urn:x:6", "urn:x:7", "urn:x:8"])
        page = try client.request("GET", try #require(page.link("prev")))
        #expect(try ids(page) == ["urn:x:1", "urn:x:2"])
        #expect(page.link("prev") == nil)
        _ = broker
    }

    @Test func `an order is answered in pages by offset`() throws {
        let (broker, client) = try filled(10)
        let all = (0..<10).sorted { ($0 * 7) % 10 < ($1 * 7) % 10 }.map { "urn:x:\($0)" }
        var page = try client.get("/entities?type=Room&orderBy=n&limit=4&pick=id&count=true")
        var seen = try ids(page)
        while let next = page.link("next") {
            page = try client.request("GET", next)
            seen += try ids(page)
        }
        #expect(seen == all)
        #expect(page.header("NGSILD-Results-Count") == "10")
        let first = try client.get("/entities?type=Room&orderBy=n;desc&limit=1&pick=id")
        #expect(try ids(first) == [all[9]])
        let posted = try client.post(
            "/entityOperations/query?limit=2",
            #"{"type":"Query","entities":[{"type":"Room"}],"ordering":{"orderBy":["n;desc"],"collation":"de"}}"#)
        #expect(try ids(posted) == [all[9], all[8]])
        _ = broker
    }

    @Test(
        .clause("4.13", "5.8.4"),
        arguments: [("", nil), ("?count=true", "0"), ("?options=count", "0"), ("?options=count,sysAttrs", "0")])
    func `subscriptions are counted when a parameter or an option asks for it`(query: String, count: String?) throws {
        let client = try TestBroker(subscriptions: RecordedSubscriptions()).client()
        let answer = try client.get("/subscriptions/\(query)")
        #expect(answer.status == 200)
        #expect(answer.header("NGSILD-Results-Count") == count)
    }

    @Test func `what is equal in the order keeps that of its creation`() throws {
        let (broker, client) = try filled(9)
        let page = try client.get("/entities?type=Room&orderBy=type&limit=5&offset=2&pick=id")
        #expect(try ids(page) == (2..<7).map { "urn:x:\($0)" })
        _ = broker
    }
}
