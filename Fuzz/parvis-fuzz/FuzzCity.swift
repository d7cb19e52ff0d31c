import BrokerCore
import Dispatch
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Entities of every kind of attribute, in a broker over a store in memory.
final class FuzzCity {
    let broker: Broker
    let context: TermContext
    let entities: [EntityRecord]

    init() throws {
        broker = try Broker(storage: InMemoryStorage())
        context = TermContext(context: .core, registry: broker.registry)
        let context = context
        let drafts = try Self.documents.map { text in
            let document = try JSONDocument(parsing: text)
            return try EntityDecoder(context: context).decodeEntity(document, document.root)
        }
        let done = DispatchSemaphore(value: 0)
        broker.submit(.batchCreate(drafts.map(BatchMember.draft)), tenant: "", on: ImmediateReplyScheduler()) {
            result in
            if case .batch(let result) = result { check(result.errors.isEmpty, "\(result.errors)") }
            done.signal()
        }
        done.wait()
        var entities: [EntityRecord] = []
        for draft in drafts { entities.append(try broker.retrieveEntity(id: draft.id, tenant: "")) }
        self.entities = entities
    }

    /// Looks up linked entities.
    func entity(_ id: String) -> EntityRecord? { broker.linkedEntity(id: id, tenant: "") }

    private static let documents = [
        #"""
        {"id":"urn:ngsi-ld:Thing:1","type":["Thing","Room"],"scope":["/Madrid/Gardens/Park","/A"],
         "temperature":{"type":"Property","value":20.5,"unitCode":"CEL","observedAt":"2026-03-01T12:00:00Z",
            "accuracy":{"type":"Property","value":0.5,"by":{"type":"Relationship","object":"urn:ngsi-ld:Thing:2"}}},
         "name":{"type":"Property","value":"Mercedes \"é\" 温"},"a":{"type":"Property","value":["x",2,null,{"y":[]},[1,[2]]]},
         "b":{"type":"Property","value":true},"when":{"type":"Property","value":{"@type":"DateTime","@value":"2026-03-01T12:00:00Z"}},
         "address":{"type":"Property","value":{"city":"B\"erlin","n":{"a":1,"b":[{"c":"d"}]},"1":-0.0}},
         "speed":[{"type":"Property","value":1},{"type":"Property","value":"fast","datasetId":"urn:d:1"}],
         "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[8.5,47.25]}}}
        """#,
        #"""
        {"id":"urn:ngsi-ld:Thing:2","type":"Thing","scope":"/Madrid/Gardens",
         "c":{"type":"LanguageProperty","languageMap":{"en":"red","de":["rot","r"],"@none":"?"}},
         "gender":{"type":"VocabProperty","vocab":["Male","urn:v:B"]},"json":{"type":"JsonProperty","json":{"a":[1,{"b":null}]}},
         "list":{"type":"ListProperty","valueList":[1,"two",[3]]},"temperature":-2.5e3,
         "p":{"type":"Relationship","object":["urn:ngsi-ld:Thing:1","urn:ngsi-ld:Thing:3"],"objectType":"Thing"},
         "location":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":[[[8,47],[9,47],[9,48],[8,48],[8,47]],[[8.4,47.4],[8.6,47.4],[8.6,47.6],[8.4,47.6],[8.4,47.4]]]}}}
        """#,
        #"""
        {"id":"urn:ngsi-ld:Thing:3","type":"Sensor","scope":["/A/B/C","/B"],
         "p":{"type":"Relationship","object":"urn:ngsi-ld:Thing:2","q":{"type":"Relationship","object":"urn:ngsi-ld:Thing:1"}},
         "lr":{"type":"ListRelationship","objectList":["urn:ngsi-ld:Thing:1","urn:ngsi-ld:Thing:4"]},
         "location":{"type":"GeoProperty","value":{"type":"MultiPolygon","coordinates":[[[[179,-10],[180,-10],[180,10],[179,10],[179,-10]]],[[[-180,-10],[-179,-10],[-179,10],[-180,10],[-180,-10]]]]}}}
        """#,
        #"""
        {"id":"urn:ngsi-ld:Thing:4","type":"Room","temperature":1e308,"name":"","a":[],"b":false,
         "location":[{"type":"GeoProperty","value":{"type":"LineString","coordinates":[[-180,90],[180,-90],[0,0]]}},
            {"type":"GeoProperty","datasetId":"urn:d:2","value":{"type":"MultiPoint","coordinates":[[0,0],[180,0],[-180,0]]}}],
         "observationSpace":{"type":"GeoProperty","value":{"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[[1,0],[0,1]]]}}}
        """#,
        // A ring that touches itself.
        #"""
        {"id":"urn:ngsi-ld:Thing:5","type":"Sensor",
         "location":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]}}}
        """#,
    ]
}

extension EntityDraft {
    func record(_ now: Timestamp) -> EntityRecord {
        EntityRecord(
            id: id, types: types, scopes: scopes ?? [], createdAt: now, modifiedAt: now, expiresAt: expiresAt ?? .none,
            attributes: attributes.stamped(now))
    }
}

extension EntityRecord {
    /// The entity as an answer has it, which must be JSON.
    func rendered(_ context: TermContext, _ representation: EntityRepresentation) -> [UInt8] {
        var renderer = EntityRenderer(context: context, representation: representation)
        var writer = ByteWriter()
        renderer.append(self, to: &writer)
        let bytes = writer.array()
        checkJSON(bytes)
        return bytes
    }
}

/// That bytes are JSON, which may be deeper than what requests may send.
func checkJSON(_ bytes: [UInt8]) {
    do throws(JSONParseError) {
        _ = try JSONDocument(parsing: bytes, limits: .init(depth: 1_000))
    } catch {
        check(false, "not JSON, \(error): \(String(decoding: bytes, as: UTF8.self))")
    }
}
