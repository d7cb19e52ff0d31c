import NGSILDModel
import NGSILDOperations
import Testing

@testable import TrafficService

@Suite struct HostileTrafficTests {
    @Test(arguments: [
        #""fast""#, "true", "[1,2]", #"{"value":3}"#, "1e308", "-1e308", "123456789012345678901234567890", "-0.0",
        "4.9e-324",
    ])
    func `values that are no sensible numbers neither stop the service nor hurt others`(value: String) async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        for step in 1...4 {
            let attributes = ["intensity", "averageVehicleSpeed", "occupancy"].map {
                #","\#($0)":{"type":"Property","value":\#(value),"observedAt":"\#(minute(Double(step)).text)"}"#
            }.joined()
            try await streets.report(
                [
                    segment(1), #"{"id":"\#(detectorID(2))","type":"TrafficFlowObserved"\#(attributes)}"#,
                    detector(1, speed: 40 + Double(step), count: 5, at: minute(Double(step))),
                ], at: minute(Double(step)))
        }
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "44")
        #expect(streets.problems.all == [])
        await streets.stop()
    }

    @Test func `times from the future and from long ago are left out`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report([segment(1), detector(1, speed: 40, count: 5, at: minute(10))], at: minute(10))
        for when in ["9999-12-31T23:59:59Z", minute(21).text, "0001-01-01T00:00:00Z"] {
            let time = try #require(Timestamp(when))
            try await streets.report([
                #"{"id":"\#(detectorID(1))","type":"TrafficFlowObserved","averageVehicleSpeed":{"type":"Property","value":1,"observedAt":"\#(time.text)"}}"#
            ])
        }
        await streets.traffic.settle()
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "40")
        #expect(await streets.traffic.statistics.readingsFromTheFuture == 2)
        #expect(await streets.traffic.statistics.readingsLate == 1)
        await streets.stop()
    }

    @Test func `detectors beyond the limit are left out and said so once`() async throws {
        let streets = try TestStreets { $0.detectorLimit = 10 }
        streets.traffic.start()
        for start in stride(from: 0, to: 2_000, by: 1_000) {
            try await streets.report(
                (start..<start + 1_000).map { detector($0, segment: $0, speed: 40, count: 5, at: minute(5)) },
                at: minute(5))
        }
        #expect(await streets.traffic.statistics.detectors == 10)
        #expect(streets.problems.all.count == 1)
        #expect(streets.problems.all.first?.contains("traffic-detectors") == true)
        await streets.stop()
    }

    @Test func `a thousand detectors of one segment are as quick as a hundred`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        try await streets.report(
            [segment(1)] + (0..<999).map { detector($0, lane: $0, speed: 40, count: 5, at: minute(5)) }, at: minute(5))
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "40")
        #expect(streets.value(statusID(998), "status") == "\"ok\"")
        await streets.stop()
    }

    @Test func `references that go round or nowhere make no trouble`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        func pointing(_ from: Int, _ to: String) -> String {
            #"{"id":"\#(detectorID(from))","type":"TrafficFlowObserved","refRoadSegment":{"type":"Relationship","object":"\#(to)"},"averageVehicleSpeed":{"type":"Property","value":40,"observedAt":"\#(minute(5).text)"}}"#
        }
        for _ in 0..<3 {
            try await streets.report(
                [
                    pointing(1, detectorID(1)), pointing(2, detectorID(3)), pointing(3, detectorID(2)),
                    pointing(4, stateID(9)), pointing(5, statusID(5)),
                    pointing(6, "urn:ngsi-ld:" + String(repeating: "x", count: 1_500)),
                    #"{"id":"\#(segmentID(1))","type":"RoadSegment","refRoad":{"type":"Relationship","object":"\#(segmentID(1))"}}"#,
                    detector(7, speed: 30, count: 5, at: minute(5)),
                ], at: minute(5))
        }
        #expect(streets.value(ownStateID(1), "averageVehicleSpeed") == "40")
        #expect(streets.value(ownStateID(2), "averageVehicleSpeed") == "40")
        #expect(streets.value(stateID(1), "averageVehicleSpeed") == "30")
        await streets.stop()
    }

    @Test func `when changes come faster than they are worked off, the history has them`() async throws {
        let streets = try TestStreets { $0.inboxLimit = 5 }
        streets.traffic.start()
        await streets.traffic.settle()
        try await streets.report(
            (1...40).map { detector($0, segment: $0, speed: 40, count: 5, at: minute(5)) }, at: minute(5))
        await streets.traffic.settle()
        #expect(await streets.traffic.statistics.timesBehind >= 1)
        for number in 1...40 { #expect(streets.value(stateID(number), "averageVehicleSpeed") == "40") }
        await streets.stop()
    }

    @Test func `people and bicycles are not traffic`() async throws {
        let streets = try TestStreets()
        streets.traffic.start()
        func items(_ number: Int, _ more: String) -> String {
            #"{"id":"urn:ngsi-ld:ItemFlowObserved:\#(number)","type":"ItemFlowObserved","averageSpeed":{"type":"Property","value":9,"observedAt":"\#(minute(5).text)"}\#(more)}"#
        }
        try await streets.report(
            [
                items(1, #","itemType":{"type":"Property","value":"person"}"#),
                items(2, #","itemType":{"type":"Property","value":"vehicle"}"#),
                items(
                    3,
                    #","itemType":{"type":"Property","value":"vehicle"},"itemSubType":{"type":"Property","value":"bicycle"}"#
                ),
            ], at: minute(5))
        #expect(streets.entity("urn:ngsi-ld:TrafficSegmentState:ItemFlowObserved:1") == nil)
        #expect(streets.value("urn:ngsi-ld:TrafficSegmentState:ItemFlowObserved:2", "averageVehicleSpeed") == "9")
        #expect(streets.entity("urn:ngsi-ld:TrafficSegmentState:ItemFlowObserved:3") == nil)
        await streets.stop()
    }
}
