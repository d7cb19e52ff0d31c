import NGSILDModel
import TrafficForecasting

/// One quantity of all detectors of a tenant: what they measured on the grid, and what was learnt from it.
struct ForecastNetwork: Sendable {
    /// Minutes ahead.
    static let horizons = [15, 30, 45, 60]

    let quantity: ForecastQuantity
    let grid: ForecastGrid
    let keys: [TrafficKey]
    /// For each detector its means from the grid's first step on, all equally long; NaN where nothing was measured.
    private(set) var columns: [[Float]]
    private(set) var forecaster: TrafficForecaster?
    private(set) var errors: [ForecastErrors]
    private(set) var trainedAt = Timestamp.none
    /// The last step that was learnt from.
    private(set) var trainedThrough = -1
    /// The newest forecasts, by the step at which they were issued, until their last horizon has come.
    private var issued: [Int: [[TrafficForecaster.Forecast?]]] = [:]
    private(set) var newestIssued = Int.min

    init(_ quantity: ForecastQuantity, _ grid: ForecastGrid, _ keys: [TrafficKey], columns: [[Float]]) {
        self.quantity = quantity
        self.grid = grid
        self.keys = keys
        self.columns = columns
        errors = keys.map { _ in ForecastErrors(horizons: Self.horizons.count) }
    }

    /// How many steps there are.
    var count: Int { columns.first?.count ?? 0 }
    var trainedDays: Int { (trainedThrough + 1) / grid.stepsPerDay }

    private var steps: [Int] { Self.horizons.map { $0 * 60 / grid.stepSeconds } }

    /// Learns from all of it; with three days or more it is first measured on the last.
    ///
    /// - Returns: whether there is enough to learn from.
    /// - Cost: under a second of one core for 200 detectors and six days of 5-minute steps.
    mutating func learn(at now: Timestamp) -> Bool {
        var options = TrafficForecaster.Options()
        options.horizons = steps
        guard let series = series(count), let learnt = TrafficForecaster(learningFrom: series, options: options) else {
            return false
        }
        let split = count - grid.stepsPerDay
        errors = keys.map { _ in ForecastErrors(horizons: Self.horizons.count) }
        if let past = self.series(split), let tried = TrafficForecaster(learningFrom: past, options: options) {
            let first = max(0, split)
            for (offset, forecasts) in tried.forecasts(at: first..<count, of: series).enumerated() {
                score(forecasts, issuedAt: first + offset)
            }
        }
        forecaster = learnt
        trainedAt = now
        trainedThrough = count - 1
        return true
    }

    private func series(_ count: Int) -> DetectorSeries? {
        guard count > 0 else { return nil }
        return try? DetectorSeries(
            detectors: keys.map(\.id), columns: columns.map { Array($0.prefix(count)) }, stepSeconds: grid.stepSeconds)
    }

    private mutating func score(_ forecasts: [[TrafficForecaster.Forecast?]], issuedAt step: Int) {
        for place in steps.indices { score(forecasts, issuedAt: step, place) }
    }

    private mutating func score(_ forecasts: [[TrafficForecaster.Forecast?]], issuedAt step: Int, _ place: Int) {
        let outcome = step + steps[place]
        guard outcome < count, step >= 0 else { return }
        for detector in keys.indices where detector < forecasts.count {
            guard place < forecasts[detector].count, let forecast = forecasts[detector][place] else { continue }
            errors[detector].sums[place].add(
                forecast, outcome: columns[detector][outcome], newest: columns[detector][step])
        }
    }

    /// Puts newer means over and behind those that are there.
    ///
    /// - Parameters:
    ///   - first: The step that the news begin at; at most `count`.
    ///   - news: For each detector as many values.
    mutating func take(_ news: [[Float]], from first: Int) {
        guard first <= count else { return }
        for place in columns.indices where place < news.count {
            columns[place].removeSubrange(first...)
            columns[place] += news[place]
        }
    }

    /// What each detector will measure, issued at the newest step; by detector and horizon.
    mutating func issue() -> [[TrafficForecaster.Forecast?]]? {
        let step = count - 1
        guard step > newestIssued, let forecaster, let series = series(count) else { return nil }
        for (place, ahead) in steps.enumerated() {
            if let former = issued[step - ahead] { score(former, issuedAt: step - ahead, place) }
        }
        guard let forecasts = forecaster.forecasts(at: step..<step + 1, of: series).first else { return nil }
        newestIssued = step
        issued[step] = forecasts
        issued = issued.filter { $0.key >= step - (steps.last ?? 0) }
        return forecasts
    }

    /// Goes on with what a network that learnt before was waiting for.
    mutating func inherit(_ former: ForecastNetwork) {
        guard former.grid == grid, former.keys == keys else { return }
        issued = former.issued
        newestIssued = former.newestIssued
    }
}
