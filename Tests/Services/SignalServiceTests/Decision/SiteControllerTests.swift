import NGSILDModel
import SampleSignals
import SignalControl
import SignalRoadside
import Testing

@testable import SignalService

struct SiteControllerTests {
    private func controller() throws -> SiteController {
        let intersection = try SampleCrossing.intersection()
        return SiteController(
            SiteConfiguration(
                intersection: intersection, groupIDs: (0..<4).map { "urn:g:\($0)" }, groupNumbers: [1, 2, 3, 4],
                laneIDs: ["urn:l:0", "urn:l:1"], phaseNumbers: [1, 2, 3], phaseNames: ["1", "2", "3"],
                detectors: (0..<5).map { .init(id: "urn:d:\($0)", isStopLine: $0 == 1 || $0 == 3) },
                controlMode: .adaptive), zero: SampleCrossing.zero)
    }

    @Test func `one clock that is ahead does not rule the intersection`() throws {
        var controller = try controller()
        controller.take(reading: .init(vehicles: 1), at: SampleCrossing.time(90_000), of: 0)
        for place in 1..<5 { controller.take(reading: .init(vehicles: 0), at: SampleCrossing.time(10), of: place) }
        #expect(controller.clock == SampleCrossing.time(10))
        let made = controller.decide()
        let decision = try #require(made)
        #expect(decision.assumedLanes == [0])
    }

    @Test func `a time is decided for once`() throws {
        var controller = try controller()
        for place in 0..<5 { controller.take(reading: .init(vehicles: 0), at: SampleCrossing.time(10), of: place) }
        let decisions = [controller.decide(), controller.decide()]
        #expect(decisions.map { $0 != nil } == [true, false])
        #expect(controller.sequence == 1)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e308, -1])
    func `readings and states that cannot be are lived with`(value: Double) throws {
        var controller = try controller()
        for second in 1...30 {
            let time = SampleCrossing.time(Double(second))
            for place in 0..<5 {
                controller.take(
                    reading: .init(vehicles: value, standing: value, occupancy: value), at: time, of: place)
            }
            controller.take(state: .green, at: Timestamp(microseconds: .max), of: second % 4)
            controller.take(state: .yellow, at: Timestamp(microseconds: .min + 1), of: (second + 1) % 4)
            controller.take(state: .red, at: time, of: 77)
            controller.take(isRequested: true, priorityAt: Timestamp(microseconds: .max), of: 2)
            let made = controller.decide()
            let decision = try #require(made)
            let isFinite = decision.queues.allSatisfy(\.isFinite)
            #expect(isFinite)
            #expect(controller.command(decision) != nil)
        }
    }
}
