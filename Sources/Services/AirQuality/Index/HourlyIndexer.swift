/// Computes indices of one station hour by hour, from the last 24 hours only.
///
/// ```swift
/// var indexer = HourlyIndexer(.europe)
/// indexer.push(values, at: hour)
/// let result = indexer.evaluate(.eaqi2024)
/// ```
///
/// Memory is bounded (about 3 KB; 6 KB with `.regression`); an hour costs about a microsecond for each edition.
public struct HourlyIndexer: Sendable {
    /// What the numbers pushed are: one scale for each pollutant.
    public let scales: PerPollutant<ConcentrationScale>
    public let station: StationProfile
    public let ozoneMethod: OzoneNowCast.Method
    /// The newest hour pushed, in hours since 1970-01-01T00:00Z; `nil` before the first.
    public private(set) var hour: Int?

    /// In the order of `Pollutant.allCases`.
    private var windows = emptyWindows
    private var ozone = OzoneHistory()

    private static var emptyWindows: [PollutantWindow] { Pollutant.allCases.map { PollutantWindow(of: $0) } }

    /// - Parameters:
    ///   - scale: What the numbers of all pollutants are.
    ///   - ozoneMethod: How EPA's ozone NowCast is estimated; `.regression` costs about a millisecond each hour.
    public init(
        _ scale: ConcentrationScale, station: StationProfile = StationProfile(),
        ozoneMethod: OzoneNowCast.Method = .surrogate
    ) {
        self.init(scales: PerPollutant(repeating: scale), station: station, ozoneMethod: ozoneMethod)
    }

    /// As the other initialiser, with a scale for each pollutant, such as CO in mg/m³.
    public init(
        scales: PerPollutant<ConcentrationScale>, station: StationProfile = StationProfile(),
        ozoneMethod: OzoneNowCast.Method = .surrogate
    ) {
        self.scales = scales
        self.station = station
        self.ozoneMethod = ozoneMethod
    }

    /// Takes in an hour. Hours between that were never pushed count as missing.
    ///
    /// - Parameters:
    ///   - values: The hourly means in `scales`; NaN or infinite where missing. Negative ones are used in means as they
    ///     are, as EU and EPA do with noise around zero; a mean below 0 counts as 0.
    ///   - hour: The end of the hour, in hours since 1970-01-01T00:00Z.
    /// - Returns: `false`, and nothing is changed, where the hour is not after the newest.
    @discardableResult
    public mutating func push(_ values: PerPollutant<Double>, at hour: Int) -> Bool {
        if let newest = self.hour {
            guard hour > newest else { return false }
            let (distance, overflow) = hour.subtractingReportingOverflow(newest)
            if overflow || distance > 336 {
                windows = Self.emptyWindows
                ozone = OzoneHistory()
            } else {
                for _ in 1..<distance { add(.missing) }
            }
        }
        self.hour = hour
        add(values)
        return true
    }

    private mutating func add(_ values: PerPollutant<Double>) {
        for pollutant in Pollutant.allCases {
            let value = values[pollutant]
            windows[Int(pollutant.rawValue)].push(value.isFinite ? value : .nan)
        }
        if ozoneMethod == .regression { ozone.push(values[.o3].isFinite ? values[.o3] : .nan) }
    }

    /// The index at the newest hour, by an edition.
    ///
    /// - Parameter report: `.daily` is meant for the last hour of a day.
    public func evaluate(_ edition: AirQualityIndexEdition, _ report: IndexReport = .current) -> IndexResult {
        var subIndices = PerPollutant<SubIndex?>(repeating: nil)
        var present = PollutantSet()
        var wanted = PollutantSet()
        var overall = Int.min
        var isSilent = false
        let rules = edition.rules(report)
        for rule in rules {
            wanted.insert(PollutantSet(rule.pollutant))
            if rule.use == .whereFormerIsSilent, !isSilent { continue }
            isSilent = false
            let concentration = concentration(rule, edition)
            if concentration.isNaN { continue }
            let found = rule.subIndex(at: concentration, in: edition)
            isSilent = found.isSilentAbove
            guard let subIndex = found.subIndex else { continue }
            if let former = subIndices[rule.pollutant], former.value >= subIndex.value { continue }
            subIndices[rule.pollutant] = subIndex
            present.insert(PollutantSet(rule.pollutant))
            overall = max(overall, subIndex.value)
        }
        let withheld: WithheldReason? =
            if rules.isEmpty {
                .notDefined
            } else if present.isEmpty {
                .noData
            } else {
                edition.requirement.reason(present, wanted: wanted, value: overall, at: station)
            }
        return IndexResult(
            edition: edition, report: report, hour: hour ?? 0, value: withheld == nil ? overall : nil,
            withheld: withheld, subIndices: subIndices)
    }

    /// What a rule looks up, in the rule's unit; NaN where there is too little.
    private func concentration(_ rule: SubIndexRule, _ edition: AirQualityIndexEdition) -> Double {
        let average = windows[Int(rule.pollutant.rawValue)].average(rule.averaging)
        if average.isNaN { return .nan }
        let scale = rule.scale(edition.conditions)
        guard let factor = scales[rule.pollutant].factor(to: scale, of: rule.pollutant) else { return .nan }
        guard rule.averaging == .ozoneNowCast else { return average * factor }
        if ozoneMethod == .regression, let estimate = ozone.estimate() { return estimate * factor }
        let toBillionths = scale.unit.factor(to: .partsPerBillion, of: .o3, at: edition.conditions) ?? 1
        return OzoneNowCast.surrogate(partsPerBillion: average * factor * toBillionths) / toBillionths
    }
}
