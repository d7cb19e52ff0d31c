import Testing

@testable import SignalControl

struct AdaptivePolicyTests {
    /// Readings with these numbers standing before each lane, by the group of the lane.
    private func observation(_ standing: [Int: Double], at now: Double, dead: Set<Int> = []) -> IntersectionObservation
    {
        var readings = Array<DetectorReading?>(repeating: DetectorReading(vehicles: 0), count: 19)
        for (group, count) in standing {
            readings[group * 3] = DetectorReading(vehicles: count, standing: count, occupancy: 0.5)
        }
        for detector in dead { readings[detector] = nil }
        return IntersectionObservation(measuredAtSeconds: now, readings: readings)
    }

    private func controller() throws -> IntersectionController {
        IntersectionController(try SampleIntersections.crossroads(), atSeconds: 0)
    }

    @Test(arguments: [(0, 0), (2, 0), (4, 2), (5, 2)])
    func `a queue on one arm gets green`(group: Int, phase: Int) throws {
        var controller = try controller()
        var last: IntersectionController.Outcome?
        for now in 1...14 { last = controller.step(observation([group: 6], at: Double(now)), atSeconds: Double(now)) }
        #expect(last?.decision?.phase == phase)
        #expect(last?.colours[group].isGreen == true)
    }

    @Test func `an empty intersection rests in its phase and says so`() throws {
        var controller = try controller()
        for now in 1...60 {
            let outcome = controller.step(observation([:], at: Double(now)), atSeconds: Double(now))
            #expect(outcome.decision?.reason == .rest)
        }
    }

    @Test func `a decision tells what was weighed`() throws {
        var controller = try controller()
        for now in 1...30 { _ = controller.step(observation([0: 5], at: Double(now)), atSeconds: Double(now)) }
        let decision = controller.step(observation([0: 1, 4: 9], at: 31), atSeconds: 31).decision
        #expect(decision?.reason == .change)
        #expect(decision?.phase == 2)
        #expect((decision?.candidates.count ?? 0) > 1)
        #expect(decision?.queues[4] == 9)
    }

    @Test func `lanes whose detectors are dead are served all the same`() throws {
        var controller = try controller()
        var greens = 0
        for now in 1...600 {
            let outcome = controller.step(
                observation([0: 2], at: Double(now), dead: [12, 13, 14]), atSeconds: Double(now))
            if outcome.colours[4].isGreen { greens += 1 }
            #expect(outcome.decision?.assumedLanes == [4])
        }
        #expect(greens > 60)
    }

    @Test func `a silent stretch before a standing queue counts as full, and one behind its end as free`() throws {
        var controller = try controller()
        var seen = observation([:], at: 1, dead: [0, 13])
        // Of the northern lane the first 50 m are silent and four stand behind; of the eastern one it is the other way.
        seen.readings[1] = DetectorReading(vehicles: 4, standing: 4, occupancy: 0.3)
        seen.readings[12] = DetectorReading(vehicles: 2, standing: 2, occupancy: 0.3)
        let queues = try #require(controller.step(seen, atSeconds: 1).decision?.queues)
        #expect((10.0...12).contains(queues[0]))
        #expect((2.0...3.5).contains(queues[4]))
    }

    @Test func `a lane without its loop learns its flow from those that drive on it`() throws {
        // The nearest stretch and the loop are silent; farther away one is always on its way.
        let most = try [0.0, 2].map { vehicles in
            var controller = try controller()
            var most = 0.0
            for now in 1...900 {
                var seen = observation([4: 3], at: Double(now), dead: [0, 2])
                seen.readings[1] = DetectorReading(vehicles: vehicles)
                let outcome = controller.step(seen, atSeconds: Double(now))
                if now > 600 { most = max(most, outcome.decision?.queues[0] ?? 0) }
            }
            return most
        }
        #expect(most[0] < most[1] / 2)
        #expect(most[1] > 3)
    }

    @Test func `a queue that does not move with green is told of, and gives way`() throws {
        var controller = try controller()
        var blocked = false
        var east = 0
        for now in 1...200 {
            let outcome = controller.step(observation([0: 8, 4: 6], at: Double(now)), atSeconds: Double(now))
            if outcome.decision?.blockedLanes.contains(0) == true { blocked = true }
            if outcome.colours[4].isGreen { east += 1 }
        }
        #expect(blocked)
        #expect(east >= 40)
    }

    @Test func `people who called get green though a street is busy`() throws {
        var controller = try controller()
        // Only the north and the south have vehicles, so without the call they would keep their green.
        for now in 1...10 { _ = controller.step(observation([0: 3, 2: 3], at: Double(now)), atSeconds: Double(now)) }
        var isServed = false
        for now in 11...70 where !isServed {
            var seen = observation([0: 3, 2: 3], at: Double(now))
            seen.calls = [6]
            isServed = controller.step(seen, atSeconds: Double(now)).colours[6].isGreen
        }
        #expect(isServed)
    }

