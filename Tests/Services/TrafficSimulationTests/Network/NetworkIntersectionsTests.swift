import SignalControl
import Testing

@testable import TrafficSimulation

struct NetworkIntersectionsTests {
    private func site(_ text: String = SampleNetwork.crossing) throws -> NetworkIntersections {
        NetworkIntersections(try RoadNetwork(xml: Array(text.utf8)))
    }

    @Test func `crossing ways conflict, and a left turn of the plan gives way`() throws {
        let intersection = try #require(try site().sites.first?.intersection)
        #expect(intersection.conflicts == [[2], [2], [0, 1, 3], [2]])
        #expect(intersection.yields == [[], [3], [], []])
        #expect(intersection.groups.map(\.yellowSeconds) == [3, 3, 4, 3])
    }

    @Test func `what the plan never has green together is never offered`() throws {
        let intersection = try #require(try site().sites.first?.intersection)
        let phases = Set(intersection.phases)
        #expect(phases.contains(SignalPhase(protected: [0, 3], permissive: [1])))
        #expect(phases.contains(SignalPhase(protected: [2])))
        #expect(phases.contains(SignalPhase(protected: [0, 1])))
        // The lane from the west has green for both its ways or none.
        #expect(phases.allSatisfy { $0.green.contains(0) == $0.green.contains(1) })
        #expect(phases.allSatisfy { !($0.green.contains(0) && $0.green.contains(2)) })
    }

    @Test func `lanes are watched upstream beyond their own beginning`() throws {
        let intersection = try #require(try site().sites.first?.intersection)
        let west = try #require(intersection.lanes.first { $0.name == "west_0" })
        #expect(west.zones.map(\.distanceMetres) == [0, 40, 80, 100, 130])
        #expect(west.zones.map(\.lengthMetres) == [40, 40, 20, 30, 30])
        #expect(west.stopLineDetector != nil)
        #expect(west.movements.map(\.group) == [0, 1])
        #expect(west.movements[0].share > west.movements[1].share)
    }

    @Test func `signals with an unknown right of way keep their plan`() throws {
        let found = try site(SampleNetwork.crossing.replacing("via=\":j_2_0\"", with: "via=\":lost\""))
        #expect(found.sites.isEmpty)
        #expect(found.leftOut.map(\.signals) == ["s"])
    }

    @Test(arguments: ["<net", "<net><edge id=>", "<net><lane id=\"a", "<!-- ", "<net><a b='1\"></net>"])
    func `broken networks are refused`(text: String) {
        #expect(throws: (any Error).self) { try RoadNetwork(xml: Array(text.utf8)) }
    }

    @Test func `every prefix of a network is read or refused`() {
        let bytes = Array(SampleNetwork.crossing.utf8)
        for end in stride(from: 0, through: bytes.count, by: 7) {
            if let network = try? RoadNetwork(xml: Array(bytes[..<end])) { _ = NetworkIntersections(network) }
        }
    }

    @Test func `entities in names are plain letters`() throws {
        var tags = XMLTags(Array("<a b=\"x&amp;lt;&quot;\"/>".utf8))
        #expect(try tags.next()?.attributes == ["b": "x&lt;\""])
        #expect(try tags.next()?.name == nil)
    }
}
