import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime
import TrafficForecasting

/// Forecasts each detector for the next hour: learns from the history on a thread of low priority, and issues a forecast
/// when a step of time is over.
///
/// Nothing is remembered but what is in the history: after a start it is learnt again, which takes seconds, and until then
/// the entities stay as they are.
///
/// Invariants:
/// 1. There are at most `forecastLimit` columns, in one network for each tenant and quantity.
/// 2. A network learns again when a new day has begun, and every ten minutes while it has too little to learn from.
actor TrafficForecasts {
    private struct Place: Hashable {
        let tenant: String
        let quantity: ForecastQuantity
    }

    private let engine: TrafficEngine
    private let operations: ServiceOperations
    private let configuration: TrafficServiceConfiguration
    private let history: EntityHistory
    private var vocabulary: TrafficVocabulary
    private let worker = WorkThread("traffic forecasts", niceness: 10)
    private let turn = Turn()
    private let stopping = Flag()

    private var networks: [Place: ForecastNetwork] = [:]
    /// The day up to which a tenant was last learnt from, and when that was tried.
    private var tried: [String: (day: Int, at: Timestamp)] = [:]
    private var told: Set<Place> = []
    private var toldOfLimit = false

    /// One element at most waits in it.
    let wakes: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    /// Seconds for which the values of a step may be under way when it is over.
    private static let grace = 20.0
    /// Seconds of the past that are read again at each step: values come late.
    private static let reread = 7_200.0
    private static let retrySeconds = 600.0

    /// - Returns: `nil` without a history to learn from.
    init?(
        _ engine: TrafficEngine, _ operations: ServiceOperations, _ configuration: TrafficServiceConfiguration,
        _ vocabulary: TrafficVocabulary
    ) {
        guard let temporal = operations.temporal else { return nil }
        self.engine = engine
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        history = EntityHistory(temporal)
        (wakes, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Looks for steps that are over, soon.
    nonisolated func wake() { wakeUp.yield() }

    nonisolated func stop() {
        stopping.raise()
        wakeUp.finish()
    }

    /// Learns what is due, and issues what is due.
    func workOff() async {
        await turn.run {
            let detectors = await engine.knownDetectors()
            networks = networks.filter { detectors[$0.key.tenant] != nil }
            tried = tried.filter { detectors[$0.key] != nil }
            for (tenant, known) in detectors.sorted(by: { $0.key < $1.key }) where !stopping.isRaised {
                guard let now = present(known) else { continue }
                // Those that stopped long before the others tell nothing of the present.
                let living = known.filter { $0.newest > now.adding(seconds: -86_400) }
                if isDue(tenant, now) { await train(tenant, living, now) }
                for quantity in ForecastQuantity.allCases where !stopping.isRaised {
                    await issue(Place(tenant: tenant, quantity: quantity), living, now)
                }
            }
        }
    }

    /// Up to when values are known: the newest reading, with some time for the others of its step.
    private func present(_ detectors: [KnownDetector]) -> Timestamp? {
        detectors.map(\.newest).max().map { min($0, configuration.clock().adding(seconds: -Self.grace)) }
    }

    // MARK: - Learning

    private func isDue(_ tenant: String, _ now: Timestamp) -> Bool {
        guard let last = tried[tenant] else { return true }
        if ForecastGrid.day(now) > last.day { return true }
        let hasAll = networks.contains { $0.key.tenant == tenant }
        return !hasAll && configuration.clock() >= last.at.adding(seconds: Self.retrySeconds)
    }

    private func train(_ tenant: String, _ detectors: [KnownDetector], _ now: Timestamp) async {
        tried[tenant] = (ForecastGrid.day(now), configuration.clock())
        let step = ForecastGrid.stepSeconds(detectors.compactMap(\.interval))
        for quantity in ForecastQuantity.allCases where !stopping.isRaised {
            let place = Place(tenant: tenant, quantity: quantity)
            let others = networks.filter { $0.key != place }.reduce(0) { $0 + $1.value.keys.count }
            let grid = ForecastGrid(
                stepSeconds: step, firstDay: ForecastGrid.day(now) - max(2, configuration.forecastDays))
            guard let network = await read(place, detectors, grid, now, room: configuration.forecastLimit - others)
            else { continue }
            let clock = configuration.clock()
            let learnt = await worker.run { () -> ForecastNetwork? in
                var network = network
                return network.learn(at: clock) ? network : nil
            }
            guard var learnt else {
                tell(place, network)
                continue
            }
            if let former = networks[place] { learnt.inherit(former) }
            networks[place] = learnt
        }
    }

    /// Reads what detectors measured; those without a value of the quantity are left out.
    private func read(
        _ place: Place, _ detectors: [KnownDetector], _ grid: ForecastGrid, _ now: Timestamp, room: Int
    ) async -> ForecastNetwork? {
        let last = grid.lastOver(at: now)
        guard last >= 0 else { return nil }
        var (keys, columns): ([TrafficKey], [[Float]]) = ([], [])
        for detector in detectors where !stopping.isRaised {
            guard let column = await means(detector, place.quantity, grid, 0...last),
                column.contains(where: \.isFinite)
            else { continue }
            guard keys.count < room else {
                if !toldOfLimit {
                    toldOfLimit = true
                    configuration.onProblem(
                        "More than \(configuration.forecastLimit) quantities of traffic detectors could be forecast; "
                            + "\(place.quantity.rawValue) of \(detector.key.id) and others are not. Raise traffic-forecasts"
                    )
                }
                break
            }
            keys.append(detector.key)
            columns.append(column)
        }
        guard !keys.isEmpty, !stopping.isRaised else { return nil }
        // Whole days without anything at the beginning teach nothing.
        let first = columns.compactMap { $0.firstIndex(where: \.isFinite) }.min() ?? 0
        let days = first / grid.stepsPerDay
        return ForecastNetwork(
            place.quantity, ForecastGrid(stepSeconds: grid.stepSeconds, firstDay: grid.firstDay + days), keys,
            columns: columns.map { Array($0.dropFirst(days * grid.stepsPerDay)) })
    }

    private func tell(_ place: Place, _ network: ForecastNetwork) {
        guard told.insert(place).inserted else { return }
        let days = (Double(network.count) / Double(network.grid.stepsPerDay) * 10).rounded() / 10
        configuration.onNotice(
            "\(place.quantity.rawValue) of \(network.keys.count) traffic detectors is not forecast yet: "
                + "\(TrafficForecaster.fewestDays) days of history are needed, there are \(days). Forecasts begin by themselves"
        )
    }

    /// The means of a detector on some steps, NaN where there is none; `nil` where the history cannot be read.
    private func means(
        _ detector: KnownDetector, _ quantity: ForecastQuantity, _ grid: ForecastGrid, _ steps: ClosedRange<Int>
    ) async -> [Float]? {
        let wanted: TrafficVocabulary.Field = quantity == .speed ? .speed : .intensity
        let entity = try? operations.consumption.retrieveEntity(id: detector.key.id, tenant: detector.key.tenant)
        let terms = vocabulary.valueTerms(entity?.attributes.names ?? []).filter { $0.value == wanted }
        var sums = [(sum: Float, count: Float)](repeating: (0, 0), count: steps.count)
        guard !terms.isEmpty else { return nil }
        do throws(NGSILDError) {
            let found = try await history.instances(
                of: detector.key.id, Set(terms.keys), tenant: detector.key.tenant,
                from: grid.start(steps.lowerBound), to: grid.end(steps.upperBound))
            for attribute in found {
                for root in attribute.instances.roots {
                    guard let one = quantity.value(wanted, attribute.instances, root, period: detector.period) else {
                        continue
                    }
                    let step = grid.number(holding: one.time)
                    guard steps.contains(step) else { continue }
                    sums[step - steps.lowerBound].sum += one.value
                    sums[step - steps.lowerBound].count += 1
                }
            }
        } catch {
            configuration.onProblem("The history of \(detector.key.id) cannot be learnt from: \(error.detail)")
            return nil
        }
        return sums.map { $0.count > 0 ? $0.sum / $0.count : .nan }
    }

    // MARK: - Issuing

    private func issue(_ place: Place, _ detectors: [KnownDetector], _ now: Timestamp) async {
        guard var network = networks[place] else { return }
        let last = network.grid.lastOver(at: now)
        guard last > network.newestIssued, last >= 0 else { return }
        let known = Dictionary(detectors.map { ($0.key, $0) }) { first, _ in first }
        let first = max(0, min(network.count, last + 1) - Int(Self.reread) / network.grid.stepSeconds)
        guard first <= last else { return }
        var news: [[Float]] = []
        for key in network.keys where !stopping.isRaised {
            var values = [Float](repeating: .nan, count: last - first + 1)
            if let detector = known[key],
                let read = await means(detector, place.quantity, network.grid, first...last)
            {
                values = read
            }
            news.append(values)
        }
        guard !stopping.isRaised else { return }
        network.take(news, from: first)
        let ready = network
        let (issued, forecasts) = await worker.run {
            var network = ready
            let forecasts = network.issue()
            return (network, forecasts)
        }
        networks[place] = issued
        guard let forecasts else { return }
        await write(forecasts, issued, known, tenant: place.tenant)
    }

    private func write(
        _ forecasts: [[TrafficForecaster.Forecast?]], _ network: ForecastNetwork, _ known: [TrafficKey: KnownDetector],
        tenant: String
    ) async {
        var members: [BatchMember] = []
        for (place, key) in network.keys.enumerated() {
            guard let detector = known[key], let id = ForecastEntity.id(network.quantity, of: key.id),
                let persistence = network.columns[place].suffix(network.grid.stepsPerDay / 48).last(where: \.isFinite)
            else { continue }
            let found = forecasts[place].compactMap { $0 }
            guard found.count == ForecastNetwork.horizons.count else { continue }
            var writer = ByteWriter(capacity: 2_048)
            ForecastEntity.append(
                found, persistence: persistence, errors: network.errors[place], network, of: key,
                location: detector.location, id: id, to: &writer)
            let present = try? operations.consumption.retrieveEntity(id: id, tenant: tenant)
            do throws(NGSILDError) {
                let draft = try EntityDifference.draft(
                    writer.array(), present: present, optional: ForecastEntity.optionalAttributes,
                    context: vocabulary.context)
                if let draft { members.append(.draft(draft)) }
            } catch {
                configuration.onProblem("The forecast \(id) is no entity: \(error.detail)")
            }
        }
        _ = await engine.write(members, tenant: tenant)
    }
}
