import JSONTree
import NGSILDModel
import SampleSignals
import SeededRandom
import SignalControl
import Testing

@testable import SignalRoadside

struct RoadsideUnitTests {
    private func unit() throws -> RoadsideUnit {
        RoadsideUnit(
            try SampleCrossing.intersection(), groupNumbers: SampleCrossing.numbers, zero: SampleCrossing.zero,
            atSeconds: 0)
    }

    private func command(
        _ protected: [Int], permissive: [Int] = [], sequence: Int = 1, at measured: Double, valid: Double = 5
    ) -> SignalCommand {
        SignalCommand(
            sequence: sequence, measuredAt: SampleCrossing.time(measured),
            validUntil: SampleCrossing.time(measured + valid), protectedGroups: protected, permissiveGroups: permissive)
    }

    @Test func `the lamps follow commands, through yellow`() throws {
        var unit = try unit()
        for now in 1...10 {
            #expect(unit.receive(command([1], sequence: now, at: Double(now)), atSeconds: Double(now)).isAccepted)
            unit.step(nil, atSeconds: Double(now))
        }
        #expect(unit.kernel.colours[0] == .green)
        #expect(unit.activeControl == .adaptive)
        var seen: [SignalColour] = []
        for now in 11...25 {
            _ = unit.receive(command([2], permissive: [3], sequence: now, at: Double(now)), atSeconds: Double(now))
            seen.append(unit.step(nil, atSeconds: Double(now))[0])
        }
        #expect(seen.contains(.yellow))
        #expect(unit.kernel.colours == [.red, .green, .permissive, .red])
    }

    @Test func `five seconds without a command are the fixed plan, and a command ends that`() throws {
        var unit = try unit()
        _ = unit.receive(command([1], at: 1), atSeconds: 1)
        for now in 1...5 { unit.step(nil, atSeconds: Double(now)) }
        #expect(unit.activeControl == .adaptive)
        unit.step(nil, atSeconds: 6)
        #expect(unit.activeControl == .fixedPlan)
        _ = unit.receive(command([1], sequence: 1, at: 7), atSeconds: 7)
        unit.step(nil, atSeconds: 7)
        #expect(unit.activeControl == .adaptive)
    }

    @Test func `a command ends with its validUntil`() throws {
        var unit = try unit()
        _ = unit.receive(command([1], at: 1, valid: 2), atSeconds: 1)
        unit.step(nil, atSeconds: 2)
        #expect(unit.activeControl == .adaptive)
        unit.step(nil, atSeconds: 3)
        #expect(unit.activeControl == .fixedPlan)
    }

    @Test(arguments: [
        ("exclude each other", [1, 2], [], 10.0, 5.0), ("give way", [2, 3], [], 10, 5),
        ("no signal group 9", [9], [], 10, 5), ("no signal group -1", [1], [-1], 10, 5), ("too old", [1], [], 5, 60),
        ("in the future", [1], [], 12, 5), ("validUntil is over", [1], [], 8, 1),
        ("validUntil is over", [1], [], 10, -3), ("names 300 groups", Array(repeating: 1, count: 300), [], 10, 5),
    ])
    func `a command that cannot be followed is refused with its reason`(
        reason: String, protected: [Int], permissive: [Int], measured: Double, valid: Double
    ) throws {
        var unit = try unit()
        unit.step(nil, atSeconds: 9)
        let answer = unit.receive(
            command(protected, permissive: permissive, at: measured, valid: valid), atSeconds: 10)
        #expect(!answer.isAccepted)
        #expect(answer.reason?.contains(reason) == true, "\(answer.reason ?? "none")")
        unit.step(nil, atSeconds: 10)
        #expect(unit.activeControl == .fixedPlan)
    }

    @Test func `an older command does not take the place of a newer one, a restarted controller does`() throws {
        var unit = try unit()
        #expect(unit.receive(command([1], sequence: 70, at: 10), atSeconds: 10).isAccepted)
        #expect(!unit.receive(command([2], sequence: 69, at: 9), atSeconds: 10).isAccepted)
        #expect(unit.receive(command([2], sequence: 1, at: 11), atSeconds: 11).isAccepted)
    }

