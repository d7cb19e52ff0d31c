import JSONTree
import NGSILDModel
import Testing

@testable import DeviceIngest

struct MessageReaderTests {
    private static let arrival = NGSILDModel.Timestamp("2026-11-30T12:00:00Z") ?? .none

    private static func trial(_ rule: String, _ topic: String, _ payload: String) throws -> IngestMapping.Trial {
        try IngestMapping(yaml: "topics:\n  - \(rule)").trial(
            topic: topic, payload: Array(payload.utf8), arrival: arrival)
    }

    private static func text(_ trial: IngestMapping.Trial) -> [String] {
        trial.entities.map { String(decoding: $0, as: UTF8.self) }
    }

    private static let detectors = """
        {topic: "city/traffic/{detector}/state", id: "urn:ngsi-ld:TrafficFlowObserved:{detector}", type: TrafficFlowObserved,
         time: {from: ts, format: unix}, missing: ["-1"], static: {dataProvider: Ghent},
         attributes: {intensity: {from: q, scale: 60, unit: H10}, averageVehicleSpeed: {from: v.mean, as: number, unit: KMH},
           status: {from: s, values: {"0": ok, "1": broken}}, isOpen: {from: o, as: boolean}, lane: {from: l, as: text},
           refRoadSegment: {kind: relationship, object: "urn:ngsi-ld:RoadSegment:{segment}"},
           location: {kind: geo, longitude: x, latitude: y}, dateObserved: {kind: time}}}
        """

