import NGSILDModel
import Testing

@testable import PublicData

/// What is not named in a publication leaves in no answer.
struct LeakTests {
    private static let forms = [
        "layers", "layers/parking.geojson", "layers/parking.csv", "layers/parking.jsonld", "tiles/parking.json",
        "catalogue.jsonld", "catalogue.ttl", "alerts.atom", "", "embed", "alerts/urn:ngsi-ld:ParkingSpot:1.cap.xml",
    ]

    private static func city() async throws -> PublicCity {
        let city = try PublicCity()
        try await city.create(
            """
            {"id":"urn:ngsi-ld:ParkingSpot:1","type":["ParkingSpot","TellTaleType"],"scope":"/telltale/scope",
            "name":{"type":"Property","value":"North","providedBy":{"type":"Relationship","object":"urn:x:telltale:1"},
            "datasetId":"urn:x:telltale:dataset"},
            "status":[{"type":"Property","value":"free","providedBy":{"type":"Relationship","object":"urn:x:telltale:2"},
            "accuracy":{"type":"Property","value":0.5,"method":{"type":"Property","value":"telltale"}}},
            {"type":"Property","value":"telltale","datasetId":"urn:x:telltale:second"}],
            "remark":{"type":"Property","value":"telltale"},
            "telltale":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1.25,2.5]}},
            "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[3,4]}}}
            """)
        try await city.publish(
            "parking",
            #""q":"remark==\"telltale\"","capSender":"x@city.example","attributes":["name",{"name":"status","subAttributes":["accuracy"]},"location"]"#
        )
        return city
    }

    @Test(arguments: forms)
    func `what is not named is in no byte of an answer`(path: String) async throws {
        let city = try await Self.city()
        let request = PublicRequest(
            path: path.split(separator: "/", omittingEmptySubsequences: false).map(String.init),
            root: "https://a/public/"
        )
        for parameters in [[], [("format", "normalized")], [("format", "simplified")]]
            as [[(name: String, value: String)]]
        {
            var asked = request
            asked.parameters = parameters
            guard case .success(let answer) = await city.service.answer(asked) else { continue }
            let whole = String(decoding: answer.body, as: UTF8.self) + "\(answer.headers)"
            #expect(!whole.lowercased().contains("telltale"))
            #expect(!whole.contains("1.25"))
            #expect(!whole.contains("createdAt"))
        }
    }

    @Test func `what is named is there, with the sub-attributes that are named`() async throws {
        let city = try await Self.city()
        let text = try await city.text("layers/parking.jsonld")
        #expect(
            text.contains(#""status":{"type":"Property","value":"free","accuracy":{"type":"Property","value":0.5}}"#))
        #expect(text.contains(#""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[3,4]}}"#))
        #expect(text.contains(#""type":"ParkingSpot""#))
    }

    @Test func `a tile is asked for with the attributes that are named`() async throws {
        let city = try await Self.city()
        #expect(try await city.get("tiles/parking/3/4/3.mvt").body == Array("tile".utf8))
        let asked = try #require(city.asked.requests.withLock { $0 }.first)
        #expect(asked.tags.map(\.name) == ["name", "status"])
        #expect(city.context.name(asked.geometry) == "location")
    }

    @Test(arguments: [
        ("layers/parking.geojson", "q"), ("layers/parking.csv", "attrs"), ("layers/parking.jsonld", "options"),
        ("tiles/parking/0/0/0.mvt", "attrs"), ("layers", "tenant"),
    ])
    func `a reader adds nothing to what is selected`(path: String, parameter: String) async throws {
        let city = try await Self.city()
        await #expect(throws: NGSILDError.self) { try await city.get(path, [(parameter, "remark")]) }
    }

    @Test func `what is taken back is gone at once, though it was kept`() async throws {
        let city = try await Self.city()
        let answer = try await city.get("layers/parking.csv")
        #expect(answer.status == 200)
        try await city.service.delete("parking")
        await #expect(throws: NGSILDError.self) {
            try await city.get("layers/parking.csv", known: answer.header("ETag"))
        }
        #expect(try await city.text("catalogue.ttl").contains("parking") == false)
        #expect(try await city.text("").contains("Nothing is published"))
    }

    @Test func `entities of other tenants stay where they are`() async throws {
        let city = try await Self.city()
        try await city.publish("elsewhere", #""tenant":"north","attributes":["name"]"#)
        #expect(try await city.text("layers/elsewhere.jsonld") == "[]")
    }
}
