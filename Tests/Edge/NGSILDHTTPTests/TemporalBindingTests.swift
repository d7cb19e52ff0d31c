import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// `/temporal/entities` and what is below it, with a whole broker that keeps history.
struct TemporalBindingTests {
    private static let room =
        #"{"id":"urn:r:1","type":"Room","temperature":[{"type":"Property","value":20,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z"},{"type":"Property","value":22,"unitCode":"CEL","observedAt":"2026-01-01T12:00:00Z"}],"owner":[{"type":"Relationship","object":"urn:p:1","observedAt":"2026-01-01T00:00:00Z"}]}"#
    private static let all = "timerel=after&timeAt=2025-01-01T00:00:00Z"

    private func city() throws -> TestClient {
        let client = try TestBroker(keepsHistory: true).client()
        #expect(try client.post("/temporal/entities", Self.room).status == 201)
        #expect(
            try client.post("/temporal/entities", Self.room.replacing("urn:r:1", with: "urn:r:2")).status == 201)
        return client
    }

    @Test(.clause("4.5.6", "4.5.7", "4.5.8", "5.2.20", "5.7.3"))
    func `instances are shown with their members and times`() throws {
        let answer = try city().get("/temporal/entities/urn:r:1?\(Self.all)")
        #expect(answer.status == 200)
        let instance = #""type":"Property","value":20,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z""#
        #expect(answer.body.hasPrefix(#"{"id":"urn:r:1","type":"Room","#))
        #expect(answer.body.contains(#""temperature":[{\#(instance)"#))
        #expect(
            answer.body.contains(
                #""owner":[{"type":"Relationship","object":"urn:p:1","observedAt":"2026-01-01T00:00:00Z""#))
    }

    @Test(.clause("4.5.9"), arguments: ["options=temporalValues", "format=simplified"])
    func `the simplified form is pairs of value and time`(form: String) throws {
        let answer = try city().get("/temporal/entities/urn:r:1?\(Self.all)&\(form)")
        #expect(
            canonical(answer.body)
                == canonical(
                    #"{"id":"urn:r:1","type":"Room","temperature":{"type":"Property","values":[[20,"2026-01-01T00:00:00Z"],[22,"2026-01-01T12:00:00Z"]]},"owner":{"type":"Relationship","objects":[["urn:p:1","2026-01-01T00:00:00Z"]]}}"#
                ))
    }

    @Test(.clause("4.15", "4.5.9"), arguments: [("", "Hall"), ("&lang=fr", "Salle")])
    func `a language asked for makes texts of language maps, in the simplified form too`(
        parameters: String, text: String
    ) throws {
        let client = try TestBroker(keepsHistory: true).client()
        let hall =
            #"{"id":"urn:r:1","type":"Room","name":[{"type":"LanguageProperty","languageMap":{"en":"Hall","fr":"Salle"},"observedAt":"2026-01-01T00:00:00Z"}]}"#
        #expect(try client.post("/temporal/entities", hall).status == 201)
        let answer = try client.get("/temporal/entities/urn:r:1?format=temporalValues\(parameters)")
        let expected =
            parameters.isEmpty
            ? #""name":{"type":"LanguageProperty","languageMaps":[[{"languageMap":{"en":"\#(text)","fr":"Salle"}},"2026-01-01T00:00:00Z"]]}"#
            : #""name":{"type":"Property","values":[["\#(text)","2026-01-01T00:00:00Z"]]}"#
        #expect(answer.body.contains(expected), "\(answer.body)")
    }

    @Test(.clause("4.5.19", "5.2.44"))
    func `the aggregated form is values over periods`() throws {
        let answer = try city().get(
            "/temporal/entities/urn:r:1?\(Self.all)&format=aggregatedValues&aggrMethods=max,avg&aggrPeriodDuration=P1D&attrs=temperature"
        )
        #expect(answer.body.contains(#""max":[[22,"2026-01-01T00:00:00Z","2026-01-02T00:00:00Z"]]"#), "\(answer.body)")
        #expect(answer.body.contains(#""avg":[[21,"#))
    }

    @Test(
        .clause("4.13"),
        arguments: [
            ("&count=true", "2"), ("&options=count", "2"), ("&options=count,temporalValues", "2"),
            ("&options=sysAttrs,count&limit=1", "2"), ("&options=count&limit=0", "2"), ("", nil),
        ] as [(String, String?)])
    func `histories are counted when a parameter or an option asks for it`(query: String, count: String?) throws {
        let client = try city()
        let answer = try client.get("/temporal/entities?type=Room&\(Self.all)\(query)")
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.header("NGSILD-Results-Count") == count)
        let one = try client.get("/temporal/entities/urn:r:1?\(Self.all)&options=count")
        #expect(one.status == 400 && one.detail.contains("count"))
    }

    @Test(.clause("5.5.9", "6.3.10"))
    func `links lead over entities that exist and those that are history only`() throws {
        let client = try city()
        for number in 1...2 {
            let entity =
                #"{"id":"urn:now:\#(number)","type":"Room","n":{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}}"#
            #expect(try client.post("/entities", entity).status == 201)
        }
        var path = "/ngsi-ld/v1/temporal/entities?type=Room&\(Self.all)&limit=1&format=temporalValues"
        var ids: [String] = []
        while ids.count < 9 {
            let answer = try client.request("GET", path)
            #expect(answer.status == 200)
            ids += answer.body.split(separator: "\"").filter { $0.hasPrefix("urn:") && !$0.hasPrefix("urn:p") }
                .map(String.init)
            guard let next = answer.link("next") else { break }
            #expect(next.contains("pageAfter="))
            path = next
        }
        #expect(ids == ["urn:now:1", "urn:now:2", "urn:r:1", "urn:r:2"])
    }

    @Test(arguments: ["pageAfter=x", "pageAfter=1.5", "pageAfter=1&orderBy=id", "pageBefore=1"])
    func `a place among histories that no link named is refused`(parameters: String) throws {
        let answer = try city().get("/temporal/entities?type=Room&\(Self.all)&\(parameters)")
        #expect(answer.status == 400, "\(answer.body)")
    }

    @Test(.clause("5.7.4", "5.2.21", "5.2.33"))
    func `a query by POST selects like a query by GET`() throws {
        let answer = try city().post(
            "/temporal/entityOperations/query?options=temporalValues",
            #"{"type":"Query","entities":[{"type":"Room","id":"urn:r:2"}],"temporalQ":{"timerel":"between","timeAt":"2026-01-01T06:00:00Z","endTimeAt":"2026-01-02T00:00:00Z"}}"#
        )
        #expect(
            canonical(answer.body)
                == canonical(
                    #"[{"id":"urn:r:2","type":"Room","temperature":{"type":"Property","values":[[22,"2026-01-01T12:00:00Z"]]}}]"#
                ))
    }

    @Test(.clause("4.22"))
    func `expiresAt is shown with the system attributes only`() throws {
        let client = try city()
        let text =
            #"{"id":"urn:r:3","type":"Room","temperature":[{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z","expiresAt":"2050-01-01T00:00:00Z","datasetId":"urn:d:1"}]}"#
        #expect(try client.post("/temporal/entities", text).status == 201)
        let expiry = #""expiresAt":"2050-01-01T00:00:00Z""#
        for form in ["normalized", "concise"] {
            let plain = try client.get("/temporal/entities/urn:r:3?\(Self.all)&options=\(form)")
            #expect(plain.body.contains("instanceId") && !plain.body.contains("expiresAt"), "\(plain.body)")
            #expect(plain.body.contains(#""observedAt":"2026-01-01T00:00:00Z""#))
            let all = try client.get("/temporal/entities/urn:r:3?\(Self.all)&options=\(form),sysAttrs")
            #expect(all.body.contains(expiry), "\(all.body)")
        }
    }
}
