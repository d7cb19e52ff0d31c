import Testing

@testable import NGSILDHTTP

struct HistoryAdministrationTests {
    private static let air =
        #"{"type":"AirQualityObserved","sampleEvery":"PT1M","retention":[{"keep":"P30D"},{"every":"PT1H"}]}"#

    @Test func `a policy is put, shown, replaced and deleted`() throws {
        let client = try TestBroker(keepsHistory: true).client()
        #expect(try client.request("GET", "/admin/history").body == "[]")
        #expect(try client.request("PUT", "/admin/history/air", [], Self.air).status == 201)
        let shown =
            #"{"name":"air","type":"https://uri.etsi.org/ngsi-ld/default-context/AirQualityObserved","record":true,"sampleEvery":"PT1M","retention":[{"keep":"P30D"},{"every":"PT1H"}]}"#
        #expect(try client.request("GET", "/admin/history/air").body == shown)
        #expect(try client.request("GET", "/admin/history/").body == "[\(shown)]")
        #expect(try client.request("PUT", "/admin/history/air", [], #"{"deadBand":0.5}"#).status == 204)
        #expect(
            try client.request("GET", "/admin/history/air").body == #"{"name":"air","record":true,"deadBand":0.5}"#)
        #expect(try client.request("DELETE", "/admin/history/air").status == 204)
        #expect(try client.request("GET", "/admin/history/air").status == 404)
        #expect(try client.request("DELETE", "/admin/history/air").status == 404)
    }

    @Test(
        arguments: [
            "", "[]", "{", #"{"record":1}"#, #"{"sampleEvery":"1m"}"#, #"{"deadBand":-1}"#, #"{"other":1}"#,
            #"{"retention":[{"every":"PT1H"}]}"#, #"{"retention":[{},{"every":"PT1H"}]}"#,
            #"{"retention":[{"keep":"P1D"},{"keep":"P2D"}]}"#,
            #"{"retention":[{"keep":"P1D"},{"every":"P1M"}]}"#,
            #"{"retention":[{"keep":"P2D"},{"every":"PT1H","keep":"P1D"}]}"#,
            #"{"retention":[{"keep":"P1D"},{"every":"PT2H","keep":"P2D"},{"every":"PT3H"}]}"#, #"{"type":""}"#,
            #"{"name":"other"}"#,
        ])
    func `a policy that makes no sense is refused`(body: String) throws {
        let client = try TestBroker(keepsHistory: true).client()
        #expect(try client.request("PUT", "/admin/history/p", [], body).status == 400)
        #expect(try client.request("GET", "/admin/history").body == "[]")
    }

    @Test(
        arguments: [
            ("POST", "/admin/history", 405), ("POST", "/admin/history/a", 405), ("PUT", "/admin/history/a%20b", 400),
            ("GET", "/admin/historyx", 404),
        ])
    func `other requests are refused`(method: String, path: String, status: Int) throws {
        let client = try TestBroker(keepsHistory: true).client()
        #expect(try client.request(method, path, [], method == "GET" ? nil : "{}").status == status)
    }
}
