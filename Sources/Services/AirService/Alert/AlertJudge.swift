import AirQuality
import NGSILDModel

/// Whether a rule's alert is raised at a station, judged from the hours that are over.
///
/// The same hours always give the same judgement, so nothing has to be remembered over a restart.
struct AlertJudge {
    let rule: AlertRule
    /// Where the values of each index stand in a cell.
    let indices: [AirQualityIndex]

    /// An alert that is raised.
    struct Finding: Equatable {
        var onset: Int
        /// The last hour with a value, and that value.
        var last: Int
        var value: Double
        var peak: Double
    }

    /// - Parameter hours: the hours to look at, in order; all are over.
    /// - Returns: `nil` where no alert is raised after the last of them.
    func judge(_ station: AirStation, hours: ClosedRange<Int>) -> Finding? {
        var finding: Finding?
        var (above, below) = (0, 0)
        var peak = 0.0
        for hour in hours {
            guard let value = value(station, hour) else {
                // Hours without a value neither raise nor clear.
                (above, below) = (0, 0)
                continue
            }
            guard var standing = finding else {
                above = rule.isExceeded(by: value) ? above + 1 : 0
                peak = above == 1 ? value : max(peak, value)
                if above >= rule.raiseHours {
                    finding = Finding(onset: hour - above + 1, last: hour, value: value, peak: peak)
                    below = 0
                }
                continue
            }
            below = value < rule.clearBelow ? below + 1 : 0
            if below >= rule.clearHours {
                finding = nil
                above = 0
            } else {
                (standing.last, standing.value, standing.peak) = (hour, value, max(standing.peak, value))
                finding = standing
            }
        }
        return finding
    }

    /// Whether a forecast raises the rule's alert: enough hours in a row, all still to come, above the threshold.
    func judge(_ forecast: IssuedForecast, now: Timestamp) -> Finding? {
        guard case .forecast(_, let limit, let within, let bound) = rule.condition else { return nil }
        let line =
            switch bound {
            case .forecast: forecast.values
            case .lower: forecast.lower
            case .upper: forecast.upper
            }
        var finding: Finding?
        var run: Finding?
        for (offset, value) in line.prefix(within).enumerated() {
            let hour = forecast.hour + 1 + offset
            guard ClockHour.end(hour) > now, value > limit else {
                run = nil
                continue
            }
            var next = run ?? Finding(onset: hour, last: hour, value: value, peak: value)
            (next.last, next.value, next.peak) = (hour, max(next.value, value), max(next.peak, value))
            run = next
            guard hour - next.onset + 1 >= rule.raiseHours else { continue }
            guard var found = finding else {
                finding = next
                continue
            }
            (found.last, found.peak) = (hour, max(found.peak, next.peak))
            found.value = found.peak
            finding = found
        }
        return finding
    }

    private func value(_ station: AirStation, _ hour: Int) -> Double? {
        switch rule.condition {
        case .forecast: return nil
        case .index(let index, _):
            guard let place = indices.firstIndex(of: index), let values = station.cell(hour)?.values,
                place < values.count
            else { return nil }
            return values[place].map(Double.init)
        case .concentration(let pollutant, _, let averagingHours):
            var (sum, count) = (0.0, 0)
            for past in hour - averagingHours + 1...hour {
                guard let value = station.cell(past)?.usable[pollutant], !value.isNaN else { continue }
                sum += value
                count += 1
            }
            guard count * 4 >= averagingHours * 3, station.cell(hour)?.usable[pollutant].isNaN == false else {
                return nil
            }
            return sum / Double(count)
        }
    }
}
