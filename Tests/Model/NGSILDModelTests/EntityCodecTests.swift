import JSONTree
import SeededRandom
import Testing

@testable import NGSILDModel

struct EntityCodecTests {
    @Test(arguments: AttributeSample.all)
    func `an entity comes back as it was`(sample: AttributeSample) throws {
        let vocabulary = try Vocabulary()
        let draft = try vocabulary.draft(
            #"{"id":"urn:x:1","type":["A","B"],"scope":["/a","/é"],"expiresAt":"2030-01-01T00:00:00Z","a":\#(sample.written)}"#
        )
        let entity = vocabulary.record(draft)
        let again = try #require(EntityCodec.decode(EntityCodec.encode(entity), id: entity.id))
        for form in [EntityRepresentation.Form.normalized, .concise, .simplified] {
            func shown(_ entity: EntityRecord) -> String {
                vocabulary.rendered(entity) {
                    $0.form = form
                    $0.showsSystemAttributes = true
                }
            }
            #expect(shown(again) == shown(entity))
        }
        #expect(again.attributes.nodes.map(\.number) == entity.attributes.nodes.map(\.number))
        #expect(again.attributes.nodes.map(\.observedAt) == entity.attributes.nodes.map(\.observedAt))
    }

    @Test func `the time that scopes were set is kept where it is not that of the creation`() throws {
        let vocabulary = try Vocabulary()
        let created = try vocabulary.entity(#""scope":"/a","n":1"#)
        let later = created.modifiedAt.adding(seconds: 5)
        let changed = created.changed(at: later, scopes: ["/b"], attributes: created.attributes)
        let cases: [(EntityRecord, UInt8, Timestamp)] = [(created, 1, created.createdAt), (changed, 2, later)]
        for (entity, version, setAt) in cases {
            let bytes = EntityCodec.encode(entity)
            #expect(bytes.first == version)
            let again = try #require(EntityCodec.decode(bytes, id: entity.id))
            #expect(again.scopes == entity.scopes)
            #expect(again.scopesSetAt == setAt)
            #expect(again.modifiedAt == entity.modifiedAt)
        }
    }

    @Test func `bytes that are cut anywhere are refused`() throws {
        let vocabulary = try Vocabulary()
        let bytes = EntityCodec.encode(try vocabulary.entity(#""a":{"value":1,"s":{"object":"urn:x:2"}},"b":"text""#))
        #expect(EntityCodec.decode(bytes, id: "urn:x:1") != nil)
        for length in 0..<bytes.count { #expect(EntityCodec.decode(Array(bytes.prefix(length)), id: "urn:x:1") == nil) }
        #expect(EntityCodec.decode([3] + bytes.dropFirst(), id: "urn:x:1") == nil)
    }

    /// Damage is either found, or gives an entity that every use survives.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `damaged bytes never end the process`(seed: UInt64) throws {
        let vocabulary = try Vocabulary()
        var generator = SeededGenerator(seed: seed)
        let attributes = AttributeSample.all.enumerated().map { #""a\#($0)":\#($1.written)"# }.joined(separator: ",")
        let nested = #""n":[{"value":1,"s":{"value":2,"t":{"vocab":"v"}}},{"value":"x","datasetId":"urn:d:1"}]"#
        let sound = EntityCodec.encode(try vocabulary.entity(attributes + "," + nested))
        let fragment = try vocabulary.fragment(#""n":{"value":{"x":1},"unitCode":"CEL","s":{"unitCode":"C"}},"a0":3"#)
        var survivors = 0
        for _ in 0..<250 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default: bytes.remove(at: position)
                }
            }
            guard let entity = EntityCodec.decode(bytes, id: "urn:x:1") else { continue }
            survivors += 1
            use(entity, fragment, vocabulary)
        }
        #expect(survivors > 0)
    }

    private func use(_ entity: EntityRecord, _ fragment: AttributeForest, _ vocabulary: Vocabulary) {
        for form in [EntityRepresentation.Form.normalized, .concise, .simplified] {
            _ = vocabulary.rendered(entity) {
                $0.form = form
                $0.showsSystemAttributes = true
                $0.language = form == .concise ? "en" : nil
            }
        }
        for rule in [InstanceRule.replace, .keep, .merge, .partial] {
            let changed = entity.attributes.applying(fragment, rule: rule, now: Vocabulary.later)
            _ = vocabulary.attributes(changed.forest)
        }
        for root in entity.attributes.roots {
            _ = entity.attributes.stringValue(of: root)
            _ = entity.attributes.template(of: root)
            _ = entity.attributes.dataset(of: root)
        }
        _ = EntityCodec.encode(entity)
    }
}
