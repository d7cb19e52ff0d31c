import GeoJSON
import JSONTree
import SampleSignals
import Testing

@testable import SignalRoadside

struct IntersectionDescriptionTests {
    @Test func `an intersection is described by entities of the types that the service reads`() throws {
        var description = IntersectionDescription(
            try SampleCrossing.intersection(), key: "town:J 1", detectors: (0..<5).map { "urn:d:\($0)" })
        description.location = Position(longitude: 6.95, latitude: 50.94)
        var writer = SignalEntityWriter(limit: 4)
        description.append(to: &writer)
        var types: [String: Int] = [:]
        for body in writer.bodies() {
            let document = try JSONDocument(parsing: body)
            #expect(document.count(document.root) <= 4)
            for entity in document.elements(document.root) {
                let type = try #require(document.member(entity, "type").flatMap { document.string($0) })
                let id = try #require(document.member(entity, "id").flatMap { document.string($0) })
                #expect(id.hasPrefix("urn:ngsi-ld:\(type):town:J%201"))
                types[type, default: 0] += 1
            }
        }
        #expect(
            types == [
                "SignalizedIntersection": 1, "SignalGroup": 4, "SignalPhase": 3, "SignalPlan": 1, "ApproachLane": 2,
            ])
    }
}
