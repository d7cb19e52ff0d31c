import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 4.9, examples 13 and 14
@Suite struct LinkedQueryTests {
    private static let entities: [String] = [
        #"{"id":"urn:x:station","type":"Station","sensor":{"object":["urn:x:s1","urn:x:s2","urn:x:gone"]},"name":"A"}"#,
        #"{"id":"urn:x:s1","type":"Device","humidity":40,"maker":{"object":"urn:x:maker"}}"#,
        #"{"id":"urn:x:s2","type":["Device","Pump"],"humidity":{"value":55,"accuracy":2},"address":{"value":{"city":"Ulm"}}}"#,
        #"{"id":"urn:x:maker","type":"Company","name":{"languageMap":{"en":"Acme"}},"makes":{"objectList":[{"object":"urn:x:s1"}]}}"#,
    ]

    @Test(
        .clause("4.9"),
        arguments: [
            ("sensor{humidity}", true), ("sensor{humidity}==40", true), ("sensor{humidity}==41", false),
            ("sensor{humidity}>50", true), ("sensor{Device:humidity}==40", true), ("sensor{Pump:humidity}==40", false),
            ("sensor{Pump,Device:humidity}==40", true), ("sensor{Valve:humidity}", false), ("sensor{speed}", false),
            ("!sensor{speed}", true), ("!sensor{humidity}", false), ("name{humidity}", false),
            ("other{humidity}", false),
            ("sensor{humidity.accuracy}==2", true), ("sensor{address[city]}==\"Ulm\"", true),
            ("sensor{maker{name}}~=\"^Ac\"", true), ("sensor{Device:maker{Company:name[en]}}==\"Acme\"", true),
            ("sensor{maker{Device:name}}", false), ("sensor{maker{makes{humidity}}}<50", true),
            ("name==\"A\";sensor{humidity}==40", true), ("name==\"B\"|sensor{humidity}==40", true),
            ("name==\"B\";sensor{humidity}==40", false), ("sensor{createdAt}>2025-01-01T00:00:00Z", true),
        ])
    func `a path goes on in the linked entities`(q: String, isSelected: Bool) throws {
        let world = try QueryWorld()
        let entities = try Self.entities.map { try world.entity($0) }
        let query = try QueryExpression(parsing: q, context: world.context, linkedLevels: 3)
        let links = LinkFollower { id in entities.first { $0.id == id } }
        #expect(query.hasLinks)
        #expect(query.matches(entities[0], links: links) == isSelected)
        #expect(!links.isExhausted)
    }

    @Test func `terms to be expanded are those of the attribute at the end`() throws {
        let world = try QueryWorld(context: #"{"Male":"https://example.org/Male"}"#)
        let entities = try [
            #"{"id":"urn:x:1","type":"A","r":{"object":"urn:x:2"}}"#,
            #"{"id":"urn:x:2","type":"B","gender":{"vocab":"Male"}}"#,
        ].map { try world.entity($0) }
        let links = LinkFollower { id in entities.first { $0.id == id } }
        for (names, isSelected) in [(["gender"], true), (["r"], false), ([], false)] as [(Set<String>, Bool)] {
            let query = try QueryExpression(
                parsing: "r{gender}==Male", context: world.context, expandValues: names, linkedLevels: 1)
            #expect(query.matches(entities[0], links: links) == isSelected)
        }
    }

    @Test(arguments: ["a{b", "a{}", "a{b}}", "a{b}{c}", "a{b{c{d}}}", "a{B,C}", "{b}", "a{B:}", "a{b==1}"])
    func `a mistake is refused`(q: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in
            _ = try QueryExpression(parsing: q, context: world.context, linkedLevels: 2)
        }
        #expect(error?.isBadRequestData == true)
    }

    @Test func `the links of one query are counted, and beyond the bound it is refused`() throws {
        let world = try QueryWorld()
        let objects = (0..<1_000).map { "\"urn:x:\($0)\"" }.joined(separator: ",")
        let all = try world.entity(#"{"id":"urn:x:1","type":"A","r":{"object":[\#(objects)]}}"#)
        let query = try QueryExpression(parsing: "r{r{r{n}}}==1", context: world.context, linkedLevels: 3)
        let links = LinkFollower { _ in all }
        #expect(!query.matches(all, links: links))
        #expect(links.isExhausted)
        #expect(failure { () throws(NGSILDError) in try links.checkLimit() }?.isTooComplexQuery == true)
    }

    @Test func `without links to follow, terms about them do not hold`() throws {
        let world = try QueryWorld()
        let entity = try world.entity(Self.entities[0])
        let query = try QueryExpression(parsing: "sensor{name}", context: world.context, linkedLevels: 1)
        #expect(!query.matches(entity))
        #expect(query.requiredAttributes.count == 1)
    }
}
