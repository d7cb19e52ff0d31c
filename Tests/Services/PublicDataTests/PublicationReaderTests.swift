import NGSILDModel
import Testing

@testable import PublicData

struct PublicationReaderTests {
    @Test func `a publication is written as it is read`() throws {
        let text = PublicCity.publication(
            """
            "tenant":"north","q":"a>1","scopeQ":"/a","area":[1,2,3,4],"attributes":["location",
            {"name":"https://a.example/pm10","label":{"en":"Dust"},"subAttributes":["accuracy"]}],
            "contact":{"name":"Desk","email":"data@city.example","url":"https://a.example/c"},
            "updateFrequency":"CONT","themes":["ENVI"],"keywords":["air"],"colourBy":"https://a.example/pm10","capSender":"a@b"
            """)
        let publication = try PublicationReader.read(Array(text.utf8), id: "air")
        #expect(try PublicationReader.read(publication.json, id: "air") == publication)
        #expect(publication.attributes.map(\.column) == ["location", "pm10"])
        #expect(publication.geometryProperty == "location")
    }

    @Test(
        arguments: [
            (#""attributes":[]"#, "attributes"), (#""attributes":["a","https://x.example/a"]"#, "column"),
            (#""attributes":["https://x.example/id"]"#, "column"), (#""attributes":["a"],"colourBy":"b""#, "colourBy"),
            (#""attributes":["a"],"geometryProperty":"location""#, "geometryProperty"),
            (#""attributes":["a"],"area":[1,2,3,4]"#, "area"), (#""attributes":["location"],"area":[3,2,1,4]"#, "area"),
            (#""attributes":["a"],"secret":1"#, "secret"), (#""attributes":["a"],"themes":["X"]"#, "themes"),
            (#""attributes":["a"],"updateFrequency":"often""#, "updateFrequency"),
            (#""attributes":["a"],"capSender":"a b""#, "capSender"),
            (#""attributes":["a"],"contact":{"email":"no"}"#, "contact.email"),
            (#""attributes":["a"],"contact":{"url":"javascript:alert(1)"}"#, "contact.url"),
        ])
    func `what cannot be published is refused by its name`(members: String, named: String) throws {
        let text = PublicCity.publication(members)
        let error = #expect(throws: NGSILDError.self) { try PublicationReader.read(Array(text.utf8), id: "a") }
        #expect(error?.detail.contains(named) == true, "\(error?.detail ?? "")")
    }

    @Test(arguments: ["", "A", "a b", "a/b", "-a", "a.csv", String(repeating: "a", count: 65)])
    func `an id is a part of an address`(id: String) {
        #expect(throws: NGSILDError.self) {
            try PublicationReader.read(Array(PublicCity.publication(#""attributes":["a"]"#).utf8), id: id)
        }
    }
}
