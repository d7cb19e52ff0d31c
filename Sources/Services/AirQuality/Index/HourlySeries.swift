/// Hourly values of one station over a long time, for computing its history.
public struct HourlySeries: Sendable {
    /// The end of the first hour, in hours since 1970-01-01T00:00Z.
    public let start: Int
    public let count: Int
    public let scales: PerPollutant<ConcentrationScale>
    private var values: [Double]

    /// An empty series: all hours are missing.
    ///
    /// - Parameters:
    ///   - start: The end of the first hour, in hours since 1970-01-01T00:00Z.
    ///   - count: How many hours, at least 0; each takes 48 bytes.
    public init(start: Int, count: Int, scales: PerPollutant<ConcentrationScale>) {
        self.start = start
        self.count = max(0, count)
        self.scales = scales
        values = [Double](repeating: .nan, count: self.count * 6)
    }

    /// All pollutants of one hour, by its place; NaN where missing. A place outside has none.
    public subscript(place: Int) -> PerPollutant<Double> {
        get {
            var hour = PerPollutant.missing
            guard place >= 0, place < count else { return hour }
            for pollutant in Pollutant.allCases { hour[pollutant] = values[place * 6 + Int(pollutant.rawValue)] }
            return hour
        }
        set {
            guard place >= 0, place < count else { return }
            for pollutant in Pollutant.allCases { values[place * 6 + Int(pollutant.rawValue)] = newValue[pollutant] }
        }
    }

    /// One pollutant of one hour; NaN where missing. A place outside has none.
    public subscript(place: Int, pollutant: Pollutant) -> Double {
        get { place >= 0 && place < count ? values[place * 6 + Int(pollutant.rawValue)] : .nan }
        set { if place >= 0, place < count { values[place * 6 + Int(pollutant.rawValue)] = newValue } }
    }

    /// Computes indices hour by hour, each with what came before.
    ///
    /// - Parameters:
    ///   - editions: One result for each is handed over at each hour, in this order.
    ///   - places: The hours wanted; those before them are looked at where periods need them. All unless given.
    ///   - body: Takes the place, the edition's position and its result.
    /// - Cost: about a microsecond for each hour and edition; nothing is allocated for an hour.
    public func evaluate(
        _ editions: [AirQualityIndexEdition], _ report: IndexReport = .current, places: Range<Int>? = nil,
        station: StationProfile = StationProfile(), ozoneMethod: OzoneNowCast.Method = .surrogate,
        _ body: (_ place: Int, _ edition: Int, _ result: IndexResult) throws -> Void
    ) rethrows {
        let places = (places ?? 0..<count).clamped(to: 0..<count)
        // 31 hours reach back to the first 8-hour mean of 24; the regression looks at 336 hours.
        let lead = ozoneMethod == .regression ? 335 : 31
        var indexer = HourlyIndexer(scales: scales, station: station, ozoneMethod: ozoneMethod)
        for place in max(0, places.lowerBound - lead)..<max(0, places.upperBound) {
            indexer.push(self[place], at: start &+ place)
            guard place >= places.lowerBound else { continue }
            for edition in editions.indices {
                try body(place, edition, indexer.evaluate(editions[edition], report))
            }
        }
    }
}
