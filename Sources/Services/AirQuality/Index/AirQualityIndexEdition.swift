/// One of the published indices.
public enum AirQualityIndex: String, Sendable, Hashable, CaseIterable {
    case european = "EAQI"
    case unitedStates = "US-AQI"
    case china = "CN-AQI"
    case unitedKingdom = "UK-DAQI"
    case india = "IN-NAQI"
}

/// An index as one document defines it: tables, averaging, rounding and completeness.
///
/// Editions never change; a revision is another edition beside the former one, and every result names its own.
public final class AirQualityIndexEdition: Sendable {
    public let index: AirQualityIndex
    /// Such as `US-AQI-2024`; stable, for storage.
    public let id: String
    public let title: String
    /// The document, and where the numbers were checked.
    public let source: String
    /// The first day, or the year where no day is published, as ISO 8601 writes it.
    public let validFrom: String
    /// The last day; `nil` while in force.
    public let validUntil: String?
    /// What gases' masses in the tables are stated at.
    public let conditions: GasConditions
    /// From the best to the worst.
    public let categories: [IndexCategory]

    let rounding: IndexRounding
    let smallest: Int
    let requirement: PollutantRequirement
    /// A pollutant is called dominant only where the index is above this.
    let dominantAbove: Int
    /// A mean of 0 or less is no measurement.
    let zeroIsMissing: Bool
    private let current: [SubIndexRule]
    private let daily: [SubIndexRule]

    init(
        _ index: AirQualityIndex, id: String, title: String, source: String, validFrom: String,
        validUntil: String? = nil, conditions: GasConditions, categories: [IndexCategory],
        rounding: IndexRounding = .nearest, smallest: Int = 0, requirement: PollutantRequirement = .any,
        dominantAbove: Int = 0, zeroIsMissing: Bool = false, current: [SubIndexRule], daily: [SubIndexRule]
    ) {
        self.index = index
        self.id = id
        self.title = title
        self.source = source
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.conditions = conditions
        self.categories = categories
        self.rounding = rounding
        self.smallest = smallest
        self.requirement = requirement
        self.dominantAbove = dominantAbove
        self.zeroIsMissing = zeroIsMissing
        self.current = current
        self.daily = daily
    }

    func rules(_ report: IndexReport) -> [SubIndexRule] { report == .current ? current : daily }

    /// Whether the index defines a report; the European one has no daily.
    public func defines(_ report: IndexReport) -> Bool { !rules(report).isEmpty }

    /// The pollutants that a report looks at.
    public func pollutants(_ report: IndexReport) -> PollutantSet {
        rules(report).reduce(into: PollutantSet()) { $0.insert(PollutantSet($1.pollutant)) }
    }

    /// The category that an index value is in.
    public func category(of value: Int) -> IndexCategory? {
        categories.first { value <= $0.upTo } ?? categories.last
    }

    /// The sub-index of one concentration, which is already averaged as the report's first table for it wants.
    ///
    /// - Parameters:
    ///   - concentration: In `scale`; below 0 counts as 0.
    ///   - averaging: The period that it is a mean of; picks the table where the pollutant has more than one.
    /// - Returns: `nil` where the index has no such table, or the table is silent about the concentration.
    public func subIndex(
        of pollutant: Pollutant, at concentration: Double, on scale: ConcentrationScale,
        averaging: AveragingPeriod, report: IndexReport = .current
    ) -> SubIndex? {
        for rule in rules(report) where rule.pollutant == pollutant && rule.averaging == averaging {
            guard let factor = scale.factor(to: rule.scale(conditions), of: pollutant) else { return nil }
            return rule.subIndex(at: concentration * factor, in: self).subIndex
        }
        return nil
    }
}

/// How one concentration becomes a sub-index.
struct SubIndexRule: Sendable {
    enum Use: Sendable {
        case always
        /// Only where the pollutant's rule before it says nothing because the concentration is above its table.
        case whereFormerIsSilent
    }

    let pollutant: Pollutant
    let averaging: AveragingPeriod
    let unit: ConcentrationUnit
    let rounding: ConcentrationRounding
    let table: SubIndexScale
    let use: Use

    init(
        _ pollutant: Pollutant, _ averaging: AveragingPeriod, _ unit: ConcentrationUnit = .microgramsPerCubicMetre,
        _ rounding: ConcentrationRounding = .none, _ table: SubIndexScale, use: Use = .always
    ) {
        self.pollutant = pollutant
        self.averaging = averaging
        self.unit = unit
        self.rounding = rounding
        self.table = table
        self.use = use
    }

    func scale(_ conditions: GasConditions) -> ConcentrationScale { ConcentrationScale(unit, at: conditions) }

    /// - Parameter concentration: In the rule's unit, not NaN.
    func subIndex(
        at concentration: Double, in edition: AirQualityIndexEdition
    ) -> (subIndex: SubIndex?, isSilentAbove: Bool) {
        if concentration <= 0, edition.zeroIsMissing { return (nil, false) }
        // Nobody means more than a million µg/m³; the bound also keeps whole numbers whole.
        let looked = rounding(min(max(0, concentration), 1e9))
        switch table.verdict(at: looked) {
        case .index(let value, let isAboveScale):
            let whole = max(edition.smallest, edition.rounding(min(value, 1e9)))
            return (
                SubIndex(
                    value: whole, concentration: looked, unit: unit, averaging: averaging, isAboveScale: isAboveScale),
                false
            )
        case .belowScale: return (nil, false)
        case .undefinedAbove: return (nil, true)
        }
    }
}
