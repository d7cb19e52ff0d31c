import GeoJSON
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import Testing

@testable import TrafficService

@Suite struct TrafficReadingTests {
    private func entity(_ attributes: String) throws -> (AttributeForest, [TrafficVocabulary.Field: Int]) {
        let registry = try TermRegistry(store: InMemoryStorage())
        let context = TermContext(context: .core, registry: registry)
        let document = try JSONDocument(
            parsing: #"{"id":"urn:ngsi-ld:X:1","type":"TrafficFlowObserved",\#(attributes)}"#)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        var vocabulary = TrafficVocabulary(registry: registry)
        return (draft.attributes, vocabulary.places(in: draft.attributes))
    }

    private func reading(_ attributes: String) throws -> TrafficReading? {
        let (forest, places) = try entity(attributes)
        return TrafficReading(forest, places)
    }

    private func property(_ name: String, _ value: String, unit: String? = nil, at time: String = "10:00") -> String {
        let unitCode = unit.map { #","unitCode":"\#($0)""# } ?? ""
        return
            #""\#(name)":{"type":"Property","value":\#(value)\#(unitCode),"observedAt":"2026-03-02T\#(time):00Z"}"#
    }

    @Test(arguments: [
        ("KMH", 50.0), ("HM", 80.4672), ("MTS", 180), ("KNT", 92.6),
    ])
    func `speeds come in any usual unit`(unit: String, expected: Double) throws {
        let found = try #require(try reading(property("averageVehicleSpeed", "50", unit: unit))?.speed)
        #expect(abs(found - expected) < 1e-9)
    }

    @Test func `other units and other types are left out`() throws {
        #expect(try reading(property("averageVehicleSpeed", "50", unit: "CEL")) == nil)
        for value in [#""fast""#, "true", "[1]", #"{"a":1}"#] {
            #expect(try reading(property("intensity", value)) == nil)
        }
        #expect(try reading(property("intensity", "1e300"))?.intensity == 1e9)
        #expect(try reading(property("occupancy", "35", unit: "P1"))?.occupancy == 0.35)
        #expect(try reading(property("averageSpeed", "35"))?.speed == 35)
        #expect(try reading(property("intensity", "900", unit: "H10"))?.isHourly == true)
    }

    @Test func `values of an older time do not belong to the reading`() throws {
        let found = try #require(
            try reading(
                property("intensity", "12", at: "10:05") + "," + property("averageVehicleSpeed", "50", at: "10:00")))
        #expect(found.intensity == 12)
        #expect(found.speed == nil)
        #expect(found.time == Timestamp("2026-03-02T10:05:00Z"))
    }

    @Test(
        arguments: [
            (#""dateObserved":{"type":"Property","value":"2026-03-02T09:55:00/2026-03-02T10:00:00"}"#, 300.0),
            (#""dateObserved":{"type":"Property","value":"2026-03-02T09:59:00Z/2026-03-02T10:00:00Z"}"#, 60),
            (
                #""dateObservedFrom":{"type":"Property","value":{"@type":"DateTime","@value":"2026-03-02T09:45:00Z"}},"dateObservedTo":{"type":"Property","value":"2026-03-02T10:00:00Z"}"#,
                900
            ),
            (#""dateObserved":{"type":"Property","value":"2026-03-02T10:00:00Z"}"#, nil),
            (#""dateObserved":{"type":"Property","value":"2026-03-02T10:00:00Z/2026-03-02T09:00:00Z"}"#, nil),
            (#""dateObserved":{"type":"Property","value":"0000-01-01T00:00:00Z/9999-01-01T00:00:00Z"}"#, nil),
            (#""dateObserved":{"type":"Property","value":"//"}"#, nil),
            (#""dateObserved":{"type":"Property","value":7}"#, nil),
        ] as [(String, Double?)])
    func `the period is that of the observation`(dates: String, seconds: Double?) throws {
        #expect(try reading(property("intensity", "12") + "," + dates)?.periodSeconds == seconds)
    }

    @Test(
        arguments: [
            (#"{"type":"Property","value":1.5,"unitCode":"KMT"}"#, 1_500.0),
            (#"{"type":"Property","value":1.5}"#, 1_500),
            (#"{"type":"Property","value":250,"unitCode":"MTR"}"#, 250), (#"{"type":"Property","value":-1}"#, nil),
            (#"{"type":"Property","value":"long"}"#, nil), (#"{"type":"Property","value":1e300}"#, nil),
        ] as [(String, Double?)])
    func `the length is the attribute's in its unit, else the line's`(length: String, metres: Double?) throws {
        let line =
            #""location":{"type":"GeoProperty","value":{"type":"LineString","coordinates":[[0,0],[0.01,0]]}}"#
        let (forest, places) = try entity(#""length":\#(length),\#(line)"#)
        let found = try #require(RoadSegmentFacts(forest, places).lengthMetres)
        #expect(abs(found - (metres ?? 1_111.95)) < 0.1)
    }

    @Test func `limits and lanes that make no sense are left out`() throws {
        let (forest, places) = try entity(
            property("maximumAllowedSpeed", "900") + "," + property("totalLaneNumber", "1e12"))
        let facts = RoadSegmentFacts(forest, places)
        #expect(facts.maximumAllowedSpeed == nil)
        #expect(facts.lanes == nil)
    }
}
