import NGSILDModel
import SampleSignals
import SeededRandom
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

    @Test func `a clock that was ahead counts again as soon as it is right`() throws {
        var controller = try controller()
        controller.take(reading: .init(vehicles: 1), at: SampleCrossing.time(90_000), of: 0)
        var assumed: [[Int]?] = []
        for second in [10.0, 11] {
            for place in 0..<5 {
                controller.take(reading: .init(vehicles: 0), at: SampleCrossing.time(second), of: place)
            }
            assumed.append(controller.decide()?.assumedLanes)
        }
        // The first time nobody else had said yet what time it is.
        #expect(assumed == [[0], []])
    }

    @Test func `readings and lamp states that come late change no decision`() throws {
        var (punctual, disturbed) = (try controller(), try controller())
        var generator = SeededGenerator(seed: 5)
        for second in 1...200 {
            let time = SampleCrossing.time(Double(second))
            let count = Double(second / 20 % 2 * 6)
            for place in 0..<5 {
                let reading = DetectorReading(vehicles: place == 2 ? 6 - count : count, standing: count / 2)
                punctual.take(reading: reading, at: time, of: place)
                disturbed.take(reading: reading, at: time, of: place)
            }
            if second % 30 == 1 {
                for group in 0..<4 {
                    let state: SignalState = (second / 30 + group) % 2 == 0 ? .green : .red
                    punctual.take(state: state, at: time, of: group)
                    disturbed.take(state: state, at: time, of: group)
                }
            }
            // Old queues and greens, of any age, in any order.
            for _ in 0..<6 {
                let late = time.adding(seconds: -Double.random(in: 0.1...60, using: &generator))
                let place = Int.random(in: 0..<5, using: &generator)
                disturbed.take(reading: .init(vehicles: 9, standing: 9, occupancy: 1), at: late, of: place)
                let state = SampleCrossing.time(
                    Double((second - 1) / 30 * 30) - Double.random(in: 0...60, using: &generator))
                disturbed.take(state: .yellow, at: state, of: place % 4)
            }
            let isSetBack = disturbed.isSetBack()
            #expect(!isSetBack)
            let decisions = (punctual.decide(), disturbed.decide())
            #expect(decisions.0 != nil && decisions.0 == decisions.1)
        }
    }

    @Test func `clocks that are set back are known by going on from there`() throws {
        var controller = try controller()
        func report(_ second: Double, _ places: Range<Int> = 0..<5) -> Bool {
            for place in places {
                controller.take(reading: .init(vehicles: 1), at: SampleCrossing.time(second), of: place)
            }
            return controller.isSetBack()
        }
        _ = report(1_000)
        _ = controller.decide()
        // What was held up comes at once, and again.
        let heldUp = [report(980), report(980), report(979), report(980)]
        #expect(heldUp == [false, false, false, false])
        _ = report(1_001)
        _ = controller.decide()
        let setBack = (1...5).map { report(Double($0)) }
        #expect(setBack == [false, false, false, false, true])
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
