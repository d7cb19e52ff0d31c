import Testing

@testable import AirQuality

struct SensorQualityControlTests {
    /// Hours of six stations in the same air: a common level that wanders, and each station's own noise and place.
    private static func town(hours: Int, seed: UInt64 = 11) -> [[Double]] {
        var random = Numbers(seed: seed)
        var level = 50.0
        return (0..<hours).map { _ in
            level = min(max(level + 6 * random.nextNormal(), 5), 250)
            return (0..<6).map { station in
                max(1, level * (0.85 + 0.06 * Double(station)) + 3 * random.nextNormal())
            }
        }
    }

    private static func run(
        _ hours: [[Double]], _ change: (_ hour: Int, _ value: Double) -> Double?
    ) -> [(hour: Int, quality: ObservationQuality)] {
        var control = SensorQualityControl(.pm25)
        var found: [(hour: Int, quality: ObservationQuality)] = []
        for (hour, values) in hours.enumerated() {
            guard let value = change(hour, values[2]) else { continue }
            let neighbours = values.indices.filter { $0 != 2 }.map { values[$0] }
            found.append((hour, control.check(value, at: hour, neighbours: neighbours)))
        }
        return found
    }

    @Test func `an untouched station is left alone`() {
        let found = Self.run(Self.town(hours: 4_000)) { $1 }
        #expect(found.filter { !$0.quality.marks.isEmpty }.isEmpty)
        #expect(found.last?.quality.fitness == .fit)
        #expect(found.first?.quality.fitness == .unknown)
    }

    @Test func `a station that dies, drifts, spikes and comes back is marked meanwhile and only then`() throws {
        let (dies, revives) = (1_000, 1_100)
        let (drifts, repaired) = (2_000, 3_200)
        let spikes: Set = [500, 1_600, 3_800]
        let found = Self.run(Self.town(hours: 5_000)) { hour, value in
            if (dies..<revives).contains(hour) { return 17 }
            if (drifts..<repaired).contains(hour) { return value * (1 + 0.002 * Double(hour - drifts)) }
            return spikes.contains(hour) ? value + 400 : value
        }
        func first(_ check: QualityMark.Check, from hour: Int) -> Int? {
            found.first { $0.hour >= hour && $0.quality.has(check) }?.hour
        }
        for spike in spikes {
            let quality = found[spike].quality
            #expect(quality.has(.spike) && !quality.isUsable, "\(spike) \(quality)")
            #expect(found[spike + 1].quality.has(.spike) == false)
        }
        // Dead: eight equal hours, and unfit after 72 or before, when the week no longer agrees.
        #expect(first(.flatLine, from: dies) == dies + 7)
        let unfit = try #require(first(.unfit, from: dies))
        #expect(unfit <= dies + 71)
        // It is well again within a week and a half.
        let well = try #require(found.first { $0.hour >= revives && $0.quality.fitness == .fit }?.hour)
        #expect(well <= revives + 240)
        // Drift: marked, then unfit, and over within two weeks of the repair.
        let drifting = try #require(first(.drift, from: drifts))
        #expect((drifts + 200..<drifts + 800).contains(drifting), "\(drifting)")
        let gone = try #require(first(.unfit, from: drifting))
        #expect(gone < repaired)
        #expect(found[repaired - 1].quality.fitness != .fit)
        let later = found.filter { entry in entry.hour >= repaired + 336 && !spikes.contains(entry.hour) }
        let isWell = later.allSatisfy { entry in entry.quality.marks.isEmpty && entry.quality.fitness == .fit }
        #expect(isWell)
        // Nothing before, and nothing between.
        let quiet = found.filter { entry in
            let isBetween = entry.hour < dies || (well + 168..<drifts).contains(entry.hour)
            return isBetween && !spikes.contains(entry.hour)
        }
        #expect(quiet.allSatisfy { $0.quality.marks.isEmpty })
    }

    @Test func `a reason names the pollutant, what was found and the limit`() throws {
        var control = SensorQualityControl(.no2)
        let quality = control.check(1_500, at: 0)
        #expect(quality.marks == [QualityMark(check: .range, reason: "NO2: 1500 µg/m³ is outside -10 to 800")])
        #expect(!quality.isUsable)
    }

    @Test func `a jump that the neighbours share is no spike`() {
        var control = SensorQualityControl(.pm25)
        for hour in 0..<24 { _ = control.check(20 + Double(hour % 3), at: hour, neighbours: [20, 22, 21]) }
        let shared = control.check(260, at: 24, neighbours: [255, 240, 270])
        #expect(shared.marks.isEmpty, "\(shared.marks)")
        var alone = SensorQualityControl(.pm25)
        for hour in 0..<24 { _ = alone.check(20 + Double(hour % 3), at: hour, neighbours: [20, 22, 21]) }
        let jump = alone.check(260, at: 24, neighbours: [21, 22, 23])
        #expect(jump.has(.spike))
        let after = alone.check(21, at: 25, neighbours: [21, 22, 23])
        #expect(after.marks.isEmpty)
    }

