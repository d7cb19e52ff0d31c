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

    @Test func `people who cross are a group with the times that its length needs`() throws {
        let site = try #require(try site(SampleNetwork.people).sites.first)
        let intersection = site.intersection
        #expect(intersection.groups.map(\.kind) == [.vehicle, .vehicle, .pedestrian])
        let people = intersection.groups[2]
        #expect([people.minimumGreenSeconds, people.yellowSeconds, people.allRedSeconds] == [7, 0, 10])
        #expect(intersection.conflicts == [[1, 2], [0], [0]])
        #expect(intersection.yields == [[], [2], []])
        #expect(intersection.phases.contains(SignalPhase(protected: [2], permissive: [1])))
        #expect(intersection.phases.contains(SignalPhase(protected: [1])))
        // No lane begins at the pavement, and vehicles are not looked for there.
        #expect(intersection.lanes.map(\.name) == ["south_0", "west_1"])
        #expect(site.crossings == [2: [":j_c0_0"]])
    }

    @Test func `who waits at a crossing is counted, and who is on it`() throws {
        let network = try RoadNetwork(xml: Array(SampleNetwork.people.utf8))
        let sites = NetworkIntersections(network)
        let site = try #require(sites.sites.first)
        var feed = DetectorFeed(sites.detectors, network, deadPart: 0, seed: 1)
        func report(_ people: [(edge: String, next: String)]) -> TraCIConnection.Report {
            .init(
                kind: 0x99, object: "j", values: [],
                nearby: people.map { [(0x50, .string($0.edge)), (0xC1, .string($0.next))] })
        }
        let box = try #require(site.intersection.boxes[2].first)
        feed.take([report([(":j_w0", ":j_c0"), ("west", ":j_w0"), (":j_w1", "out")])])
        #expect(feed.observation(of: site, atSeconds: 1).calls == [2])
        #expect(feed.observation(of: site, atSeconds: 1).readings[box]?.standing == 0)
        feed.take([report([(":j_c0", ":j_w1"), (":j_c0", ":j_w1")])])
        let observation = feed.observation(of: site, atSeconds: 2)
        #expect(observation.calls == [])
        #expect(observation.readings[box]?.standing == 2)
        #expect(site.intersection.occupied(observation) == [2])
        feed.take([])
        #expect(site.intersection.occupied(feed.observation(of: site, atSeconds: 3)) == [])
    }

    @Test func `where nobody counts those who wait, somebody is taken to`() throws {
        let network = try RoadNetwork(xml: Array(SampleNetwork.people.utf8))
        let sites = NetworkIntersections(network)
        let site = try #require(sites.sites.first)
        var feed = DetectorFeed(sites.detectors, network, deadPart: 1, seed: 1)
        feed.take([])
        #expect(feed.observation(of: site, atSeconds: 1).calls == [2])
    }

    @Test func `public transport is listened for from its last stop to the stop line`() throws {
        var configuration = NetworkIntersections.Configuration()
        configuration.publicTransport = try PublicTransport(
            xml: Array(
                """
                <x><vType id="7" vClass="bus"/><vType id="a&amp;b" vClass="tram"/><vType id="car" vClass="passenger"/>
                <vType id="7" vClass="bus"/><vType id="plain"/><busStop id="b" lane="west_1" startPos="30" endPos="50"/></x>
                """.utf8))
        #expect(configuration.publicTransport?.types == ["7", "a&b"])
        let network = try RoadNetwork(xml: Array(SampleNetwork.people.utf8))
        let sites = NetworkIntersections(network, configuration)
        let site = try #require(sites.sites.first)
        let all = sites.detectors.detectors
        let west = site.priority.filter { $0.group == 0 }.map { all[$0.detector] }
        #expect(west.allSatisfy { $0.kind == .publicTransport && $0.lane == "west_1" })
        #expect(west.map(\.fromMetres).min() == 50)
        #expect(west.map(\.toMetres).max() == 100)
        #expect(site.priority.contains { $0.group == 1 })
        #expect(sites.detectors.xml.contains("vTypes=\"7 a&amp;b\""))
        // Without a wish for it nothing is laid, and all else has the numbers that it has with it.
        let plain = NetworkIntersections(network)
        #expect(plain.sites.first?.priority == [])
        #expect(!plain.detectors.detectors.contains { $0.kind == .publicTransport })
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
        let bytes = Array((SampleNetwork.crossing + SampleNetwork.people).utf8)
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
