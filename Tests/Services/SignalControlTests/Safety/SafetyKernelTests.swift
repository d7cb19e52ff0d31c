import SampleSignals
import SeededRandom
import Testing

@testable import SignalControl

struct SafetyKernelTests {
    /// Ways to ask for what is not safe.
    enum Hostility: String, CaseIterable {
        /// Everything green, always.
        case everything
        /// Nothing ever.
        case nothing
        /// Any groups, anew each second.
        case random
        /// Two phases in turn, each second.
        case flicker
        /// One phase for ever, whoever else waits.
        case stubborn
        /// Any groups, but mostly silent.
        case silent
        /// Requests from the future, the past, and no time at all.
        case brokenClock
    }

    @Test(arguments: Hostility.allCases)
    func `whatever a policy asks, the lamps stay safe`(hostility: Hostility) throws {
        var generator = SeededGenerator(seed: 7)
        for round in 0..<40 {
            let intersection =
                round == 0 ? try SampleIntersections.crossroads() : SampleIntersections.random(&generator)
            guard let intersection else { continue }
            let tick = [1.0, 1, 0.5, 0.1][round % 4]
            var kernel = SafetyKernel(intersection, atSeconds: 1_000)
            var record = LampRecord(intersection, atSeconds: 1_000)
            let all = GroupSet(intersection.groups.indices)
            var demand = all
            var phase = intersection.phases[0]
            for step in 1...Int(600 / tick) {
                let now = 1_000 + Double(step) * tick
                func anything() -> SignalPhase {
                    let green = GroupSet(all.filter { _ in Bool.random(using: &generator) })
                    return SignalPhase(
                        protected: green,
                        permissive: GroupSet(all.filter { _ in Bool.random(using: &generator) }))
                }
                var time = now
                switch hostility {
                case .everything: phase = SignalPhase(protected: all)
                case .nothing: phase = SignalPhase(protected: [])
                case .random: phase = anything()
                case .flicker: phase = intersection.phases[step % intersection.phases.count]
                case .stubborn: break
                case .silent: if step % Int(11 / tick) != 0 { time = .nan } else { phase = anything() }
                case .brokenClock:
                    phase = anything()
                    let times = [now + 1e9, now - 1e9, .infinity, -.infinity, .nan, now - 6, now]
                    time = times.randomElement(using: &generator) ?? now
                }
                kernel.accept(phase, measuredAtSeconds: time)
                if Int.random(in: 0..<40, using: &generator) == 0 {
                    demand = GroupSet(all.filter { _ in Bool.random(using: &generator) })
                }
                // Every other intersection has detectors on its ways, which tell anything.
                let occupied = GroupSet(
                    all.filter { _ in round % 2 == 1 && Int.random(in: 0..<3, using: &generator) > 0 })
                let colours = kernel.step(atSeconds: now, demand: demand, occupied: occupied)
                record.take(colours, demand: demand, atSeconds: now)
            }
            #expect(record.violations.prefix(5) == [], "round \(round)")
        }
    }

    @Test func `a phase that is asked for becomes green when what it conflicts with has cleared`() throws {
        let intersection = try SampleIntersections.crossroads()
        var kernel = SafetyKernel(intersection, atSeconds: 0)
        for now in 1...20 {
            kernel.accept(intersection.phases[0], measuredAtSeconds: Double(now))
            kernel.step(atSeconds: Double(now), demand: [])
        }
        #expect(kernel.colours[0] == .green)
        #expect(kernel.colours[1] == .permissive)
        var shown: [[SignalColour]] = []
        for now in 21...40 {
            kernel.accept(intersection.phases[2], measuredAtSeconds: Double(now))
            shown.append(kernel.step(atSeconds: Double(now), demand: []))
        }
        // Four seconds of yellow and one of red, then the other direction.
        #expect(shown.map { $0[0] }.prefix(6) == [.yellow, .yellow, .yellow, .yellow, .red, .red])
        #expect(shown.map { $0[4] }.prefix(6) == [.red, .red, .red, .red, .red, .green])
    }

