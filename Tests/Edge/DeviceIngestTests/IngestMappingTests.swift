import DatasetImport
import Foundation
import Testing

@testable import DeviceIngest

struct IngestMappingTests {
    @Test func `a mapping in JSON says the same as one in YAML`() throws {
        let yaml = """
            servers: [{url: "mqtt://broker", version: mqtt3.1.1, client-id: city}]
            topics:
              - {topic: "a/{x}", id: "urn:ngsi-ld:Device:{x}", type: Device, attributes: {value: v}}
              - {topic: "b/#", payload: ngsi-ld}
            """
        let json = """
            {"servers": [{"url": "mqtt://broker", "version": "mqtt3.1.1", "client-id": "city"}],
             "topics": [{"topic": "a/{x}", "id": "urn:ngsi-ld:Device:{x}", "type": "Device", "attributes": {"value": "v"}},
                        {"topic": "b/#", "payload": "ngsi-ld"}]}
            """
        for text in [yaml, json] {
            let mapping = try IngestMapping(yaml: text)
            #expect(mapping.filters == ["a/+", "b/#"])
            #expect(mapping.servers.map(\.clientID) == ["city"])
            #expect(mapping.summary == ["a/{x}: Device with value", "b/#: entities in NGSI-LD"])
        }
    }

    @Test(
        arguments: [
            ("topics: []", "topics", "1 to"),
            ("servers: []", "topics", "missing"),
            ("topics: {a: b}", "topics", "list"),
            ("servers: [{url: 'http://h'}]\ntopics: [{topic: a, payload: ngsi-ld}]", "servers[0].url", "scheme"),
            (
                "servers: [{url: 'mqtt://h/topic'}]\ntopics: [{topic: a, payload: ngsi-ld}]", "servers[0].url",
                "without a topic"
            ),
            ("topics: [{topic: 'a/{x'}]", "topics[0].topic", "brace"),
            ("topics: [{topic: a, type: T, id: 'urn:x:1'}]", "topics[0].attributes", "missing"),
            ("topics: [{topic: a, payload: xml}]", "topics[0].payload", "json, value or ngsi-ld"),
            ("topics: [{topic: a, payload: ngsi-ld, id: x}]", "topics[0].id", "unknown"),
            ("topics: [{topic: a, payload: ngsi-ld, form: odd}]", "topics[0].form", "simplified"),
            ("topics: [{topic: a, type: T, id: 'no uri', attributes: {v: v}}]", "topics[0].id", "URI"),
            ("topics: [{topic: a, type: T, id: 'urn:x:{b..c}', attributes: {v: v}}]", "topics[0].id", "no path"),
            ("topics: [{topic: a, type: T, id: 'urn:x:1', attributes: {id: v}}]", "topics[0].attributes.id", "member"),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', attributes: {v: {from: '{y}'}}}]",
                "topics[0].attributes.v.from", "has no"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', attributes: {v: {from: w, as: text, scale: 2}}}]",
                "topics[0].attributes.v.scale", "scaled"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', attributes: {v: {kind: time}}}]", "topics[0].attributes.v",
                "needs the key time"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', time: noon, attributes: {v: w}}]", "topics[0].time",
                "arrival"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', time: {from: t, format: 'QQ'}, attributes: {v: w}}]",
                "topics[0].time.format", "unix"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', static: {v: 1}, attributes: {v: w}}]",
                "topics[0].attributes.v", "static"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', tenant: 'a b', attributes: {v: w}}]", "topics[0].tenant",
                "letters"
            ),
            (
                "topics: [{topic: a, type: T, id: 'urn:x:1', payload: value, records: x, attributes: {v: $}}]",
                "topics[0].records", "no records"
            ),
            (
                "servers: [{url: 'mqtt://h', version: mqtt4}]\ntopics: [{topic: a, payload: ngsi-ld}]",
                "servers[0].version", "mqtt5.0"
            ),
        ])
    func `a mistake is reported with its key`(yaml: String, key: String, reason: String) {
        do throws(ImportError) {
            _ = try IngestMapping(yaml: yaml)
            Issue.record("\(yaml) is taken")
        } catch {
            guard case .invalidMapping(_, _, let found, let text) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == key)
            #expect(text.contains(reason), "\(text)")
        }
    }
}

/// The mappings that docs/mqtt.md shows.
struct IngestExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Examples").standardizedFileURL.path

    @Test(
        arguments: [
            (
                "mqtt-traffic.yaml", "city/traffic/A12/state",
                #"{"ts":1764504000,"count":7,"speed":{"mean":48.2},"occ":12,"lane":1}"#,
                ["intensity", "occupancy", "refRoadSegment"]
            ),
            ("mqtt-air.yaml", "air/market/no2", "17.5", ["no2", "observedAt"]),
        ])
    func `an example makes what it is shown for`(file: String, topic: String, payload: String, names: [String]) throws {
        let mapping = try IngestMapping(path: Self.folder + "/" + file)
        let trial = mapping.trial(topic: topic, payload: Array(payload.utf8), arrival: .now())
        #expect(trial.refusals == [] && trial.attributesLeftOut == [])
        let text = trial.entities.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(names.allSatisfy { text.contains("\"\($0)\"") }, "\(text)")
    }
}