    @Test func `a vehicle with priority gets its green soon, and keeps it until it has passed`() throws {
        var controller = try controller()
        for now in 1...30 { _ = controller.step(observation([0: 6, 2: 6], at: Double(now)), atSeconds: Double(now)) }
        var greens: [Bool] = []
        for now in 31...70 {
            var seen = observation([0: 6, 2: 6], at: Double(now))
            seen.priority = [4]
            greens.append(controller.step(seen, atSeconds: Double(now)).colours[4].isGreen)
        }
        #expect(greens.prefix(15).contains(true))
        #expect(greens.suffix(20).allSatisfy { $0 })
    }

    @Test func `a change that people are still in the way of is expected to take longer`() throws {
        let sample = try SampleIntersections.crossroads()
        /// What a change to left turns from the north, whose way the crossing lies on, is expected to cost.
        func cost(clearance: Double, peopleRedFor seconds: Double) throws -> Double {
            var groups = sample.groups
            groups[6].allRedSeconds = clearance
            var policy = AdaptivePolicy(
                try Intersection(
                    name: "people", groups: groups, conflicts: sample.conflicts, yields: sample.yields,
                    plan: sample.plan, phases: sample.phases, lanes: sample.lanes, exits: sample.exits,
                    detectorCount: sample.detectorCount))
            var colours = Array(repeating: SignalColour.red, count: 7)
            colours[0] = .green
            colours[2] = .green
            var since = Array(repeating: 0.0, count: 7)
            since[6] = 100 - seconds
            let decision = policy.decide(
                observation([1: 8, 3: 4], at: 100), colours: colours, since: since, atSeconds: 100)
            return try #require(decision.candidates.first { $0.phase == 1 }).delayVehicleSeconds
        }
        #expect(try cost(clearance: 14, peopleRedFor: 2) > cost(clearance: 6, peopleRedFor: 2) + 10)
        #expect(try cost(clearance: 14, peopleRedFor: 2) > cost(clearance: 14, peopleRedFor: 12) + 10)
    }

    @Test func `an observation that comes late, or from nowhere in time, counts as none`() throws {
        var (punctual, disturbed) = (try controller(), try controller())
        for second in 1...240 {
            let now = Double(second)
            var seen: IntersectionObservation?
            var told: IntersectionObservation?
            if second % 2 == 1 {
                seen = observation([second / 30 % 2 == 0 ? 0 : 4: 6], at: now)
                told = seen
            } else {
                let times = [now - 1, now - 1.5, now - 100, .nan, -.infinity, .infinity, now + 1e9]
                told = observation([1: 9, 3: 9], at: times[second / 2 % times.count])
                told?.calls = [6]
            }
            let outcomes = (punctual.step(seen, atSeconds: now), disturbed.step(told, atSeconds: now))
            #expect(outcomes.0.colours == outcomes.1.colours && outcomes.0.decision == outcomes.1.decision)
        }
    }

    @Test func `a longest green ends while somebody waits, and only then`() throws {
        let sample = try SampleIntersections.crossroads()
        var groups = sample.groups
        for index in 0...3 { groups[index].maximumGreenSeconds = 20 }
        let limited = try Intersection(
            name: "limited", groups: groups, conflicts: sample.conflicts, yields: sample.yields, plan: sample.plan,
            phases: sample.phases, lanes: sample.lanes, exits: sample.exits, detectorCount: sample.detectorCount)
        var longest: [Int: Int] = [:]
        for waiting in [0, 1] {
            var controller = IntersectionController(limited, atSeconds: 0)
            var run = 0
            for now in 1...70 {
                let outcome = controller.step(
                    observation([0: 12, 2: 12, 4: Double(waiting)], at: Double(now)), atSeconds: Double(now))
                run = outcome.colours[2].isGreen ? run + 1 : 0
                longest[waiting] = max(longest[waiting] ?? 0, run)
            }
        }
        #expect((longest[1] ?? 0) <= 25)
        #expect((longest[0] ?? 0) > 40)
    }

    @Test func `impossible readings count as silence`() throws {
        var controller = try controller()
        for now in 1...50 {
            var seen = observation([:], at: Double(now))
            for detector in 0..<19 {
                seen.readings[detector] = DetectorReading(
                    vehicles: [.nan, -5, 1e12, .infinity][detector % 4], standing: .nan, occupancy: -1)
            }
            let outcome = controller.step(seen, atSeconds: Double(now))
            #expect(outcome.decision?.assumedLanes == [0, 1, 2, 3, 4, 5])
            #expect(outcome.decision?.queues.allSatisfy(\.isFinite) == true)
        }
        // Too few readings, too.
        let few = IntersectionObservation(measuredAtSeconds: 60, readings: [])
        #expect(controller.step(few, atSeconds: 60).decision?.assumedLanes.count == 6)
    }

    @Test func `a controller that gets no data falls back to the plan, and comes back with them`() throws {
        var controller = try controller()
        for now in 1...30 { _ = controller.step(observation([0: 3], at: Double(now)), atSeconds: Double(now)) }
        #expect(controller.step(nil, atSeconds: 34).source == .request)
        #expect(controller.step(nil, atSeconds: 35).source == .fixedPlan)
        for now in 36...120 { _ = controller.step(nil, atSeconds: Double(now)) }
        #expect(controller.step(observation([0: 3], at: 121), atSeconds: 121).source == .request)
    }
}
