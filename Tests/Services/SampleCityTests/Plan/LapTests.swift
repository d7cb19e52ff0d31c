import Testing

@testable import SampleCity

struct LapTests {
    private let lap: Lap = {
        var lap = Lap(ramp: 8)
        lap.stay(30, stop: 0)
        lap.move(to: 400, metresPerSecond: 10, stop: 1)
        lap.stay(16, .charging, stop: 1)
        lap.move(to: 430, metresPerSecond: 10, stop: 2)
        lap.move(to: 0, metresPerSecond: 5, stop: 0)
        return lap
    }()

    @Test func `a lap is continuous, keeps its speed, and begins again`() {
        #expect(lap.duration == 30 + 48 + 16 + 16 + 94)
        var previous = lap.state(at: -0.1)
        for tenth in 0...6_000 {
            let state = lap.state(at: Double(tenth) / 10)
            let step = abs(state.distance - previous.distance)
            guard step <= 1.001, state.metresPerSecond <= 10.0001 else {
                Issue.record("at \(tenth): \(step) m, \(state.metresPerSecond) m/s")
                return
            }
            previous = state
        }
        let (one, two) = (lap.state(at: 77.25), lap.state(at: 77.25 + 3 * lap.duration))
        #expect(abs(one.distance - two.distance) < 1e-6 && one.activity == two.activity)
    }

    @Test(arguments: [
        (10.0, Lap.Activity.stopped, 0.0, 0.0), (54, .moving, 200, 10), (80, .charging, 400, 0), (38, .moving, 40, 10),
    ])
    func `each moment has its leg`(seconds: Double, activity: Lap.Activity, distance: Double, speed: Double) {
        let state = lap.state(at: seconds)
        #expect(state.activity == activity)
        #expect(abs(state.distance - distance) < 1e-9 && abs(state.metresPerSecond - speed) < 1e-9)
    }

    @Test func `a hop too short for the cruising speed stays below it`() {
        let state = lap.state(at: 30 + 48 + 16 + 8)
        #expect(state.activity == .moving && state.metresPerSecond < 4)
    }

    @Test func `a lap without legs stands still`() {
        #expect(Lap(ramp: 1).state(at: 5).distance == 0)
    }
}
