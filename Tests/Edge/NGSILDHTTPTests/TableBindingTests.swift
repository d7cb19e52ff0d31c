import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// Answers as `text/csv`.
struct TableBindingTests {
    private static let csv = "Accept: text/csv"
    private static let all = "timerel=after&timeAt=2025-01-01T00:00:00Z"
    private static let room = #"""
        {"id":"urn:r:1","type":["Room","Place"],"temperature":[
        {"type":"Property","value":20.50,"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z"},
        {"type":"Property","value":22,"unitCode":"CEL","observedAt":"2026-01-01T12:00:00Z"},
        {"type":"Property","value":7,"observedAt":"2026-01-01T12:00:00Z","datasetId":"urn:d:1"}],
        "note":[{"type":"Property","value":"=cmd, \"x\"","observedAt":"2026-01-01T12:00:00Z"}],
        "owner":[{"type":"Relationship","object":"urn:p:1","observedAt":"2026-01-01T00:00:00Z"}],
        "name":[{"type":"LanguageProperty","languageMap":{"en":"Hall","fr":"Salle"},"observedAt":"2026-01-01T00:00:00Z"}]}
        """#

    private func city(temporalInstances: Int = 10_000) throws -> TestClient {
        let client = try TestBroker(keepsHistory: true, temporalInstances: temporalInstances).client()
        #expect(try client.post("/temporal/entities", Self.room).status == 201)
        return client
    }

    private func rows(_ answer: WireAnswer) -> [String] { answer.body.components("\r\n") }

    @Test(.clause("5.7.3")) func `a history has a row for each instance`() throws {
        let answer = try city().get("/temporal/entities/urn:r:1?\(Self.all)", Self.csv)
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "text/csv; charset=utf-8; header=present")
        #expect(
            Set(rows(answer)) == [
                "id,type,attribute,attributeType,datasetId,time,value,jsonType,unitCode",
                "urn:r:1,Room Place,temperature,Property,,2026-01-01T00:00:00Z,20.50,number,CEL",
                "urn:r:1,Room Place,temperature,Property,,2026-01-01T12:00:00Z,22,number,CEL",
                "urn:r:1,Room Place,temperature,Property,urn:d:1,2026-01-01T12:00:00Z,7,number,",
                #"urn:r:1,Room Place,note,Property,,2026-01-01T12:00:00Z,"'=cmd, ""x""",string,"#,
                "urn:r:1,Room Place,owner,Relationship,,2026-01-01T00:00:00Z,urn:p:1,string,",
                #"urn:r:1,Room Place,name,LanguageProperty,,2026-01-01T00:00:00Z,"{""en"":""Hall"",""fr"":""Salle""}",object,"#,
                "",
            ])
        #expect(answer.body.hasPrefix("id,type,"))
        let french = try city().get("/temporal/entities/urn:r:1?\(Self.all)&lang=fr&pick=id,name", Self.csv)
        #expect(rows(french).dropFirst().first == "urn:r:1,name,LanguageProperty,,2026-01-01T00:00:00Z,Salle,string,")
    }

    @Test(.clause("5.7.4"))
    func `system attributes come as columns, and a deletion has no value`() throws {
        let client = try city()
        _ = try client.post(
            "/entities",
            #"{"id":"urn:r:2","type":"Room","lamp":{"type":"Property","value":true,"observedAt":"2026-01-01T00:00:00Z"}}"#
        )
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:r:2/attrs/lamp").status == 204)
        let answer = try client.get("/temporal/entities/urn:r:2?options=sysAttrs", Self.csv)
        let lines = rows(answer)
        #expect(
            lines[0]
                == "id,type,attribute,attributeType,datasetId,time,value,jsonType,unitCode,observedAt,createdAt,modifiedAt,deletedAt,expiresAt,instanceId"
        )
        #expect(
            lines[1].hasPrefix(
                "urn:r:2,Room,lamp,Property,,2026-01-01T00:00:00Z,true,boolean,,2026-01-01T00:00:00Z,20"))
        #expect(lines[1].contains(",,,urn:ngsi-ld:instance:"), "\(lines[1])")
        #expect(lines[2].contains(",,null,,"), "\(lines[2])")
        #expect(lines.count == 4)
    }

    @Test(arguments: ["", "&attrs=temperature,owner"])
    func `temporalValues make a column for each attribute`(parameters: String) throws {
        let answer = try city().get(
            "/temporal/entities?type=Room&\(Self.all)&format=temporalValues\(parameters)", Self.csv)
        let expected =
            parameters.isEmpty
            ? [
                "id,type,time,name,note,owner,temperature,temperature[urn:d:1]",
                #"urn:r:1,Room Place,2026-01-01T00:00:00Z,"{""en"":""Hall"",""fr"":""Salle""}",,urn:p:1,20.50,"#,
                #"urn:r:1,Room Place,2026-01-01T12:00:00Z,,"'=cmd, ""x""",,22,7"#, "",
            ]
            : [
                "id,type,time,owner,temperature,temperature[urn:d:1]",
                "urn:r:1,Room Place,2026-01-01T00:00:00Z,urn:p:1,20.50,",
                "urn:r:1,Room Place,2026-01-01T12:00:00Z,,22,7", "",
            ]
        #expect(rows(answer) == expected)
    }

    @Test func `lastN makes the newest row the first`() throws {
        let answer = try city().get(
            "/temporal/entities/urn:r:1?lastN=2&format=temporalValues&attrs=temperature&datasetId=@none", Self.csv)
        #expect(
            rows(answer) == [
                "id,type,time,temperature", "urn:r:1,Room Place,2026-01-01T12:00:00Z,22",
                "urn:r:1,Room Place,2026-01-01T00:00:00Z,20.50", "",
            ])
    }

    @Test(.clause("4.5.19"))
    func `aggregated values have a row for each period and a column for each method`() throws {
        let client = try city()
        let answer = try client.get(
            "/temporal/entities/urn:r:1?\(Self.all)&format=aggregatedValues&aggrMethods=max,totalCount&aggrPeriodDuration=PT12H&attrs=note,temperature&datasetId=@none",
            Self.csv)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(
            Set(rows(answer)) == [
                "id,type,attribute,attributeType,start,end,max,totalCount",
                "urn:r:1,Room Place,temperature,Property,2026-01-01T00:00:00Z,2026-01-01T12:00:00Z,20.5,1",
                "urn:r:1,Room Place,temperature,Property,2026-01-01T12:00:00Z,2026-01-02T00:00:00Z,22,1",
                #"urn:r:1,Room Place,note,Property,2026-01-01T12:00:00Z,2026-01-02T00:00:00Z,"'=cmd, ""x""",1"#, "",
            ])
    }

    @Test(.clause("6.3.10"), arguments: ["Accept: text/csv", "Accept: application/json"])
    func `a history that is too long comes in parts that lead to each other`(accept: String) throws {
        let client = try city(temporalInstances: 2)
        var path = "/temporal/entities/urn:r:1?pick=id,temperature&format=temporalValues&datasetId=@none"
        let instances = (3..<8).map { hour in
            #"{"type":"Property","value":\#(hour),"observedAt":"2026-01-01T0\#(hour):00:00Z"}"#
        }
        let fragment = #"{"temperature":[\#(instances.joined(separator: ","))]}"#
        #expect(try client.post("/temporal/entities/urn:r:1/attrs", fragment).status == 204)
        var (bodies, statuses): (String, [Int]) = ("", [])
        while true {
            let answer = try client.get(path, accept)
            bodies += answer.body
            statuses.append(answer.status)
            let next = answer.link("next")
            #expect((next != nil) == (answer.status == 206))
            guard let next, statuses.count < 10 else { break }
            path = String(next.dropFirst("/ngsi-ld/v1".count))
        }
        #expect(statuses == [206, 206, 206, 200])
        for time in ["00", "03", "04", "05", "06", "07", "12"] {
            #expect(bodies.components("2026-01-01T\(time):00:00Z").count == 2, "\(time) \(bodies)")
        }
    }

    @Test(arguments: [
        "pageAfter=x", "pageAfter=9999999999999999999", "pageAfter=1&lastN=2", "pageAfter=-9223372036854775808",
    ])
    func `a place that no link named is refused`(parameters: String) throws {
        let answer = try city().get("/temporal/entities/urn:r:1?\(parameters)")
        #expect(answer.status == 400 && answer.detail.contains("pageAfter"), "\(answer.body)")
    }

    @Test(.clause("5.7.2"))
    func `entities have a row for each instance, in the simplified form one each`() throws {
        let client = try TestBroker().client()
        for (id, extra) in [("urn:a:1", ""), ("urn:a:2", #","free":{"type":"Property","value":3,"unitCode":"C62"}"#)] {
            let text =
                #"{"id":"\#(id)","type":"Parking","name":{"type":"Property","value":"P, \#(id)"},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}\#(extra)}"#
            #expect(try client.post("/entities", text).status == 201)
        }
        let point = #""{""type"":""Point"",""coordinates"":[1,2]}""#
        let wide = try client.get("/entities?type=Parking&format=simplified", Self.csv)
        #expect(
            rows(wide) == [
                "id,type,free,location,name", #"urn:a:1,Parking,,\#(point),"P, urn:a:1""#,
                #"urn:a:2,Parking,3,\#(point),"P, urn:a:2""#, "",
            ])
        let long = try client.get("/entities?type=Parking&pick=id,free,name", Self.csv)
        #expect(long.status == 200)
        let lines = rows(long)
        #expect(lines[0] == "id,attribute,attributeType,datasetId,time,value,jsonType,unitCode")
        #expect(lines.count == 5)
        #expect(lines[2].hasPrefix("urn:a:2,name,Property,,") || lines[2].hasPrefix("urn:a:2,free,Property,,"))
        #expect(lines.contains { $0.hasSuffix(",3,number,C62") })
        let one = try client.get("/entities/urn:a:2?options=keyValues&attrs=free", Self.csv)
        #expect(rows(one) == ["id,type,free", "urn:a:2,Parking,3", ""])
        let page = try client.get("/entities?type=Parking&limit=1&options=keyValues", Self.csv)
        #expect(
            page.headers(named: "Link").contains { $0.contains("rel=\"next\"") && $0.contains("type=\"text/csv\"") })
        let joined = try client.get("/entities?type=Parking&join=inline", Self.csv)
        #expect(joined.status == 400 && joined.detail.contains("join"))
    }

    @Test(
        .clause("6.3.4", "6.3.15"),
        arguments: [
            ("/temporal/entities/urn:r:1", "application/geo+json"), ("/types", "text/csv"),
            ("/temporal/entities?type=Room&timerel=after&timeAt=2025-01-01T00:00:00Z", "application/geo+json"),
            ("/entities?type=Room", "text/html"),
        ])
    func `a form that is not offered is refused with those that are`(path: String, accept: String) throws {
        let answer = try city().get(path, "Accept: \(accept)")
        #expect(answer.status == 406)
        #expect(answer.body.contains("application/ld+json"))
    }

    @Test(arguments: [
        ("text/csv, application/json", "application/json"), ("text/*", "text/csv; charset=utf-8; header=present"),
        ("text/csv;q=0.9, application/json;q=0.1", "text/csv; charset=utf-8; header=present"),
    ])
    func `JSON comes first unless weights say otherwise`(accept: String, type: String) throws {
        let answer = try city().get("/temporal/entities/urn:r:1", "Accept: \(accept)")
        #expect(answer.header("Content-Type") == type)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
