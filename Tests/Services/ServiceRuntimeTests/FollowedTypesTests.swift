import InMemoryStorage
import NGSILDModel
import Testing

@testable import ServiceRuntime

struct FollowedTypesTests {
    @Test func `a type is known by the last part of its IRI whatever its context`() throws {
        let registry = try TermRegistry(store: InMemoryStorage())
        var types = FollowedTypes(["RoadSegment": 1, "Road": 2], registry: registry)
        let plain = try registry.id(for: "https://uri.etsi.org/ngsi-ld/default-context/RoadSegment")
        let model = try registry.id(for: "https://smartdatamodels.org/dataModel.Transportation/RoadSegment")
        let hash = try registry.id(for: "https://example.org/terms#Road")
        let other = try registry.id(for: "https://example.org/RoadSegments")
        #expect(types.kind(of: [plain]) == 1)
        #expect(types.kind(of: [other, model]) == 1)
        #expect(types.kind(of: [hash]) == 2)
        #expect(types.kind(of: [other]) == nil)
        #expect(types.kind(of: []) == nil)
        // Asked again, from the table.
        #expect(types.kind(of: [other, hash]) == 2)
    }

    @Test func `the local name is what comes after the last slash or hash`() {
        #expect(IRI.localName("https://a.b/c#d") == "d")
        #expect(IRI.localName("https://a.b/c") == "c")
        #expect(IRI.localName("plain") == "plain")
        #expect(IRI.localName("ends/") == "")
        #expect(IRI.localName("") == "")
    }

    @Test func `a result is named after its type and the entity that it is about`() {
        #expect(
            ResultEntity.id("TrafficSegmentState", "", of: "urn:ngsi-ld:RoadSegment:1")
                == "urn:ngsi-ld:TrafficSegmentState:RoadSegment:1")
        #expect(
            ResultEntity.id("AirQualityIndex", "EAQI", of: "https://a.b/1")
                == "urn:ngsi-ld:AirQualityIndex:EAQI:https://a.b/1")
        #expect(ResultEntity.id("T", "", of: String(repeating: "a", count: 100_000)) == nil)
    }
}
