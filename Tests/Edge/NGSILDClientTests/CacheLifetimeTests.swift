import Testing

@testable import NGSILDClient

struct CacheLifetimeTests {
    @Test(
        arguments: [
            (["Cache-Control": "max-age=60"], .seconds(60)),
            (["Cache-Control": "public, max-age=60, s-maxage=30"], .seconds(30)),
            (["Cache-Control": "max-age=\"90\"", "Age": "20"], .seconds(70)),
            (["Cache-Control": "no-store, max-age=60"], .zero),
            (["Cache-Control": "max-age=99999999999999999999"], .seconds(1 << 31)),
            (["Cache-Control": "max-age=soon"], nil),
            (["Cache-Control": "public"], nil),
            (
                ["Expires": "Sun, 06 Nov 1994 08:50:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"],
                .seconds(60)
            ),
            (["Expires": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:50:37 GMT"], .zero),
            (["Expires": "0"], .zero),
            (["Cache-Control": "max-age=5", "Expires": "0"], .seconds(5)),
            ([:], nil),
        ] as [([String: String], Duration?)])
    func `a lifetime is what the headers say`(headers: [String: String], expected: Duration?) {
        let response = OutgoingResponse(status: 200, headers: headers.map { ($0.key, $0.value) }, body: [])
        #expect(CacheLifetime(response).duration == expected)
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2028 12:00:00 GMT", 1_835_438_400), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("", nil),
        ] as [(String, Int64?)])
    func `dates of HTTP are read`(text: String, seconds: Int64?) {
        #expect(HTTPDate(text)?.secondsSince1970 == seconds)
    }
}
