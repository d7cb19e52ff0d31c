/// What a check has found about an observation. Marks are added to observations; nothing is ever deleted.
public struct QualityMark: Sendable, Hashable {
    /// Which check it was.
    public enum Check: String, Sendable, Hashable, CaseIterable {
        /// Outside what can be.
        case range
        /// The same number again and again.
        case flatLine
        /// A jump that neighbours do not share.
        case spike
        /// Far from what neighbours say in the same hour.
        case neighbours
        /// The relation to the neighbours has slowly changed.
        case drift
        /// The sensor no longer follows its neighbours; the reason is in the mark.
        case unfit
    }

    public let check: Check
    /// What was found, in numbers, and against which limit; English.
    public let reason: String
}

/// What quality control says about one observation and its sensor.
public struct ObservationQuality: Sendable, Hashable {
    /// Empty where nothing was found.
    public let marks: [QualityMark]
    public let fitness: SensorFitness

    /// Whether the value may be used for indices and maps: no mark but a drift that does not make the sensor unfit.
    public var isUsable: Bool { marks.allSatisfy { $0.check == .drift } }

    /// Whether a check has marked the observation.
    public func has(_ check: QualityMark.Check) -> Bool { marks.contains { $0.check == check } }
}

/// Whether a sensor follows its neighbours.
public enum SensorFitness: Sendable, Hashable {
    /// Two weeks with neighbours have not been seen yet, or the sensor has never followed them closely enough for them
    /// to judge it.
    case unknown
    case fit
    case unfit(reason: String)
}

/// The limits of the checks for one pollutant, in µg/m³ and hours.
public struct QualityParameters: Sendable, Hashable {
    /// What a value can be.
    public var range: ClosedRange<Double>
    /// So many equal values in a row are a flat line.
    public var flatHours: Int
    /// Equal values up to this are only a flat line after four times as long: analysers rest at their zero.
    public var flatFloor: Double
    /// A jump has to be greater than this, beyond what neighbours jumped.
    public var spikeFloor: Double
    /// And greater than this many median deviations of the last 12 hours.
    public var spikeFactor: Double
    /// A difference from the neighbours' median has to be greater than this.
    public var neighbourFloor: Double
    /// And greater than this many of the usual differences (median absolute, of neighbours now and of a week).
    public var neighbourFactor: Double
    /// The week's ratio to the neighbours over the long one's, or its inverse, that is a drift.
    public var driftFactor: Double
    /// The same that makes the sensor unfit.
    public var unfitFactor: Double
    /// And the week's means have to differ by more than this from what the long ratio tells.
    public var driftFloor: Double
    /// A week's correlation with the neighbours below this makes the sensor unfit, if the usual one is greater by 0.2,
    public var correlation: Double
    /// and if it is also so much below the usual one.
    public var correlationLoss = 0.35
    /// Correlation is judged only in weeks in which the neighbours' standard deviation is greater than this.
    public var spread: Double
    /// A flat line of so many hours makes the sensor unfit.
    public var unfitFlatHours = 72

    /// Defaults for a pollutant, in µg/m³. They were set so that untouched data of ten Beijing stations over three years
    /// give few alarms (docs/air.md); cleaner cities can set lower floors.
    public init(_ pollutant: Pollutant) {
        switch pollutant {
        case .pm25:
            (range, flatHours, flatFloor) = (-10...1_000, 8, 10)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (80, 80, 15, 8)
        case .pm10:
            (range, flatHours, flatFloor) = (-15...2_000, 8, 15)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (150, 150, 25, 12)
        case .no2:
            (range, flatHours, flatFloor) = (-10...800, 8, 8)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (60, 70, 12, 6)
        case .o3:
            (range, flatHours, flatFloor) = (-10...700, 12, 10)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (80, 100, 15, 10)
        case .so2:
            (range, flatHours, flatFloor) = (-10...1_500, 16, 10)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (60, 70, 12, 5)
        case .co:
            (range, flatHours, flatFloor) = (-200...30_000, 12, 500)
            (spikeFloor, neighbourFloor, driftFloor, spread) = (2_000, 2_500, 500, 250)
        }
        (spikeFactor, neighbourFactor) = (6, 6)
        (driftFactor, unfitFactor, correlation) = (1.8, 2.5, pollutant.isParticulate ? 0.6 : 0.4)
    }
}
