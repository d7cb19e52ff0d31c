import NGSILDModel
import Testing

@testable import TrafficService

@Suite struct IncidentTests {
    private func measure(_ at: Double, _ speed: Double?, _ occupancy: Double?) -> TrafficMeasure {
        TrafficMeasure(time: minute(at), speed: speed, flow: 600, occupancy: occupancy)
    }

    // MARK: - Jams

    private func jam(_ readings: [(at: Double, speed: Double?, occupancy: Double?)], freeFlow: Double? = 50) -> [Bool] {
        var watch = JamWatch()
        return readings.map {
            watch.take(measure($0.at, $0.speed, $0.occupancy), freeFlow: freeFlow)
            return watch.incident != nil
        }
    }

    @Test func `slow and full for five minutes is a jam, free for five minutes ends it`() {
        let readings: [(Double, Double?, Double?)] = [
            (0, 10, 0.4), (4, 10, 0.4), (5, 10, 0.4), (6, 20, 0.3), (7, 23, 0.2), (8, 16, 0.3), (9, 30, 0.1),
            (13, 30, 0.1), (14, 30, 0.1), (15, 10, 0.4),
        ]
        #expect(jam(readings) == [false, false, true, true, true, true, true, true, false, false])
    }

    @Test(arguments: [
        (15.0, 0.25, true), (15.1, 0.25, false), (15, 0.24, false), (0, 1, true),
    ])
    func `a jam is at most 30 % of free flow with at least a quarter covered`(
        speed: Double, occupancy: Double, isJam: Bool
    ) {
        #expect(jam([(0, speed, occupancy), (5, speed, occupancy)]).last == isJam)
    }

    @Test func `without occupancy it takes ten minutes, without speeds half of the detector covered`() {
        #expect(jam([(0, 10, nil), (9, 10, nil), (10, 10, nil)]) == [false, false, true])
        #expect(jam([(0, nil, 0.5), (5, nil, 0.5)]) == [false, true])
        #expect(jam([(0, nil, 0.49), (5, nil, 0.49)]) == [false, false])
        #expect(jam([(0, 10, 0.4), (10, 10, 0.4)], freeFlow: nil) == [false, false])
    }

    @Test func `one slow reading is no jam, however long it stands alone`() {
        #expect(jam([(0, 10, 0.4), (5, 40, 0.1), (10, 10, 0.4), (12, 10, 0.4)]) == [false, false, false, false])
    }

    // MARK: - Drops

    private func drop(
        _ readings: [(at: Double, speed: Double?, occupancy: Double?)], usual: Float? = nil
    ) -> [Bool] {
        var watch = DropWatch()
        let profile = usual.map { DayProfile.Usual(speed: $0, flow: 600, occupancy: 0.1, days: 5) }
        return readings.map {
            watch.take(measure($0.at, $0.speed, $0.occupancy), usual: profile)
            return watch.incident != nil
        }
    }

    private let before: [(Double, Double?, Double?)] = stride(from: 0, to: 30, by: 5).map { ($0, 50, 0.1) }

    @Test func `a drop needs two readings in a row, and ends with two that are near the speed before`() {
        let found = drop(
            before + [(30, 20, 0.3), (35, 20, 0.3), (40, 45, 0.12), (45, 20, 0.3), (50, 41, 0.1), (55, 42, 0.1)])
        #expect(found.suffix(6) == [false, true, true, true, true, false])
    }

    @Test(arguments: [
        (25.0, 0.2, Float?.none, true), (25.1, 0.2, nil, false), (25, 0.17, nil, false),
        (30, 0.2, 40, true), (30.1, 0.2, 40, false), (30, 0.2, 39, false), (20, 0.2, 25, false),
    ])
    func `how much must fall and rise, and that it must be unusual`(
        speed: Double, occupancy: Double, usual: Float?, isDrop: Bool
    ) {
        let found = drop(before + [(30, speed, occupancy), (35, speed, occupancy)], usual: usual)
        #expect(found.last == isDrop)
    }

    @Test func `without a quarter of an hour before, or without occupancy, there is none`() {
        #expect(drop(before.suffix(2) + [(30, 10, 0.5), (35, 10, 0.5)]).last == false)
        #expect(drop(before.map { ($0.0, $0.1, nil) } + [(30, 10, nil), (35, 10, nil)]).last == false)
    }

    @Test func `after an hour a drop is over: traffic is like that now`() {
        let slow = stride(from: 30.0, through: 120, by: 5).map { ($0, Double?(20), Double?(0.3)) }
        let found = drop(before + slow)
        #expect(found[7])
        #expect(found.lastIndex(of: true).map { (before + slow)[$0].0 } == 90)
    }

    // MARK: - What is learnt

    @Test func `the free-flow speed is the 85th percentile, known after a night`() throws {
        var speed = FreeFlowSpeed()
        for step in 0..<200 { speed.add(Double(step % 100) + 0.5, at: minute(Double(step))) }
        #expect(speed.kilometresPerHour == nil)
        for step in 200..<2_000 { speed.add(Double(step % 100) + 0.5, at: minute(Double(step))) }
        #expect(abs(try #require(speed.kilometresPerHour) - 85) < 1)
        for step in 0..<30_000 { speed.add(30, at: minute(Double(step))) }
        #expect((30...32).contains(try #require(speed.kilometresPerHour)))
        for hostile in [-1.0, 0, .nan, .infinity, 1e300] { speed.add(hostile, at: minute(0)) }
        #expect(speed.kilometresPerHour != nil)
    }

    @Test func `what is usual is known after two days, and follows`() throws {
        var profile = DayProfile()
        for day in 0..<3 {
            #expect(profile.usual(at: minute(600)) == nil || day == 2)
            for step in 0..<96 {
                profile.add(measure(Double(day) * 1_440 + Double(step) * 15, Double(30 + day * 10), 0.1))
            }
        }
        #expect(try #require(profile.usual(at: minute(601))).speed == 40)
    }
}
