import AirQuality
import GeoJSON
import NGSILDModel

/// Which station, in which tenant.
struct StationKey: Hashable, Sendable {
    let tenant: String
    let id: String
}

/// One station: its last hours, its sensors' quality control, and what of it has to be computed again.
///
/// Invariants:
/// 1. `cells` has at most `hoursKept` + 1 hours, none after `newest`.
/// 2. Quality control has seen every hour up to `checkedThrough`, each once, in order.
final class AirStation {
    let key: StationKey
    var place: Position?
    /// GeoJSON as it was written.
    var location: String?
    var profile = StationProfile()
    var name: String?
    private(set) var cells: [Int: HourCell] = [:]
    private(set) var newest: Int?
    var hoursKept: Int
    /// Hours that have to be computed again, with all that come after them.
    private var changedHours: Set<Int> = []
    /// Hours that have to be read from the history again, because values came out of order.
    var doubtful: ClosedRange<Int>?
    private var checkedThrough = Int.min
    private(set) var fitness = PerPollutant<SensorFitness?>(repeating: nil)
    private var controls = PerPollutant<SensorQualityControl?>(repeating: nil)
    /// The newest forecast of each pollutant.
    var forecasts = PerPollutant<IssuedForecast?>(repeating: nil)
    var neighbours: [StationKey] = []
    /// The state of the map that `neighbours` was found in.
    var neighboursVersion = -1

    init(_ key: StationKey, hoursKept: Int) {
        self.key = key
        self.hoursKept = hoursKept
    }

    // MARK: - Values

    /// Takes in a value; `false` where its hour is older than those kept.
    func add(_ reading: AirReading, anyOrder: Bool) -> Bool {
        let hour = ClockHour.holding(reading.time)
        if let newest {
            guard hour > newest - hoursKept else { return false }
            if hour > newest { advance(to: hour) }
        } else {
            newest = hour
        }
        switch cells[hour, default: HourCell()].add(reading, anyOrder: anyOrder) {
        case .same: break
        case .added: changed(at: hour)
        case .outOfOrder:
            let doubtful = doubtful ?? hour...hour
            self.doubtful = min(doubtful.lowerBound, hour)...max(doubtful.upperBound, hour)
        }
        return true
    }

    private func advance(to hour: Int) {
        // The hour before is over now, so it is looked at once more: is it complete, and what do neighbours say?
        if let newest { changed(at: newest) }
        newest = hour
        trim()
    }

    /// Drops hours that are older than those kept.
    func trim() {
        guard let newest, cells.count > hoursKept else { return }
        let first = newest - hoursKept
        cells = cells.filter { $0.key > first }
        changedHours = changedHours.filter { $0 > first }
    }

    func changed(at hour: Int) { changedHours.insert(hour) }

    /// The first hour that has to be computed again; `nil` when nothing has.
    var changedFrom: Int? { changedHours.min() }

    /// Empties hours, which are then added again in whatever order.
    func clearValues(_ hours: ClosedRange<Int>) {
        for hour in hours where cells[hour] != nil {
            cells[hour]?.clearValues()
            changed(at: hour)
        }
    }

    func cell(_ hour: Int) -> HourCell? { cells[hour] }

    func update(_ hour: Int, _ body: (inout HourCell) -> Void) {
        if var cell = cells[hour] {
            body(&cell)
            cells[hour] = cell
        }
    }

    /// Hours with values from one on, in order.
    func hours(from first: Int) -> [Int] {
        cells.keys.filter { $0 >= first && cells[$0]?.isEmpty == false }.sorted()
    }

    func settled() { changedHours = [] }

    /// Lets all results be written again.
    func forgetWritten() {
        for hour in cells.keys {
            cells[hour]?.written = []
            cells[hour]?.recorded = []
            changed(at: hour)
        }
    }

    // MARK: - The mean of an hour

    /// The mean of an hour, or NaN where too few of its values are there: fewer than three quarters of what the hours of
    /// the last day usually have (their median). While the hour runs, what there is counts.
    func mean(_ pollutant: Pollutant, at hour: Int, isRunning: Bool) -> Double {
        guard let cell = cells[hour], cell.counts[pollutant] > 0 else { return .nan }
        let (have, usual) = completeness(pollutant, at: hour)
        return isRunning || have * 4 >= usual * 3 ? cell.mean(pollutant) : .nan
    }

    /// How many values an hour has, and how many it usually has.
    func completeness(_ pollutant: Pollutant, at hour: Int) -> (have: Int, usual: Int) {
        let have = Int(cells[hour]?.counts[pollutant] ?? 0)
        var counts: [Int32] = []
        for past in hour - 23...hour {
            if let count = cells[past]?.counts[pollutant], count > 0 { counts.append(count) }
        }
        counts.sort()
        return (have, counts.isEmpty ? 0 : Int(counts[(counts.count - 1) / 2]))
    }

    // MARK: - Quality control

    /// Checks the hours up to the newest. All but the newest are checked for good; the newest as it stands now. An hour
    /// that changes after it was checked for good is held against the range only, as the sensor has gone on.
    ///
    /// - Parameters:
    ///   - isRunning: whether the newest hour is not over.
    ///   - others: the neighbours' means of a pollutant in an hour.
    func check(isRunning: Bool, others: (Pollutant, Int) -> [Double]) {
        guard let newest, let first = changedFrom else { return }
        for hour in hours(from: checkedThrough == .min ? first : min(first, checkedThrough + 1)) {
            guard hour > checkedThrough || changedHours.contains(hour) else { continue }
            check(hour, isNewest: hour == newest, isRunning: isRunning && hour == newest, others)
        }
        checkedThrough = max(checkedThrough, newest - 1)
    }

    private func check(
        _ hour: Int, isNewest: Bool, isRunning: Bool, _ others: (Pollutant, Int) -> [Double]
    ) {
        var usable = PerPollutant<Double>.missing
        var marks: [QualityMark] = []
        for pollutant in Pollutant.allCases {
            let mean = mean(pollutant, at: hour, isRunning: isRunning)
            guard !mean.isNaN else { continue }
            var control = controls[pollutant] ?? SensorQualityControl(pollutant)
            let quality = control.check(mean, at: hour, neighbours: others(pollutant, hour))
            // The newest hour may still change, so the sensor does not remember it yet.
            if !isNewest { controls[pollutant] = control }
            marks += quality.marks
            if quality.isUsable { usable[pollutant] = mean }
            if isNewest || fitness[pollutant] == nil { fitness[pollutant] = quality.fitness }
        }
        update(hour) {
            $0.usable = usable
            $0.marks = marks
        }
    }

    // MARK: - Indices

    /// Computes indices from the first changed hour on.
    ///
    /// - Parameter body: gets each hour and the results, in the order of `editions`.
    func evaluate(_ editions: [AirQualityIndexEdition], _ body: (Int, [IndexResult]) -> Void) {
        guard let newest, let first = changedFrom, first <= newest else { return }
        var indexer = HourlyIndexer(.europe, station: profile)
        // 31 hours reach back to the first 8-hour mean of 24.
        for hour in max(first - 31, newest - hoursKept)...newest {
            guard let cell = cells[hour], !cell.isEmpty else { continue }
            indexer.push(cell.usable, at: hour)
            guard hour >= first else { continue }
            let results = editions.map { indexer.evaluate($0) }
            update(hour) { cell in
                cell.values = results.map(\.value)
                if cell.written.count != results.count { cell.written = results.map { _ in nil } }
            }
            body(hour, results)
        }
    }
}
