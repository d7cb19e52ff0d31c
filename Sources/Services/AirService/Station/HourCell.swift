import AirQuality

/// What is known of one hour at one station.
struct HourCell: Sendable {
    /// Sums and counts of the values, in µg/m³.
    var sums = PerPollutant<Double>(repeating: 0)
    var counts = PerPollutant<Int32>(repeating: 0)
    /// The newest value and its time in microseconds, so that a correction takes its place.
    var newest = PerPollutant<Double>(repeating: 0)
    var newestTime = PerPollutant<Int64>(repeating: .min)

    /// The means that quality control lets pass; NaN where there is none.
    var usable = PerPollutant<Double>.missing
    /// What was found in the hour.
    var marks: [QualityMark] = []
    /// The value of each index asked for; `nil` where it is withheld or not computed.
    var values: [Int?] = []
    /// What was last written of each index, as a digest; `nil` where nothing was.
    var written: [Int?] = []
    /// What a start found in the history of each result.
    var recorded: [RecordedResult?] = []

    var isEmpty: Bool { Pollutant.allCases.allSatisfy { counts[$0] == 0 } }

    /// The mean of the values; NaN without any.
    func mean(_ pollutant: Pollutant) -> Double {
        counts[pollutant] > 0 ? sums[pollutant] / Double(counts[pollutant]) : .nan
    }

    /// What became of a value that was added.
    enum Addition { case added, same, outOfOrder }

    /// Adds a value. One older than the newest is refused: whether it is there already is known from the history only.
    mutating func add(_ reading: AirReading, anyOrder: Bool = false) -> Addition {
        let (pollutant, time) = (reading.pollutant, reading.time.microseconds)
        if time == newestTime[pollutant] {
            if reading.value == newest[pollutant] { return .same }
            sums[pollutant] += reading.value - newest[pollutant]
            newest[pollutant] = reading.value
            return .added
        }
        if time < newestTime[pollutant], !anyOrder { return .outOfOrder }
        sums[pollutant] += reading.value
        if counts[pollutant] < .max { counts[pollutant] += 1 }
        if time > newestTime[pollutant] {
            newest[pollutant] = reading.value
            newestTime[pollutant] = time
        }
        return .added
    }

    /// Whether a result is in the history as it is now.
    func isWritten(_ edition: Int, _ value: Int?, _ digest: Int) -> Bool {
        if edition < written.count, let known = written[edition] { return known == digest }
        guard edition < recorded.count, let known = recorded[edition] else { return false }
        return known.value == value
    }

    /// Forgets the values, not what was written, to take them in anew.
    mutating func clearValues() {
        sums = PerPollutant(repeating: 0)
        counts = PerPollutant(repeating: 0)
        newestTime = PerPollutant(repeating: .min)
    }
}

/// A result as the history has it.
struct RecordedResult: Sendable {
    var isThere = false
    var value: Int?
    var isProvisional = false
}