    @Test(arguments: [(3, 3), (20, 8)])
    func `a green waits for those who are still on their way through, but not for ever`(
        occupiedSeconds: Int, delay: Int
    ) throws {
        let intersection = try SampleIntersections.crossroads()
        func greenAt(_ occupied: (Int) -> GroupSet) -> Int? {
            var kernel = SafetyKernel(intersection, atSeconds: 0)
            for now in 1...60 {
                kernel.accept(intersection.phases[now <= 20 ? 0 : 2], measuredAtSeconds: Double(now))
                let colours = kernel.step(atSeconds: Double(now), demand: [], occupied: occupied(now))
                if colours[4] == .green { return now }
            }
            return nil
        }
        let usual = try #require(greenAt { _ in [] })
        // One of the northern arm's vehicles does not get away.
        #expect(greenAt { $0 < usual + occupiedSeconds ? [0] : [] } == usual + delay)
        // Those that do not conflict hold up nobody.
        #expect(greenAt { _ in [5, 6] } == usual)
    }

    @Test func `without requests the fixed plan is followed, from five seconds on`() throws {
        let intersection = try SampleIntersections.crossroads()
        var kernel = SafetyKernel(intersection, atSeconds: 0)
        kernel.accept(intersection.phases[1], measuredAtSeconds: 0)
        for now in 1...4 { kernel.step(atSeconds: Double(now), demand: []) }
        #expect(kernel.source == .request)
        kernel.step(atSeconds: 5, demand: [])
        #expect(kernel.source == .fixedPlan)
        // Within one cycle it shows what the plan shows, each second of the middle of its steps.
        let cycle = intersection.plan.cycleSeconds
        for now in 6...Int(5 + 2 * cycle) {
            let colours = kernel.step(atSeconds: Double(now), demand: [])
            let place = Double(now).truncatingRemainder(dividingBy: cycle)
            if Double(now) > 5 + cycle, (10.0..<24).contains(place) {
                #expect(colours.indices.filter { colours[$0].isGreen } == Array(intersection.phases[0].green))
            }
        }
    }

    @Test func `old data count as no data, though requests keep coming`() throws {
        let intersection = try SampleIntersections.crossroads()
        var kernel = SafetyKernel(intersection, atSeconds: 0)
        for now in 1...10 {
            kernel.accept(intersection.phases[0], measuredAtSeconds: 1)
            kernel.step(atSeconds: Double(now), demand: [])
        }
        #expect(kernel.source == .fixedPlan)
        kernel.accept(intersection.phases[0], measuredAtSeconds: 11)
        kernel.step(atSeconds: 11, demand: [])
        #expect(kernel.source == .request)
    }

    @Test func `a protected green does not become permissive without yellow`() throws {
        let intersection = try SampleIntersections.crossroads()
        var kernel = SafetyKernel(intersection, atSeconds: 0)
        for now in 1...15 {
            kernel.accept(intersection.phases[1], measuredAtSeconds: Double(now))
            kernel.step(atSeconds: Double(now), demand: [])
        }
        #expect(kernel.colours[1] == .green)
        var left: [SignalColour] = []
        for now in 16...30 {
            kernel.accept(intersection.phases[0], measuredAtSeconds: Double(now))
            left.append(kernel.step(atSeconds: Double(now), demand: [])[1])
        }
        #expect(left.contains(.yellow))
        #expect(left.last == .permissive)
    }

    @Test func `a clock that goes back stands still`() throws {
        let intersection = try SampleIntersections.crossroads()
        var kernel = SafetyKernel(intersection, atSeconds: 100)
        for now in 101...120 { kernel.step(atSeconds: Double(now), demand: []) }
        let before = kernel.colours
        for now in [50.0, .nan, -.infinity, 0] { #expect(kernel.step(atSeconds: now, demand: []) == before) }
    }
}
