/// A pollutant's part of an index.
public struct SubIndex: Sendable, Hashable {
    public let value: Int
    /// What was looked up, averaged and rounded as the index says, in `unit`.
    public let concentration: Double
    public let unit: ConcentrationUnit
    public let averaging: AveragingPeriod
    /// The concentration is beyond the published table; what `value` is then, the index says (docs/air.md).
    public let isAboveScale: Bool
}

/// Why an index has no overall value.
public enum WithheldReason: Sendable, Hashable {
    /// No pollutant has enough valid hours.
    case noData
    /// The index wants these too.
    case missing(PollutantSet)
    /// The index wants more pollutants than there are.
    case tooFew(have: Int, need: Int)
    /// The index wants PM2.5 or PM10.
    case noParticles
    /// The index has no such report.
    case notDefined
}

/// An index at one station at one hour.
public struct IndexResult: Sendable {
    public let edition: AirQualityIndexEdition
    public let report: IndexReport
    /// The end of the hour, in hours since 1970-01-01T00:00Z.
    public let hour: Int
    /// The overall index; `nil` with `withheld`.
    public let value: Int?
    public let withheld: WithheldReason?
    public let subIndices: PerPollutant<SubIndex?>

    public var category: IndexCategory? { value.flatMap { edition.category(of: $0) } }

    /// The pollutants that have the overall value, in the order of `Pollutant.allCases`; empty where the index names
    /// none (HJ 633 does not up to 50).
    public var dominantPollutants: [Pollutant] {
        guard let value, value > edition.dominantAbove else { return [] }
        return Pollutant.allCases.filter { subIndices[$0]?.value == value }
    }
}

/// What an index wants before it tells an overall value.
enum PollutantRequirement: Sendable {
    case any
    /// NO2 and particles at a traffic station; elsewhere ozone too.
    case european
    /// All that the station measures, unless the index is above `publishedAbove` anyway.
    case all(publishedAbove: Int)
    case some(Int, withParticles: Bool)

    func reason(_ present: PollutantSet, wanted: PollutantSet, value: Int, at station: StationProfile)
        -> WithheldReason?
    {
        switch self {
        case .any: return nil
        case .european:
            var missing = PollutantSet()
            if !present.contains(.no2) { missing.insert(PollutantSet(.no2)) }
            if !station.isTraffic, !present.contains(.o3) { missing.insert(PollutantSet(.o3)) }
            if present.isDisjoint(with: .particles) { missing.formUnion(.particles) }
            return missing.isEmpty ? nil : .missing(missing)
        case .all(let publishedAbove):
            let missing = wanted.subtracting(present).subtracting(station.notMeasured)
            return missing.isEmpty || value > publishedAbove ? nil : .missing(missing)
        case .some(let need, let withParticles):
            let have = present.rawValue.nonzeroBitCount
            if have < need { return .tooFew(have: have, need: need) }
            return withParticles && present.isDisjoint(with: .particles) ? .noParticles : nil
        }
    }
}

/// What an index wants to know of a station.
public struct StationProfile: Sendable, Hashable {
    /// Placed to watch traffic: the European index then does without ozone.
    public var isTraffic: Bool
    /// Pollutants that the station's plan leaves out, which HJ 633-2026 (5.3.2) forgives where they have not been
    /// the primary one of a polluted day for three years. Whether that is so, the operator says.
    public var notMeasured: PollutantSet

    public init(isTraffic: Bool = false, notMeasured: PollutantSet = []) {
        self.isTraffic = isTraffic
        self.notMeasured = notMeasured
    }
}
