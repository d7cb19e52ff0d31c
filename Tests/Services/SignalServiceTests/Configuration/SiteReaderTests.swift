import NGSILDModel
import SampleSignals
import SignalControl
import SignalRoadside
import Testing

@testable import SignalService

struct SiteReaderTests {
    @Test func `what a roadside describes is read as the same intersection`() async throws {
        let street = try TestStreet()
        try await street.describe()
        var vocabulary = SignalVocabulary(registry: street.broker.registry)
        let description = try TestStreet.description()
        var members: [SignalEntity: [SiteReader.Source]] = [:]
        func source(_ id: String) throws -> SiteReader.Source {
            .init(id: id, reading: AttributeReading(try #require(street.entity(id)), &vocabulary))
        }
        members[.group] = try (0..<4).reversed().map { try source(description.groupID($0)) }
        members[.phase] = try (0..<3).reversed().map { try source(description.phaseID($0)) }
        members[.lane] = try (0..<2).map { try source(description.laneID($0)) }
        members[.plan] = [try source(SignalEntity.plan.id("town:J"))]
        var reader = SiteReader(try source(TestStreet.id), members)
        let read = try reader.configuration()
        let wanted = description.intersection
        #expect(read.intersection.name == wanted.name)
        #expect(read.intersection.groups == wanted.groups)
        #expect(read.intersection.conflicts == wanted.conflicts)
        #expect(read.intersection.yields == wanted.yields)
        #expect(read.intersection.phases == wanted.phases)
        #expect(read.intersection.plan == wanted.plan)
        #expect(read.intersection.lanes.map(\.name) == wanted.lanes.map(\.name))
        #expect(read.intersection.lanes.map(\.movements) == wanted.lanes.map(\.movements))
        #expect(read.intersection.exits.map(\.name) == wanted.exits.map(\.name))
        #expect(read.groupNumbers == SampleCrossing.numbers)
        #expect(Set(read.detectors.map(\.id)) == Set(description.detectors))
        #expect(read.detectors.count { $0.isStopLine } == 2)
        await street.stop()
    }

    private static let group = "urn:ngsi-ld:SignalGroup:town:J:2"
    private static let lane = "urn:ngsi-ld:ApproachLane:town:J:west_0"
    private static let phase = "urn:ngsi-ld:SignalPhase:town:J:2"
    private static let plan = "urn:ngsi-ld:SignalPlan:town:J"

    /// An entity, members that break it, and what the fault says.
    static let faults: [(id: String, type: SignalEntity, members: String, says: String)] = [
        (TestStreet.id, .intersection, #""controlMode":{"type":"Property","value":"turbo"}"#, "adaptive or fixedPlan"),
        (TestStreet.id, .intersection, #""controlMode":{"type":"Property","value":"off"}"#, "adaptive or fixedPlan"),
        (TestStreet.id, .intersection, #""maximumRed":{"type":"Property","value":1e308}"#, "maximumRed"),
        (TestStreet.id, .intersection, #""maximumRed":{"type":"Property","value":30}"#, "longest red must be more"),
        (TestStreet.id, .intersection, #""exits":{"type":"JsonProperty","json":{"a":1}}"#, "exits is not a JSON array"),
        (group, .group, #""groupNumber":{"type":"Property","value":1}"#, "is that of"),
        (group, .group, #""groupNumber":{"type":"Property","value":1.5}"#, "groupNumber"),
        (group, .group, #""groupNumber":{"type":"Property","value":-4}"#, "groupNumber"),
        (group, .group, #""groupNumber":{"type":"Property","value":1e300}"#, "groupNumber"),
        (group, .group, #""groupKind":{"type":"Property","value":"ufo"}"#, "groupKind"),
        (group, .group, #""yellow":{"type":"Property","value":-1}"#, "yellow"),
        (group, .group, #""minimumGreen":{"type":"Property","value":"five"}"#, "minimumGreen"),
        (group, .group, #""maximumGreen":{"type":"Property","value":2}"#, "longest green"),
        (group, .group, #""conflictsWith":{"type":"Relationship","object":"urn:a:b"}"#, "no SignalGroup"),
        (phase, .phase, #""protectedGroup":{"type":"Relationship","object":"urn:a:b"}"#, "protectedGroup"),
        (
            phase, .phase,
            #""protectedGroup":{"type":"Relationship","object":["urn:ngsi-ld:SignalGroup:town:J:1","\#(group)"]}"#,
            "conflicting"
        ),
        (
            phase, .phase, #""phaseNumber":{"type":"Property","value":null}"#.replacing("null", with: "[]"),
            "phaseNumber"
        ),
        (lane, .lane, #""movements":{"type":"JsonProperty","json":[]}"#, "movements"),
        (lane, .lane, #""movements":{"type":"JsonProperty","json":[{"group":"urn:a:b"}]}"#, "movement"),
        (lane, .lane, #""movements":{"type":"JsonProperty","json":[{"group":"\#(group)","share":5}]}"#, "shares"),
        (lane, .lane, #""movements":{"type":"JsonProperty","json":[{"group":"\#(group)","exit":"x"}]}"#, "exits"),
        (lane, .lane, #""zones":{"type":"JsonProperty","json":[{"detector":"urn:a:b"}]}"#, "zone"),
        (
            lane, .lane,
            #""zones":{"type":"JsonProperty","json":[{"detector":"urn:a:b","distance":1e300,"length":1e300}]}"#,
            "within 10 km"
        ),
        (
            lane, .lane,
            #""zones":{"type":"JsonProperty","json":[\#(Array(repeating: "{}", count: 10_000).joined(separator: ","))]}"#,
            "at most 32"
        ),
        (lane, .lane, #""speedLimit":{"type":"Property","value":0}"#, "speedLimit"),
        (plan, .plan, #""steps":{"type":"JsonProperty","json":[]}"#, "plan"),
        (plan, .plan, #""steps":{"type":"JsonProperty","json":[{"duration":-1}]}"#, "duration"),
        (plan, .plan, #""steps":{"type":"JsonProperty","json":[{"duration":10,"phase":77}]}"#, "phaseNumber"),
        (plan, .plan, #""steps":{"type":"JsonProperty","json":[{"duration":9,"protectedGroup":[99]}]}"#, "groupNumber"),
        (plan, .plan, #""steps":{"type":"JsonProperty","json":[{"duration":9,"protectedGroup":7}]}"#, "array"),
        (plan, .plan, #""offset":{"type":"Property","value":1e300}"#, "offset"),
    ]

    @Test(arguments: faults.indices)
    func `a faulty configuration is told on the intersection, and is used again once it is mended`(
        index: Int
    ) async throws {
        let (id, type, members, says) = Self.faults[index]
        let street = try await TestStreet.running()
        try await street.second(1, standing: (0, 6))
        #expect(street.value("configurationFault") == nil)
        try await street.patch(id, type, members)
        await street.service.settle()
        let fault = try #require(street.value("configurationFault"))
        #expect(fault.contains(says), "\(fault)")
        #expect(fault.contains("town:J"))
        try await street.second(2, standing: (0, 6))
        #expect(try street.command()?.sequence == 1)
        // What `describe` does not write has to go.
        if members.contains("maximumGreen") || members.contains("offset") {
            try await street.patch(
                id, type, #""maximumGreen":{"type":"Property","value":60},"offset":{"type":"Property","value":0}"#)
        }
        try await street.describe()
        await street.service.settle()
        #expect(street.value("configurationFault") == nil)
        try await street.second(3, standing: (0, 6))
        #expect(try street.command()?.measuredAt == SampleCrossing.time(3))
        await street.stop()
    }

    @Test func `an intersection without groups says what is missing`() async throws {
        let street = try TestStreet()
        street.service.start()
        try await street.upsert(#"{"id":"\#(TestStreet.id)","type":"SignalizedIntersection"}"#)
        await street.service.settle()
        #expect(street.value("configurationFault")?.contains("SignalGroup") == true)
        await street.stop()
    }

    @Test func `a thousand groups are refused, and do not slow the others`() async throws {
        let street = try await TestStreet.running()
        let big = "urn:ngsi-ld:SignalizedIntersection:big"
        try await street.upsert(#"{"id":"\#(big)","type":"SignalizedIntersection"}"#)
        for start in [0, 500, 1_000] {
            let groups = (start..<(start + 500)).map { number in
                #"{"id":"urn:ngsi-ld:SignalGroup:big:\#(number)","type":"SignalGroup","groupNumber":{"type":"Property","value":\#(number + 1)},"refSignalizedIntersection":{"type":"Relationship","object":"\#(big)"}}"#
            }
            try await street.upsert(groups.joined(separator: ","))
        }
        await street.service.settle()
        #expect(street.value("configurationFault", of: big)?.contains("at most") == true)
        try await street.second(1, standing: (0, 6))
        #expect(try street.command()?.sequence == 1)
        #expect(await street.service.statistics.faulty == 1)
        await street.stop()
    }

    @Test func `references in a circle, to itself and to nothing do no harm`() async throws {
        let street = try await TestStreet.running()
        for (id, object) in [("a", "a"), ("b", "c"), ("c", "b"), ("d", "nothing")] {
            try await street.upsert(
                #"{"id":"urn:ngsi-ld:SignalGroup:\#(id)","type":"SignalGroup","refSignalizedIntersection":{"type":"Relationship","object":"urn:ngsi-ld:SignalGroup:\#(object)"}}"#
            )
        }
        try await street.second(1, standing: (0, 6))
        #expect(try street.command()?.sequence == 1)
        await street.stop()
    }

    @Test func `intersections beyond the limit keep their plan, and one is told`() async throws {
        let street = try await TestStreet.running { $0.intersectionLimit = 1 }
        for number in 0..<3 {
            try await street.upsert(
                #"{"id":"urn:ngsi-ld:SignalizedIntersection:\#(number)","type":"SignalizedIntersection"}"#)
        }
        try await street.second(1, standing: (0, 6))
        #expect(street.problems.all.count == 1)
        #expect(try street.command()?.sequence == 1)
        await street.stop()
    }
}