    @Test(arguments: [
        "", "[]", "7", "null", "{", #"{"sequence":1}"#, #"{"sequence":-1,"measuredAt":"x","validUntil":"y"}"#,
        #"{"sequence":1e400,"measuredAt":"2026-03-01T08:00:00Z","validUntil":"2026-03-01T08:00:05Z"}"#,
        #"{"sequence":1,"measuredAt":"2026-03-01T08:00:00Z","validUntil":"9999-12-31T23:59:59Z","protectedGroup":{}}"#,
        #"{"sequence":1,"measuredAt":"2026-03-01T08:00:00Z","validUntil":"2026-03-01T08:00:05Z","protectedGroup":["1"]}"#,
        #"{"sequence":1,"measuredAt":"2026-03-01T08:00:00Z","validUntil":"2026-03-01T08:00:05Z","protectedGroup":[1.5]}"#,
        #"{"sequence":1,"measuredAt":"0001-01-01T00:00:00Z","validUntil":"9999-12-31T23:59:59Z","protectedGroup":[1]}"#,
        "{\"sequence\":1,\"protectedGroup\":[" + String(repeating: "1,", count: 5_000) + "1]}",
        String(repeating: "[", count: 50_000),
    ])
    func `what is no command is refused with a reason`(text: String) throws {
        var unit = try unit()
        let answer = unit.receive(Array(text.utf8), atSeconds: 1)
        #expect(!answer.isAccepted)
        #expect(answer.reason?.isEmpty == false)
    }

    @Test(arguments: 0..<20)
    func `whatever is commanded, excluding groups are never green together, and yellow is whole`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var unit = try unit()
        let intersection = try SampleCrossing.intersection()
        var before = unit.kernel.colours
        var yellowSince = Array<Double?>(repeating: nil, count: 4)
        var adaptive = 0
        for second in 1...600 {
            let now = Double(second)
            if Int.random(in: 0..<4, using: &generator) > 0 {
                let groups = (0..<4).filter { _ in Bool.random(using: &generator) }.map { $0 + 1 }
                let isProtected = Bool.random(using: &generator)
                _ = unit.receive(
                    command(
                        isProtected ? groups : [], permissive: isProtected ? [] : groups,
                        sequence: Int.random(in: 0...second, using: &generator),
                        at: now - Double(Int.random(in: -2...6, using: &generator))), atSeconds: now)
            }
            let colours = unit.step(nil, atSeconds: now)
            if unit.activeControl == .adaptive { adaptive += 1 }
            for group in 0..<4 where colours[group] != .red {
                for other in intersection.conflicts[group] { #expect(colours[other] == .red) }
            }
            for group in 0..<3 {
                if before[group].isGreen { #expect(colours[group] != .red) }
                if colours[group] == .yellow {
                    if yellowSince[group] == nil { yellowSince[group] = now }
                } else if let since = yellowSince[group] {
                    #expect(now - since >= 3)
                    yellowSince[group] = nil
                }
            }
            before = colours
        }
        #expect(adaptive > 100)
    }

    @Test func `what the unit's own detectors tell late counts as nothing`() throws {
        var (punctual, disturbed) = (try unit(), try unit())
        for second in 1...300 {
            let now = Double(second)
            _ = punctual.receive(command([1], sequence: second, at: now), atSeconds: now)
            _ = disturbed.receive(command([1], sequence: second, at: now), atSeconds: now)
            var seen: IntersectionObservation?
            var told: IntersectionObservation?
            if second % 2 == 1 {
                let nobody = Array<DetectorReading?>(repeating: DetectorReading(vehicles: 0), count: 5)
                seen = IntersectionObservation(measuredAtSeconds: now, readings: nobody)
                told = seen
            } else {
                let queue = Array<DetectorReading?>(repeating: DetectorReading(vehicles: 6, standing: 6), count: 5)
                let times = [now - 1, now - 1.5, now - 60, .nan, .infinity, now + 60]
                told = IntersectionObservation(
                    measuredAtSeconds: times[second / 2 % times.count], readings: queue, calls: [3])
            }
            #expect(punctual.step(seen, atSeconds: now) == disturbed.step(told, atSeconds: now))
        }
    }

    @Test func `who waits by the unit's own detectors is served when commands forget him`() throws {
        var unit = try unit()
        var greens = 0
        for second in 1...300 {
            let now = Double(second)
            _ = unit.receive(command([1], sequence: second, at: now), atSeconds: now)
            var readings = Array<DetectorReading?>(repeating: DetectorReading(vehicles: 0), count: 5)
            readings[2] = DetectorReading(vehicles: 3, standing: 3)
            unit.step(IntersectionObservation(measuredAtSeconds: now, readings: readings), atSeconds: now)
            if unit.kernel.colours[1].isGreen { greens += 1 }
        }
        #expect(greens > 0)
    }
}