    @Test func `low values may rest, others may not`() {
        var low = SensorQualityControl(.so2)
        let resting = (0..<64).map { low.check(2, at: $0) }
        #expect(resting.dropLast().allSatisfy { $0.marks.isEmpty })
        #expect(resting[63].has(.flatLine))
        var high = SensorQualityControl(.so2)
        let stuck = (0..<16).map { high.check(22, at: $0) }
        #expect(stuck.dropLast().allSatisfy { $0.marks.isEmpty })
        #expect(stuck[15].has(.flatLine))
        let moved = high.check(23, at: 16)
        #expect(moved.marks.isEmpty)
    }

    @Test func `a deaf sensor is unfit although its mean is right, and becomes fit again`() throws {
        let town = Self.town(hours: 3_000)
        var random = Numbers(seed: 8)
        let found = Self.run(town) { hour, value in
            (1_000..<1_600).contains(hour) ? 60 + 25 * random.nextNormal() : value
        }
        let unfit = try #require(found.first { $0.quality.has(.unfit) })
        #expect((1_001..<1_300).contains(unfit.hour), "\(unfit.hour)")
        #expect(unfit.quality.marks.contains { $0.check == .unfit && $0.reason.contains("correlation") })
        #expect(found.filter { $0.hour > 1_600 + 240 }.allSatisfy { $0.quality.fitness == .fit })
    }

    @Test func `the same observations give the same marks, late ones change nothing`() {
        let town = Self.town(hours: 600, seed: 2)
        let one = Self.run(town) { $0 % 97 == 5 ? $1 + 300 : $1 }
        let other = Self.run(town) { $0 % 97 == 5 ? $1 + 300 : $1 }
        #expect(one.map { $0.quality } == other.map { $0.quality })
        var control = SensorQualityControl(.pm25)
        _ = control.check(20, at: 10)
        let before = control.fitness
        let late = control.check(5_000, at: 10)
        #expect(late.has(.range))
        #expect(control.fitness == before)
    }

    @Test func `no number and no hour bring it down`() {
        var control = SensorQualityControl(.co)
        let numbers = [Double.nan, .infinity, -.infinity, 1e308, -1e308, 0]
        for hour in [Int.min, -1, 0, 1, 2, 3, 400, .max] {
            for number in numbers { _ = control.check(number, at: hour, neighbours: numbers + [5, 6, 7]) }
        }
        control.reset()
        #expect(control.fitness == .unknown)
    }
}

/// What the checks say of real stations.
@Suite(.enabled(if: BeijingStations.isThere, "needs the air data beside the repository, or in PARVIS_AIR_DATA"))
struct BeijingQualityTests {
    @Test(arguments: [Pollutant.pm25, .no2])
    func `untouched real data raise few alarms`(pollutant: Pollutant) throws {
        let stations = try BeijingStations.read(pollutant)
        var controls = stations.map { _ in SensorQualityControl(pollutant) }
        var (total, unusable) = (0, 0)
        // Two months of the three years, which a debug build takes its time over.
        for hour in 0..<min(1_500, stations.map { $0.values.count }.min() ?? 0) {
            for station in stations.indices where !stations[station].values[hour].isNaN {
                let neighbours = stations.indices.filter { $0 != station }.map { stations[$0].values[hour] }
                let quality = controls[station].check(stations[station].values[hour], at: hour, neighbours: neighbours)
                total += 1
                if !quality.isUsable { unusable += 1 }
            }
        }
        #expect(total > 12_000)
        #expect(Double(unusable) < 0.04 * Double(total), "\(pollutant.name) \(unusable) of \(total)")
    }

    @Test func `a real station that dies, drifts and comes back is found`() throws {
        let stations = try BeijingStations.read(.pm25)
        let station = try #require(stations.firstIndex { $0.name == "Guanyuan" })
        // Offsets from 2013-03-01: dead for four days, and 0.3 % an hour of drift for a month.
        let (dies, revives) = (2_000, 2_100)
        let (drifts, repaired) = (3_500, 4_220)
        var control = SensorQualityControl(.pm25)
        var found: [Int: ObservationQuality] = [:]
        for hour in 0..<4_800 {
            var value = stations[station].values[hour]
            if value.isNaN { continue }
            if (dies..<revives).contains(hour) { value = 17 }
            if (drifts..<repaired).contains(hour) { value *= 1 + 0.003 * Double(hour - drifts) }
            let neighbours = stations.indices.filter { $0 != station }.map { stations[$0].values[hour] }
            found[hour] = control.check(value, at: hour, neighbours: neighbours)
        }
        #expect((dies + 5..<dies + 30).contains { found[$0]?.has(.flatLine) == true })
        #expect((dies..<revives).contains { found[$0]?.has(.unfit) == true })
        #expect((revives + 300..<revives + 400).allSatisfy { found[$0]?.fitness ?? .fit == .fit })
        #expect((drifts..<repaired).contains { found[$0]?.has(.drift) == true })
        #expect((drifts..<repaired).contains { found[$0]?.has(.unfit) == true })
        #expect((repaired + 400..<repaired + 500).allSatisfy { found[$0]?.fitness ?? .fit == .fit })
    }
}
