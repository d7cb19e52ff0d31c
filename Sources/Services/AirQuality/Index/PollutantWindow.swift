/// The last 24 hours of one pollutant at one station, and what indices want to know of them.
///
/// Invariants:
/// 1. Slot `place & 31` of `hours` has the newest hour, those before it go back; missing hours are NaN.
/// 2. `means8` likewise has the running 8-hour means, NaN where fewer than 6 hours are valid.
/// 3. All derived values belong to the newest hour. Sums are taken anew each hour, so that no error adds up.
struct PollutantWindow: Sendable {
    private var hours = InlineArray<32, Double>(repeating: .nan)
    private var means8 = InlineArray<32, Double>(repeating: .nan)
    private var place = 0

    private(set) var sum8 = 0.0
    private(set) var count8 = 0
    private(set) var sum24 = 0.0
    private(set) var count24 = 0
    private(set) var maximumHour = Double.nan
    private(set) var maximumMean8 = Double.nan
    private(set) var countMeans8 = 0
    /// NaN for gases, and where too little is there.
    private(set) var nowCast = Double.nan

    private let isParticulate: Bool

    init(of pollutant: Pollutant) { isParticulate = pollutant.isParticulate }

    var newest: Double { hours[place] }

    /// The value of an hour so many hours ago, 0 to 31.
    func hour(_ ago: Int) -> Double { hours[(place - ago) & 31] }

    mutating func push(_ value: Double) {
        place = (place + 1) & 31
        hours[place] = value
        (sum8, count8, sum24, count24) = (0, 0, 0, 0)
        var most = -Double.infinity
        for ago in 0..<24 {
            let hour = hours[(place - ago) & 31]
            if hour.isNaN { continue }
            sum24 += hour
            count24 += 1
            most = max(most, hour)
            if ago < 8 {
                sum8 += hour
                count8 += 1
            }
        }
        maximumHour = count24 > 0 ? most : .nan
        means8[place] = count8 >= 6 ? sum8 / Double(count8) : .nan
        most = -Double.infinity
        countMeans8 = 0
        for ago in 0..<24 {
            let mean = means8[(place - ago) & 31]
            if mean.isNaN { continue }
            countMeans8 += 1
            most = max(most, mean)
        }
        maximumMean8 = countMeans8 > 0 ? most : .nan
        if isParticulate { nowCast = NowCast.particles(count: 12) { hours[(place - $0) & 31] } }
    }

    /// The concentration that a period comes to; NaN where too little is there. For `ozoneNowCast` the newest hourly
    /// value of the last three.
    func average(_ period: AveragingPeriod) -> Double {
        switch period {
        case .hour: newest
        case .mean8(let minimum): count8 >= max(1, minimum) ? sum8 / Double(count8) : .nan
        case .mean24(let minimum): count24 >= max(1, minimum) ? sum24 / Double(count24) : .nan
        case .maximumHour(let minimum): count24 >= minimum ? maximumHour : .nan
        case .maximumMean8(let minimum): countMeans8 >= minimum ? maximumMean8 : .nan
        case .nowCast: nowCast
        case .ozoneNowCast: !newest.isNaN ? newest : !hour(1).isNaN ? hour(1) : hour(2)
        }
    }
}
