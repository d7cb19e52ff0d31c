import SignalControl
import Testing

struct IntersectionTests {
    private func intersection(
        conflicts: [GroupSet] = [[1], []], phases: [SignalPhase] = [.init(protected: [0]), .init(protected: [1])],
        plan: [FixedPlan.Step]? = nil, maximumRedSeconds: Double = 120, minimumGreenSeconds: Double = 5
    ) throws -> Intersection {
        try Intersection(
            name: "two", groups: ["a", "b"].map { SignalGroup(name: $0, minimumGreenSeconds: minimumGreenSeconds) },
            conflicts: conflicts, yields: [[], []],
            plan: FixedPlan(steps: plan ?? phases.map { .init(durationSeconds: 20, phase: $0) }), phases: phases,
            lanes: [0, 1].map { ApproachLane(name: "\($0)", movements: [.init(group: $0)]) },
            maximumRedSeconds: maximumRedSeconds)
    }

    @Test func `conflicts count both ways`() throws {
        #expect(try intersection().conflicts == [[1], [0]])
    }

    @Test func `a phase with conflicting greens is refused`() {
        #expect(throws: Intersection.Fault.phaseConflict("a", "b")) {
            try intersection(phases: [.init(protected: [0, 1])])
        }
    }

    @Test func `a group that no phase serves is refused`() {
        #expect(throws: Intersection.Fault.neverGreen("b")) { try intersection(phases: [.init(protected: [0])]) }
    }

    @Test func `indices that name nothing are refused`() {
        #expect(throws: Intersection.Fault.index(7)) { try intersection(conflicts: [[7], []]) }
        #expect(throws: Intersection.Fault.index(9)) { try intersection(phases: [.init(protected: [0, 9])]) }
    }

    @Test func `a longest red that cannot be kept is refused`() {
        #expect(throws: Intersection.Fault.maximumRed(neededSeconds: 135)) {
            try intersection(minimumGreenSeconds: 40)
        }
    }

    @Test func `a plan without duration is refused`() {
        #expect(throws: Intersection.Fault.emptyPlan) { try intersection(plan: []) }
        #expect(throws: Intersection.Fault.emptyPlan) {
            try intersection(plan: [.init(durationSeconds: .infinity, phase: .init(protected: [0]))])
        }
    }

    @Test(arguments: [(50.0, 3.0), (50.004, 3), (60, 4), (70, 5), (30, 3), (100, 5)])
    func `yellow follows the speed limit`(speed: Double, seconds: Double) {
        #expect(SignalGroup.yellowSeconds(atKilometresPerHour: speed) == seconds)
    }

    @Test func `a plan repeats from its offset`() {
        let one = SignalPhase(protected: [0])
        let other = SignalPhase(protected: [1])
        let plan = FixedPlan(
            steps: [.init(durationSeconds: 10, phase: one), .init(durationSeconds: 20, phase: other)],
            offsetSeconds: 5)
        let times = [5.0, 14.9, 15, 34.9, 35, 4]
        #expect(times.map { plan.phase(atSeconds: $0) } == [one, one, other, other, one, other])
    }
}
