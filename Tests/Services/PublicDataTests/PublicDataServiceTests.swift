import GeoJSON
import JSONTree
import NGSILDModel
import Testing

@testable import PublicData

struct PublicDataServiceTests {
    private static func spot(_ number: Int, _ members: String) -> String {
        #"{"id":"urn:ngsi-ld:ParkingSpot:\#(number)","type":"ParkingSpot",\#(members)}"#
    }

    @Test func `a layer comes in pages that link to each other, without gap or double`() async throws {
        let city = try PublicCity()
        for number in 0..<7 { try await city.create(Self.spot(number, #""name":"\#(number)""#)) }
        try await city.publish("parking", #""attributes":["name"]"#)
        var parameters: [(name: String, value: String)] = [("limit", "3")]
        var seen: [String] = []
        while true {
            let answer = try await city.get("layers/parking.jsonld", parameters)
            let document = try JSONDocument(parsing: answer.body)
            seen += document.elements(document.root).compactMap {
                document.member($0, "id").flatMap { document.string($0) }
            }
            guard let link = answer.headers.last(where: { $0.name == "Link" && $0.value.contains("next") })?.value,
                let after = link.split(separator: "after=").last?.split(separator: ">").first
            else { break }
            parameters = [("limit", "3"), ("after", String(after))]
        }
        #expect(seen == (0..<7).map { "urn:ngsi-ld:ParkingSpot:\($0)" })
    }

    @Test func `entities of megabytes end a page early, and the next one goes on`() async throws {
        let city = try PublicCity()
        let long = String(repeating: "x", count: 1_000_000)
        for number in 0..<4 { try await city.create(Self.spot(number, #""name":"\#(long)""#)) }
        try await city.publish("parking", #""attributes":["name"]"#)
        let layer = try #require(city.service.store["parking"])
        let page = try layer.page(city.broker, after: nil, limit: 10)
        let written = LayerWriter(layer: layer, format: .csv, isSimplified: true, byteLimit: 1_500_000).write(page) {
            _ in ""
        }
        #expect(written.body.count < 2_500_000)
        let next = try #require(written.next)
        #expect(
            try layer.page(city.broker, after: next, limit: 10).entities.map(\.id) == [
                "urn:ngsi-ld:ParkingSpot:2", "urn:ngsi-ld:ParkingSpot:3",
            ])
        #expect(try await city.get("").body.count < 50_000)
    }

    @Test func `hostile texts are texts`() async throws {
        let city = try PublicCity()
        let evil = #"<script>alert(1)</script>]]>&\"'=1+1"#
        try await city.create(
            Self.spot(1, #""name":"\#(evil)","status":"=HYPERLINK(1)","location":{"type":"Point","coordinates":[1,2]}"#)
        )
        _ = try await city.service.put(
            "parking",
            Array(
                """
                {"title":"\(evil)","description":"\(evil)","type":"ParkingSpot","publisher":{"name":"\(evil)"},
                "licence":"https://a.example/b","attributes":[{"name":"name","label":"\(evil)"},"status","location"]}
                """.utf8))
        let page = try await city.text("")
        #expect(!page.contains("<script>alert"))
        #expect(page.split(separator: "<script", omittingEmptySubsequences: false).count == 3)
        let table = try await city.text("layers/parking.csv")
        #expect(table.contains(#""'=HYPERLINK(1)""#))
        let document = try JSONDocument(parsing: try await city.get("catalogue.jsonld").body)
        #expect(document.member(document.root, "dcat:dataset") != nil)
    }

    @Test func `nothing that changed is a 304, a change is told`() async throws {
        let city = try PublicCity()
        try await city.create(Self.spot(1, #""name":"a""#))
        try await city.publish("parking", #""attributes":["name"]"#)
        for path in ["layers/parking.csv", "", "layers", "catalogue.ttl"] {
            let tag = try #require(try await city.get(path).header("ETag"))
            #expect(try await city.get(path, known: tag).status == 304, "\(path)")
        }
        let tag = try #require(try await city.get("layers/parking.csv").header("ETag"))
        try await city.create(Self.spot(2, #""name":"b""#))
        let answer = try await city.get("layers/parking.csv", known: tag)
        #expect(answer.status == 200)
        #expect(answer.header("ETag") != tag)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("ParkingSpot:2"))
    }

    @Test(
        arguments: [
            ("fr", nil, "fr"), (nil, "fr-CH, en;q=0.5", "fr"), (nil, "de, en;q=0.3, fr;q=0.2", "en"),
            ("en", "fr", "en"), (nil, nil, "en"),
        ] as [(String?, String?, String)])
    func `the site speaks the language that is asked for`(asked: String?, accepted: String?, spoken: String)
        async throws
    {
        let city = try PublicCity()
        let answer = try await city.get("", asked.map { [("lang", $0)] } ?? [], language: accepted)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("<html lang=\"\(spoken)\">"))
    }

    @Test func `the site is in the words of the dictionary, and tells its scripts theirs`() async throws {
        let city = try PublicCity { $0.placeName = "Lille" }
        try await city.create(Self.spot(1, #""level":1.5"#))
        try await city.publish("parking", #""attributes":["level"]"#)
        let french = try await city.text("", [("lang", "fr")])
        #expect(french.contains(">Éléments : 1</h2>"))
        #expect(french.contains("<td>1,5</td>"))
        // What the dictionary lacks is in English.
        #expect(french.contains(">Skip to the data<"))
        #expect(
            french.contains(
                #"<script type="application/json" id="words">{"Close":"Fermer","{0} fit":{"one":"{0} résultat","other":"{0} résultats"},"Zoom in":"\u003c/script>"}</script>"#
            ))
        #expect(french.contains(#"<a lang="fr" href="./?layer=parking&amp;lang=fr" aria-current="true">Français</a>"#))
        let english = try await city.text("", [("lang", "en")])
        #expect(english.contains(">Entries: 1</h2>") && english.contains("<td>1.5</td>"))
        #expect(!english.contains("id=\"words\""))
        let catalogue = try await city.text("catalogue.ttl")
        #expect(catalogue.contains(#""Open data of Lille"@en, "Données ouvertes de Lille"@fr"#))
        #expect(catalogue.contains("language/FRA"))
    }

    @Test(arguments: ["", "[]", "{}", #"{"language":{}}"#, #"{"language":{"name":1}}"#])
    func `what is no dictionary is no language`(text: String) {
        #expect(PublicLanguage(code: "fr", dictionary: Array(text.utf8)) == nil)
    }

    @Test func `a frame is for the embedded form only`() async throws {
        let city = try PublicCity()
        #expect(try await city.get("").header("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true)
        #expect(try await city.get("embed").header("Content-Security-Policy")?.contains("frame-ancestors *") == true)
    }

    @Test func `an area keeps what is outside of it`() async throws {
        let city = try PublicCity()
        try await city.create(
            Self.spot(1, #""location":{"type":"Point","coordinates":[1,1]}"#),
            Self.spot(2, #""location":{"type":"Point","coordinates":[5,5]}"#))
        try await city.publish("parking", #""area":[0,0,2,2],"attributes":["location"]"#)
        let text = try await city.text("layers/parking.geojson")
        #expect(text.contains("ParkingSpot:1"))
        #expect(!text.contains("ParkingSpot:2"))
        _ = try await city.get("tiles/parking/0/0/0.mvt")
        let asked = try #require(city.asked.requests.withLock { $0 }.first)
        #expect(asked.area?.box == BoundingBox(minLongitude: 0, minLatitude: 0, maxLongitude: 2, maxLatitude: 2))
        #expect(asked.query.geo == nil)
    }

    @Test func `the tiles of an area are told of with the bounds of the area`() async throws {
        let city = try PublicCity()
        try await city.create(
            Self.spot(1, #""location":{"type":"LineString","coordinates":[[1,1],[9,1.5]]}"#))
        try await city.publish("parking", #""area":[0,0,2,2],"attributes":["location"]"#)
        #expect(try await city.text("tiles/parking.json").contains(#""bounds":[1,1,2,1.5]"#))
        #expect(try await city.text("layers").contains(#""tilejson":"https://city.example/public/tiles/parking.json""#))
    }

    @Test func `a layer without a geometry has no tiles`() async throws {
        let city = try PublicCity()
        try await city.publish("parking", #""attributes":["name"]"#)
        await #expect(throws: NGSILDError.self) { try await city.get("tiles/parking/0/0/0.mvt") }
    }

    @Test func `publications outlive the process`() async throws {
        let city = try PublicCity()
        try await city.publish("parking", #""attributes":["name"]"#)
        let again = try PublicationStore(documents: city.broker, context: city.context, limit: 10)
        #expect(again["parking"]?.publication == city.service.store["parking"]?.publication)
    }

    @Test func `more publications than the limit are refused`() async throws {
        let city = try PublicCity { $0.publicationLimit = 1 }
        try await city.publish("one", #""attributes":["name"]"#)
        await #expect(throws: NGSILDError.self) { try await city.publish("two", #""attributes":["name"]"#) }
        try await city.publish("one", #""attributes":["status"]"#)
    }
}
