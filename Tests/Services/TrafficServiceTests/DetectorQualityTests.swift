import NGSILDModel
import Testing

@testable import TrafficService

@Suite struct DetectorQualityTests {
    /// Feeds a detector with a reading each five minutes.
    private func status(
        of readings: [(speed: Double?, count: Double?, occupancy: Double?)], startingAt first: Double = 0,
        lanes: Int? = nil
    ) -> [DetectorStatus.Kind] {
        var memory = DetectorMemory()
        return readings.enumerated().map { offset, values in
            var reading = TrafficReading(time: minute(first + Double(offset) * 5))
            (reading.speed, reading.intensity, reading.occupancy) = values
            reading.periodSeconds = 300
            memory.take(reading, lanes: lanes, limit: 50)
            return memory.quality.status.kind
        }
    }

    @Test(arguments: [
        (-1.0, 10.0, 0.1), (251, 10, 0.1), (50, -1, 0.1), (50, 10, -0.1), (50, 10, 1.01), (50, 10, 55), (1e9, 10, 0.1),
        (50, 1e9, 0.1), (61, 10, 0.95), (50, 2_500, 0.1),
    ])
    func `an impossible value is implausible at once, and believed again after three possible ones`(
        speed: Double, count: Double, occupancy: Double
    ) {
        let good: (Double?, Double?, Double?) = (48, 12, 0.05)
        let found = status(of: [good, (speed, count, occupancy), good, (47, 12, 0.05), (46, 12, 0.05)])
        #expect(found == [.ok, .implausible, .implausible, .implausible, .ok])
    }

    @Test(arguments: [(0.0, 10.0, 0.1), (250, 10, 0.1), (50, 0, 0), (50, 10, 0), (50, 10, 1), (59, 10, 0.95)])
    func `values at the edge of what is possible are believed`(speed: Double, count: Double, occupancy: Double) {
        #expect(status(of: [(speed, count, occupancy)]) == [.ok])
    }

    @Test func `one lane carries a vehicle each second at most`() {
        #expect(status(of: [(50, 300, 0.2)], lanes: 1) == [.ok])
        #expect(status(of: [(50, 301, 0.2)], lanes: 1) == [.implausible])
    }

    @Test func `many vehicles that cover nothing are implausible the third time`() {
        let found = status(of: [(50, 60, 0), (51, 70, 0), (52, 60, 0), (50, 60, 0.1), (50, 61, 0.1), (50, 62, 0.1)])
        #expect(found == [.ok, .ok, .implausible, .implausible, .implausible, .ok])
    }

    @Test func `the same values are stuck after half an hour, and no longer with the first other one`() {
        let same: (Double?, Double?, Double?) = (48, 12, 0.05)
        let found = status(of: Array(repeating: same, count: 8) + [(47, 12, 0.05)])
        #expect(found == [.ok, .ok, .ok, .ok, .ok, .ok, .stuck, .stuck, .ok])
    }

    @Test func `one quantity alone may stay the same for an hour`() {
        let found = status(of: Array(repeating: (100.0, nil, nil), count: 13))
        #expect(found.firstIndex(of: .stuck) == 12)
    }

    @Test func `a few vehicles may be as few for two hours`() {
        let found = status(of: Array(repeating: (50, 3, 0.01), count: 30))
        #expect(found.firstIndex(of: .stuck) == 24)
    }

    @Test func `zero at night is not stuck`() {
        #expect(Set(status(of: Array(repeating: (nil, 0, 0), count: 100))) == [.ok])
        #expect(Set(status(of: Array(repeating: (0, 0, 0.02), count: 100))) == [.ok])
        #expect(Set(status(of: Array(repeating: (nil, nil, 0), count: 100))) == [.ok])
    }

    @Test func `a jam that stands is not stuck, until three hours`() {
        let found = status(of: Array(repeating: (0, 0, 1), count: 40))
        #expect(found.firstIndex(of: .stuck) == 36)
    }

    @Test func `nobody where vehicles are usual is stuck after two hours`() {
        // Two days of traffic all day, then nothing.
        let day = (0..<288).map { step -> (Double?, Double?, Double?) in (45 + Double(step % 7), 20, 0.1) }
        let found = status(of: day + day + Array(repeating: (nil, 0, 0), count: 30))
        #expect(found.firstIndex(of: .stuck) == 576 + 24)
    }

    @Test func `silence is told by the clock, at three usual intervals`() {
        var memory = DetectorMemory()
        #expect(memory.status(at: minute(0)).kind == .silent)
        for step in 0..<5 {
            var reading = TrafficReading(time: minute(Double(step) * 5))
            reading.speed = 40 + Double(step)
            memory.take(reading, lanes: nil, limit: nil)
        }
        #expect(memory.status(at: minute(35)).kind == .ok)
        let silent = memory.status(at: minute(35.01))
        #expect(silent.kind == .silent)
        #expect(silent.reason == "It has said nothing since 2026-03-02T00:20:00Z, though usually every 5 min.")
        #expect(memory.status(at: minute(5_000)) == silent)
    }

    @Test func `before its interval is known a detector may be silent for an hour`() {
        var memory = DetectorMemory()
        var reading = TrafficReading(time: minute(0))
        reading.speed = 40
        memory.take(reading, lanes: nil, limit: nil)
        #expect(memory.status(at: minute(60)).isOk)
        #expect(memory.status(at: minute(61)).kind == .silent)
    }
}