    @Test func `a record becomes an entity with units, factors, times, links and places`() throws {
        let payload =
            #"{"ts":1764504000,"q":7.5,"v":{"mean":"48.2"},"s":0,"o":"on","l":3,"segment":"A 1/2","x":3.7,"y":51.05}"#
        let trial = try Self.trial(Self.detectors, "city/traffic/A1/state", payload)
        #expect(trial.refusals == [] && trial.attributesLeftOut == [])
        let at = #","observedAt":"2025-11-30T12:00:00Z"}"#
        #expect(
            Self.text(trial) == [
                #"{"id":"urn:ngsi-ld:TrafficFlowObserved:A1","type":"TrafficFlowObserved","#
                    + #""dataProvider":{"type":"Property","value":"Ghent"},"#
                    + #""intensity":{"type":"Property","value":450,"unitCode":"H10""# + at
                    + #","averageVehicleSpeed":{"type":"Property","value":48.2,"unitCode":"KMH""# + at
                    + #","status":{"type":"Property","value":"ok""# + at
                    + #","isOpen":{"type":"Property","value":true"# + at
                    + #","lane":{"type":"Property","value":"3""# + at
                    + #","refRoadSegment":{"type":"Relationship","object":"urn:ngsi-ld:RoadSegment:A%201%2F2""# + at
                    + #","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[3.7,51.05]}"# + at
                    + #","dateObserved":{"type":"Property","value":{"@type":"DateTime","@value":"2025-11-30T12:00:00Z"}"#
                    + at + "}"
            ])
    }

    @Test(
        arguments: [
            (#"{"ts":1,"q":"many","segment":1}"#, "intensity: many is no number"),
            (#"{"ts":1,"q":1e999,"segment":1}"#, "intensity: 1e999 is no number"),
            (#"{"ts":1,"s":7,"segment":1}"#, "status: 7 is no key of the table values"),
            (#"{"ts":1,"o":"perhaps","segment":1}"#, "isOpen: perhaps is no truth value such as true or off"),
            (#"{"ts":1,"x":200,"y":1,"segment":1}"#, "location: 200 is no longitude from -180 to 180 degrees"),
            (#"{"ts":1,"q":{"a":1},"segment":1}"#, "intensity: q holds an object or a list, not one value"),
            (#"{"ts":1,"q":1}"#, "refRoadSegment: the relationship needs segment, which is not there"),
        ])
    func `an attribute that is wrong is left out with the reason, and the rest stays`(payload: String, reason: String)
        throws
    {
        let trial = try Self.trial(Self.detectors, "city/traffic/A1/state", payload)
        #expect(trial.attributesLeftOut == [reason])
        #expect(trial.entities.count == 1)
    }

    @Test func `null, the empty text and what the mapping calls missing are no values`() throws {
        let trial = try Self.trial(
            Self.detectors, "city/traffic/A1/state", #"{"ts":1,"q":-1,"v":{"mean":null},"l":"","segment":1}"#)
        #expect(trial.attributesLeftOut == [])
        #expect(Self.text(trial).first?.contains("intensity") == false)
        #expect(Self.text(trial).first?.contains("averageVehicleSpeed") == false)
        #expect(Self.text(trial).first?.contains("lane") == false)
    }

    @Test(
        arguments: [
            ("", "no JSON"), ("{", "no JSON"), ("[1,2]", "no object"), ("[]", "empty list"), ("7", "no object"),
            (#"{"q":1}"#, "time is not there"), (#"{"ts":"noon","q":1}"#, "no time"),
            (#"{"ts":1e300,"q":1}"#, "no time"),
            (#"{"ts":1,"ts":2}"#, "no JSON"), (String(repeating: "[", count: 5_000), "no JSON"),
            ("{\"ts\":1,\"q\":\"\u{1}\"}", "no JSON"),
        ])
    func `a payload of which nothing can be made is refused with the reason`(payload: String, reason: String) throws {
        let trial = try Self.trial(Self.detectors, "city/traffic/A1/state", payload)
        #expect(trial.entities.isEmpty)
        #expect(trial.refusals.first?.contains(reason) == true, "\(trial.refusals)")
    }

    @Test func `bytes that are no text are refused`() throws {
        let mapping = try IngestMapping(yaml: "topics:\n  - \(Self.detectors)")
        let bytes: [UInt8] = [0xFF, 0xFE, 0x00]
        let trial = mapping.trial(topic: "city/traffic/A1/state", payload: bytes, arrival: Self.arrival)
        #expect(trial.refusals.count == 1)
    }

    @Test func `a record without a value for any attribute is refused`() throws {
        let trial = try Self.trial(
            "{topic: a, id: 'urn:x:1', type: T, static: {s: 1}, attributes: {v: w}}", "a", #"{"other":1}"#)
        #expect(trial.refusals == ["none of the attributes has a value in it"])
    }

    @Test(
        arguments: [
            ("23.4", "23.4"), (" 23.4\n", "23.4"), ("-5e-1", "-5e-1"), ("true", "true"), ("ON", "\"ON\""),
            ("\"quoted\"", "\"quoted\""), ("a \"b\" c", #""a \"b\" c""#),
        ])
    func `a bare value is the attribute`(payload: String, value: String) throws {
        let trial = try Self.trial(
            "{topic: 'air/{s}/t', payload: value, id: 'urn:ngsi-ld:S:{s}', type: S, time: arrival, attributes: {temperature: {from: $, unit: CEL}}}",
            "air/7/t", payload)
        #expect(
            Self.text(trial) == [
                #"{"id":"urn:ngsi-ld:S:7","type":"S","temperature":{"type":"Property","value":\#(value),"unitCode":"CEL","observedAt":"2026-11-30T12:00:00Z"}}"#
            ])
    }

    @Test(arguments: ["", " \n ", "null"])
    func `an empty value is refused`(payload: String) throws {
        let trial = try Self.trial(
            "{topic: a, payload: value, id: 'urn:x:1', type: T, attributes: {v: $}}", "a", payload)
        #expect(trial.entities.isEmpty && trial.refusals.count == 1)
    }

    @Test func `of a list of records each becomes an entity, and a bad one spoils no other`() throws {
        let trial = try Self.trial(
            "{topic: a, records: data.list, id: 'urn:x:{n}', type: T, attributes: {v: v}}", "a",
            #"{"data":{"list":[{"n":1,"v":1},{"n":2},7,{"n":"3 ü","v":"x"}]}}"#)
        #expect(
            Self.text(trial) == [
                #"{"id":"urn:x:1","type":"T","v":{"type":"Property","value":1}}"#,
                #"{"id":"urn:x:3%20%C3%BC","type":"T","v":{"type":"Property","value":"x"}}"#,
            ])
        #expect(trial.refusals.count == 2)
    }

    @Test func `more records than are taken at a time are refused`() throws {
        let list = (0...MessageReader.recordLimit).map { #"{"n":\#($0),"v":1}"# }.joined(separator: ",")
        let trial = try Self.trial("{topic: a, id: 'urn:x:{n}', type: T, attributes: {v: v}}", "a", "[\(list)]")
        #expect(trial.entities.isEmpty)
        #expect(trial.refusals.first?.contains("more than 1000 records") == true)
    }

    @Test(
        arguments: [
            ("normalized", #"{"id":"urn:x:1","type":"T","v":{"type":"Property","value":1}}"#),
            ("concise", #"{"id":"urn:x:1","type":"T","v":{"value":1},"w":2}"#),
            ("simplified", #"{"id":"urn:x:1","type":"T","v":1}"#),
            ("normalized", #"[{"id":"urn:x:1","type":"T","v":{"type":"Property","value":1}}]"#),
            ("normalized", #"{"id":"urn:x:1","type":"T","@context":{"v":"https://x.example/v"},"v":{"value":1}}"#),
        ])
    func `NGSI-LD is taken as it is`(form: String, payload: String) throws {
        let trial = try Self.trial("{topic: '#', payload: ngsi-ld, form: \(form)}", "any/topic", payload)
        #expect(trial.refusals == [])
        #expect(trial.entities.count == 1)
    }

    @Test(
        arguments: [
            (#"{"id":"urn:x:1","v":1}"#, "type"), (#"{"id":"no uri","type":"T"}"#, "not a URI"), ("7", "JSON object"),
            (#"{"id":"urn:x:1","type":"Other","v":1}"#, "does not take"),
            (#"{"id":"urn:x:1","type":"T","@context":"https://x.example/ctx","v":1}"#, "@context"),
            (#"{"id":"urn:x:1","type":"T","@context":7,"v":1}"#, "@context"),
        ])
    func `what is no NGSI-LD that the mapping takes is refused`(payload: String, reason: String) throws {
        let trial = try Self.trial("{topic: '#', payload: ngsi-ld, type: T}", "any/topic", payload)
        #expect(trial.entities.isEmpty)
        #expect(trial.refusals.first?.contains(reason) == true, "\(trial.refusals)")
    }

    @Test func `the first rule whose topic fits takes the message`() throws {
        let mapping = try IngestMapping(
            yaml: """
                topics:
                  - {topic: "a/b", id: "urn:x:first", type: T, attributes: {v: v}}
                  - {topic: "a/{x}", id: "urn:x:second", type: T, attributes: {v: v}}
                """)
        for (topic, rule) in [("a/b", "a/b"), ("a/c", "a/{x}"), ("b/c", nil)] {
            #expect(
                mapping.trial(topic: topic, payload: Array(#"{"v":1}"#.utf8), arrival: Self.arrival).rule == rule)
        }
    }
}
