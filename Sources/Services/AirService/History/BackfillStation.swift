import AirQuality

/// Sums and counts of one station over a span of hours.
struct HourBlock: Sendable {
    let hours: ClosedRange<Int>
    private var sums: [Double]
    private var counts: [UInt16]
    /// The greatest count of an hour.
    private(set) var mostInHour: UInt16 = 0

    init(_ hours: ClosedRange<Int>) {
        self.hours = hours
        sums = [Double](repeating: 0, count: hours.count * 6)
        counts = [UInt16](repeating: 0, count: hours.count * 6)
    }

    mutating func add(_ reading: AirReading) {
        let hour = ClockHour.holding(reading.time)
        guard hours.contains(hour) else { return }
        let place = (hour - hours.lowerBound) * 6 + Int(reading.pollutant.rawValue)
        guard counts[place] < .max else { return }
        sums[place] += reading.value
        counts[place] += 1
        mostInHour = max(mostInHour, counts[place])
    }

    func count(_ pollutant: Pollutant, _ hour: Int) -> UInt16 {
        hours.contains(hour) ? counts[(hour - hours.lowerBound) * 6 + Int(pollutant.rawValue)] : 0
    }

    /// The mean of an hour; NaN without values.
    func mean(_ pollutant: Pollutant, _ hour: Int) -> Double {
        guard hours.contains(hour) else { return .nan }
        let place = (hour - hours.lowerBound) * 6 + Int(pollutant.rawValue)
        return counts[place] > 0 ? sums[place] / Double(counts[place]) : .nan
    }

    /// The mean, or NaN where the hour is less than three quarters complete (see `AirStation.mean`).
    func completeMean(_ pollutant: Pollutant, _ hour: Int) -> Double {
        let (have, usual) = completeness(pollutant, hour)
        return have * 4 < usual * 3 ? .nan : mean(pollutant, hour)
    }

    /// How many values an hour has, and how many the hours of the last day usually have: their median.
    func completeness(_ pollutant: Pollutant, _ hour: Int) -> (have: Int, usual: Int) {
        let have = Int(count(pollutant, hour))
        // Where no hour has more than one, an hour with one is complete.
        if mostInHour <= 1, have > 0 { return (have, 1) }
        var past: [UInt16] = []
        for other in hour - 23...hour {
            let count = count(pollutant, other)
            if count > 0 { past.append(count) }
        }
        past.sort()
        return (have, past.isEmpty ? 0 : Int(past[(past.count - 1) / 2]))
    }
}

/// A station while its history is computed.
struct BackfillStation: Sendable {
    let found: ObservedStation
    var block = HourBlock(0...0)
    private(set) var hours = 0
    private(set) var results = 0
    private(set) var withheld = 0

    private let editions: [AirQualityIndexEdition]
    private var neighbours: [Int] = []
    private var controls = Pollutant.allCases.map { SensorQualityControl($0) }
    /// What was last known of each sensor.
    private var fitness = [SensorFitness?](repeating: nil, count: Pollutant.allCases.count)
    private var indexer: HourlyIndexer
    private var columns: [IndexColumns?]

    init(_ found: ObservedStation, _ editions: [AirQualityIndexEdition]) {
        self.found = found
        self.editions = editions
        indexer = HourlyIndexer(.europe, station: StationProfile(isTraffic: found.isTraffic))
        columns = editions.map { IndexColumns($0, station: found.id) }
    }

    static func findNeighbours(_ stations: inout [BackfillStation]) {
        var map = StationMap()
        var places: [StationKey: Int] = [:]
        for (place, station) in stations.enumerated() {
            let key = StationKey(tenant: "", id: station.found.id)
            map.put(key, at: station.found.place)
            places[key] = place
        }
        for place in stations.indices {
            let key = StationKey(tenant: "", id: stations[place].found.id)
            stations[place].neighbours = map.neighbours(of: key).compactMap { places[$0] }
        }
    }

    /// Computes the hours of a span, in order.
    ///
    /// - Parameters:
    ///   - wanted: the hours whose results are kept.
    ///   - blocks: the values of all stations in the span.
    mutating func compute(_ span: ClosedRange<Int>, _ wanted: ClosedRange<Int>, _ blocks: [HourBlock]) {
        var others: [Double] = []
        for hour in span {
            var usable = PerPollutant<Double>.missing
            var circumstances = IndexEntity.Circumstances()
            var hasValues = false
            for pollutant in Pollutant.allCases {
                let (have, usual) = block.completeness(pollutant, hour)
                if usual > 0 {
                    circumstances.completeness = min(circumstances.completeness, Double(have) / Double(usual))
                }
                if have > 0 { hasValues = true }
                let mean = have * 4 < usual * 3 ? .nan : block.mean(pollutant, hour)
                if mean.isNaN {
                    if let known = fitness[Int(pollutant.rawValue)] { circumstances.fitness.append((pollutant, known)) }
                    continue
                }
                others.removeAll(keepingCapacity: true)
                for neighbour in neighbours {
                    let value = blocks[neighbour].mean(pollutant, hour)
                    if !value.isNaN { others.append(value) }
                }
                let quality = controls[Int(pollutant.rawValue)].check(mean, at: hour, neighbours: others)
                if quality.isUsable { usable[pollutant] = mean }
                if !quality.marks.isEmpty { circumstances.marks += quality.marks }
                fitness[Int(pollutant.rawValue)] = quality.fitness
                circumstances.fitness.append((pollutant, quality.fitness))
            }
            guard hasValues else { continue }
            indexer.push(usable, at: hour)
            guard wanted.contains(hour) else { continue }
            hours += 1
            for place in editions.indices {
                let result = indexer.evaluate(editions[place])
                results += 1
                if result.value == nil { withheld += 1 }
                columns[place]?.append(result, circumstances)
            }
        }
    }

    /// What was computed since the last time.
    mutating func takeResults() -> [IndexColumns] {
        let taken = columns.compactMap { $0 }.filter { $0.count > 0 }
        columns = editions.map { IndexColumns($0, station: found.id) }
        return taken
    }
}
