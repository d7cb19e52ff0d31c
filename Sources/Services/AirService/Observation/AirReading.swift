public import AirQuality
public import NGSILDModel
import ServiceRuntime

/// One measured value of one pollutant.
public struct AirReading: Sendable, Hashable {
    public let pollutant: Pollutant
    /// In µg/m³; gases at 20 °C and 1,013.25 hPa. At most 10⁷ either way, so that sums stay numbers.
    public let value: Double
    public let time: Timestamp

    private static let limit = 1e7

    /// Reads an attribute instance.
    ///
    /// The unit is that of `unitCode` (GQ, GP, 59, 61), without one µg/m³, for CO too. The time is `observedAt`, without
    /// one when the value was written.
    ///
    /// - Returns: `nil` where it is no number, its unit is another, or it is an instance with a datasetId, which is
    ///   somebody else's view of the value.
    init?(_ pollutant: Pollutant, _ forest: AttributeForest, _ root: Int) {
        let node = forest.nodes[root]
        guard node.kind == .property, node.datasetLength == 0, node.flags.contains(.isNumber), node.number.isFinite
        else { return nil }
        self.init(pollutant, node.number, unitCode: forest.unitCode(of: root), at: node.historyTime)
    }

    /// A value with its unit: GQ, GP, 59, 61; `nil`: µg/m³, for CO too.
    ///
    /// - Returns: `nil` where the unit is another, or number or time cannot be.
    public init?(_ pollutant: Pollutant, _ number: Double, unitCode: String?, at time: Timestamp) {
        var unit = ConcentrationUnit.microgramsPerCubicMetre
        if let unitCode {
            guard let known = ConcentrationUnit(unitCode: unitCode) else { return nil }
            unit = known
        }
        guard number.isFinite, Timestamp.representable.contains(time),
            let factor = ConcentrationScale(unit, at: .europe).factor(to: .europe, of: pollutant)
        else { return nil }
        self.pollutant = pollutant
        self.time = time
        value = min(max(number * factor, -Self.limit), Self.limit)
    }
}

/// Clock hours in UTC, by the number of the hour in which they end since 1970-01-01T00:00Z.
///
/// An hour has the instants after its start up to and including its end, so that an hourly mean stamped with the end of
/// its hour, as European networks do, and the minutes of that hour come together.
enum ClockHour {
    static let microseconds: Int64 = 3_600_000_000

    static func holding(_ time: Timestamp) -> Int {
        let (hours, rest) = time.microseconds.quotientAndRemainder(dividingBy: microseconds)
        return Int(hours) + (rest > 0 ? 1 : 0)
    }

    /// The end of an hour.
    static func end(_ hour: Int) -> Timestamp {
        let (end, overflow) = Int64(hour).multipliedReportingOverflow(by: microseconds)
        return Timestamp(microseconds: overflow ? (hour > 0 ? .max : .min + 1) : end)
    }

    /// The first instant of an hour.
    static func start(_ hour: Int) -> Timestamp { Timestamp(microseconds: end(hour &- 1).microseconds &+ 1) }
}
