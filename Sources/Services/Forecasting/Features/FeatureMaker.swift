import Foundation

/// Makes the numbers that a forecast is computed from, for any time of issue and any horizon.
///
/// Nothing that lies after the time of issue is read, save covariates that are known ahead; of what was foreseen only what
/// was known at the time of issue.
///
/// Invariants:
/// 1. `issueFeatures` and `horizonFeatures` write `issueCount` and `horizonCount` numbers, always in the same order.
struct FeatureMaker: Sendable {
    let scale: LogScale
    let target: Column
    private let series: ForecastSeries
    private let covariates: [Column]
    private let isLikeTarget: [Bool]
    private let aheadPlaces: [Int]
    /// What was foreseen of each column, on its scale.
    private let foreseen: [Foreseen?]
    private let day: Int
    let issueCount: Int
    let horizonCount: Int

    /// How many steps old the newest value may be, as a share of a day.
    private let reach: Int

    private static let lags = [1, 2, 3, 4, 6, 8, 12, 18]
    private static let lagDays = [1, 2, 3]
    private let windows: [Int]

    init(series: ForecastSeries, scales: FeatureScales) {
        self.series = series
        scale = scales.target
        let own = scales.target.column(series.values)
        target = Column(own)
        covariates = zip(series.covariates, scales.covariates).map { covariate, scale in
            let values = scale?.column(covariate.values) ?? covariate.values
            guard covariate.scale == .likeTarget else { return Column(values) }
            return Column(zip(values, own).map { $0.isFinite ? $0 : $1 })
        }
        isLikeTarget = series.covariates.map { $0.scale == .likeTarget }
        aheadPlaces = series.covariates.indices.filter {
            series.covariates[$0].isKnownAhead || series.covariates[$0].foreseen != nil
        }
        foreseen = zip(series.covariates, scales.covariates).map { covariate, scale in
            scale.flatMap { covariate.foreseen?.scaled($0) } ?? covariate.foreseen
        }
        day = series.day
        reach = max(1, series.day / 4)
        windows = [3, 6, 12] + [1, 3, 7, 30].map { $0 * series.day }
        issueCount = 1 + Self.lags.count + Self.lagDays.count + windows.count + 4 + 4 * covariates.count
        horizonCount = 8 + 3 * aheadPlaces.count
    }

    /// The newest time with a value, at or up to a quarter of a day before a time of issue.
    @inline(__always)
    func newest(at issue: Int) -> Int? { target.newest(at: issue, reach: reach).map { issue - $0.age } }

    /// Appends what does not depend on the horizon, at a time that has a value.
    func issueFeatures(at issue: Int, to row: inout [Double]) {
        let now = target[issue]
        row.append(now)
        for lag in Self.lags { row.append(target[issue - lag] - now) }
        for days in Self.lagDays { row.append(target[issue - days * day] - now) }
        for window in windows { row.append(target.mean(endingAt: issue, length: window) - now) }
        for window in [max(3, day / 4), day, 3 * day, 7 * day] {
            row.append(target.deviation(endingAt: issue, length: window))
        }
        let short = max(1, day / 8)
        for (column, isLikeTarget) in zip(covariates, isLikeTarget) {
            let newest = column.newest(at: issue, reach: reach)?.value ?? .nan
            let origin = isLikeTarget ? now : 0
            row.append(newest - origin)
            row.append(newest - column[issue - short])
            row.append(newest - column[issue - day])
            row.append(column.mean(endingAt: issue, length: day) - origin)
        }
    }

    /// Appends what depends on the horizon: the season of the target time, what stood there on earlier days, and what is
    /// foreseen of it.
    ///
    /// - Parameters:
    ///   - issue: The time of the newest value.
    ///   - known: The time of issue, which after a gap is later: what was foreseen then is known.
    func horizonFeatures(at issue: Int, issuedAt known: Int, horizon: Int, to row: inout [Double]) {
        let aim = issue + horizon
        let now = target[issue]
        row.append(Double(horizon))
        let seconds = series.time(of: aim)
        row.append(Double(Self.remainder(seconds, 86_400)) / 3_600)
        row.append(Double(Self.remainder(seconds, 7 * 86_400)) / 86_400)
        let year = Double(Self.remainder(seconds, 31_556_952)) / 31_556_952 * 2 * Double.pi
        row.append(cos(year))
        row.append(sin(year))
        let days = (horizon + day - 1) / day
        row.append(target[aim - days * day] - now)
        row.append(target[aim - (days + 6) / 7 * 7 * day] - now)
        row.append(profile(aim: aim, issue: issue, days: days) - now)
        for place in aheadPlaces {
            let column = covariates[place]
            if let foreseen = foreseen[place] {
                let value = foreseen[known, aim - known]
                row.append(value)
                row.append(foreseen.mean(at: known, endingAhead: aim - known, length: day))
                row.append(value - column[issue])
                continue
            }
            row.append(column[aim])
            row.append(column.mean(endingAt: aim, length: min(horizon, day)))
            row.append(column[aim] - column[issue])
        }
    }

    /// The mean of the values at the target's time of day on the last seven days that are known.
    private func profile(aim: Int, issue: Int, days: Int) -> Double {
        var (sum, count) = (0.0, 0.0)
        for back in days..<(days + 7) {
            let value = target[aim - back * day]
            if value.isFinite {
                sum += value
                count += 1
            }
        }
        return count > 0 ? sum / count : .nan
    }

    private static func remainder(_ value: Int, _ modulus: Int) -> Int {
        let rest = value % modulus
        return rest < 0 ? rest + modulus : rest
    }
}

/// The scales that were in force when a forecaster learnt; `nil` for a linear covariate.
struct FeatureScales: Sendable {
    let target: LogScale
    let covariates: [LogScale?]

    init(target: LogScale, covariates: [LogScale?]) {
        self.target = target
        self.covariates = covariates
    }

    init(fitting series: ForecastSeries) {
        let target = LogScale(fitting: series.values)
        self.target = target
        covariates = series.covariates.map { covariate in
            switch covariate.scale {
            case .linear: nil
            case .logarithmic: LogScale(fitting: covariate.values)
            case .likeTarget: target
            }
        }
    }
}
