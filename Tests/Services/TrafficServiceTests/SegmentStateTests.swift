import NGSILDModel
import Testing

@testable import TrafficService

@Suite struct SegmentStateTests {
    private let time = minute(10)

    private func contribution(
        lane: String? = nil, speed: Double? = nil, flow: Double? = nil, occupancy: Double? = nil,
        freeFlow: Double? = nil
    ) -> SegmentState.Contribution {
        SegmentState.Contribution(
            lane: lane, measure: TrafficMeasure(time: time, speed: speed, flow: flow, occupancy: occupancy),
            freeFlow: freeFlow)
    }

    private var facts: RoadSegmentFacts {
        var facts = RoadSegmentFacts()
        facts.lengthMetres = 1_000
        facts.maximumAllowedSpeed = 50
        return facts
    }

    @Test func `lanes are added up, and their speeds meet in the harmonic mean weighted with the flow`() {
        let state = SegmentState(
            at: time,
            [
                contribution(lane: "1", speed: 30, flow: 600, occupancy: 0.2),
                contribution(lane: "2", speed: 60, flow: 1_200, occupancy: 0.1),
            ], facts)
        // 1,800 vehicles take 600/30 + 1,200/60 = 40 vehicle hours for each kilometre.
        #expect(state.speed == 45)
        #expect(state.flow == 1_800)
        #expect(abs((state.occupancy ?? 0) - 0.15) < 1e-9)
        #expect(state.levelOfService == .a)
        #expect(state.travelSeconds == 80)
        #expect(state.delaySeconds == 8)
        #expect(state.completeness == 1)
    }

    @Test func `detectors one after the other on a lane are averaged, and missing lanes are made up for`() {
        let state = SegmentState(
            at: time,
            [
                contribution(lane: "1", flow: 500), contribution(lane: "1", flow: 700),
                contribution(lane: "2", flow: 400), SegmentState.Contribution(lane: "3", measure: nil, freeFlow: nil),
            ], facts)
        #expect(state.flow == 1_500)
        #expect(state.completeness == 0.75)
    }

    @Test func `a detector of the whole road wins over those of lanes`() {
        let state = SegmentState(
            at: time, [contribution(flow: 900), contribution(lane: "1", flow: 100)], facts)
        #expect(state.flow == 900)
    }

    @Test func `where a flow is missing all speeds weigh the same`() throws {
        let state = SegmentState(at: time, [contribution(speed: 30, flow: 10), contribution(speed: 60)], facts)
        #expect(abs(try #require(state.speed) - 40) < 1e-9)
    }

    @Test func `what was learnt stands before the legal speed`() {
        let learnt = SegmentState(at: time, [contribution(speed: 20, flow: 10, freeFlow: 40)], facts)
        #expect(learnt.freeFlow == 40)
        #expect(learnt.levelOfService == .d)
        let unknown = SegmentState(at: time, [contribution(speed: 20, flow: 10)], RoadSegmentFacts())
        #expect(unknown.freeFlow == nil)
        #expect(unknown.levelOfService == .a)
        #expect(unknown.travelSeconds == nil)
    }

    @Test func `an empty road is free, a covered one without movement is not`() {
        let empty = SegmentState(at: time, [contribution(flow: 0, occupancy: 0)], facts)
        #expect(empty.levelOfService == .a)
        #expect(empty.travelSeconds == 72)
        #expect(empty.delaySeconds == 0)
        let standing = SegmentState(at: time, [contribution(speed: 0, flow: 0, occupancy: 0.9)], facts)
        #expect(standing.levelOfService == .f)
        #expect(standing.travelSeconds == 1_200)
        #expect(standing.speed == 0)
    }

    @Test func `without detectors that count nothing is claimed`() {
        let state = SegmentState(
            at: time, [SegmentState.Contribution(lane: nil, measure: nil, freeFlow: nil)], facts)
        #expect(state.levelOfService == nil)
        #expect(state.speed == nil)
        #expect(state.completeness == 0)
        #expect(state.freeFlow == 50)
    }
}
