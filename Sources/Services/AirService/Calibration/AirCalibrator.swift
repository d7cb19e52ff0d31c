import AirQuality
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// Calibrates low-cost sensors: fits what `AirSensorCalibration` entities ask for, and writes each value of a calibrated
/// sensor as a value of a station of its own, which everything else then looks at as at any other.
///
/// Nothing is remembered but what is in the entities and the history. After a start, the values of the last day are
/// calibrated again, which changes nothing where they are there already, and those that came while nothing ran.
actor AirCalibrator {
    /// Calibrations that a tenant may have.
    private static let limit = 1_000
    /// Seconds after which one that was refused is tried again, as more hours may have come.
    private static let retrySeconds = 86_400.0
    /// Seconds that a start looks back behind the newest calibrated value, for values that came late.
    private static let lateSeconds = 86_400.0
    /// Seconds that are read at once.
    private static let span = 31 * 86_400.0

    let operations: ServiceOperations
    let configuration: AirServiceConfiguration
    var vocabulary: AirVocabulary
    private let inbox: ChangeInbox
    let history: EntityHistory?
    private let turn = Turn()
    private var hasCaughtUp = false
    /// Tenant, sensor, calibrations.
    private var calibrations: [String: [String: [SensorCalibration]]] = [:]
    private var refusedAt: [StationKey: Timestamp] = [:]
    /// Those that wait for an entity, an attribute, or the end of another calibration.
    private var waiting: [StationKey: SensorCalibration.Pairing] = [:]

    init(
        _ operations: ServiceOperations, _ configuration: AirServiceConfiguration, _ vocabulary: AirVocabulary,
        _ inbox: ChangeInbox
    ) {
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        self.inbox = inbox
        history = operations.temporal.map { EntityHistory($0) }
    }

    /// Works off what waits; the first time, after what came before.
    func workOff() async {
        await turn.run { await step() }
    }

    private func step() async {
        let (changes, isBehind) = inbox.take()
        if !hasCaughtUp || isBehind {
            hasCaughtUp = true
            await catchUp()
        }
        var samples: [StationKey: [CalibratedSample]] = [:]
        var asked: Set<StationKey> = []
        for change in changes {
            guard let entity = change.after ?? change.before else { continue }
            let key = StationKey(tenant: change.tenant, id: change.id)
            if vocabulary.followed(entity.types) == .calibration {
                if change.after == nil { forget(key) } else { asked.insert(key) }
                asked.formUnion(waiting.keys.filter { $0.tenant == key.tenant })
                continue
            }
            for (waiter, pairing) in waiting where waiter.tenant == key.tenant && pairing.names(key.id) {
                asked.insert(waiter)
            }
            if let sensor = change.after {
                take(change, sensor, &samples)
            }
        }
        for (key, samples) in samples.sorted(by: { ($0.key.tenant, $0.key.id) < ($1.key.tenant, $1.key.id) }) {
            await write(samples, of: key)
        }
        let now = configuration.clock()
        for (key, time) in refusedAt where now >= time.adding(seconds: Self.retrySeconds) { asked.insert(key) }
        for key in asked.sorted(by: { ($0.tenant, $0.id) < ($1.tenant, $1.id) }) { await read(key) }
    }

    // MARK: - Calibrations

    private func catchUp() async {
        calibrations = [:]
        for tenant in operations.tenantNames() where SnapshotSpace.read(tenant) == nil {
            for id in calibrationIDs(of: tenant) where !Task.isCancelled {
                await read(StationKey(tenant: tenant, id: id))
            }
        }
    }

    private func calibrationIDs(of tenant: String) -> [String] {
        guard let known = try? operations.consumption.entityTypes(tenant: tenant) else { return [] }
        let types = known.map(\.type).filter { vocabulary.followed([$0]) == .calibration }
        guard !types.isEmpty else { return [] }
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: types)
        query.limit = Self.limit
        guard let page = try? operations.consumption.queryEntities(query, tenant: tenant) else { return [] }
        if page.hasMore {
            configuration.onProblem(
                "Tenant \"\(tenant)\" has more than \(Self.limit) sensor calibrations; the newest are not followed")
        }
        return page.entities.map(\.id)
    }

    private func forget(_ key: StationKey) {
        refusedAt[key] = nil
        waiting[key] = nil
        for sensor in calibrations[key.tenant, default: [:]].keys {
            calibrations[key.tenant]?[sensor]?.removeAll { $0.id == key.id }
        }
    }

    /// Reads a calibration anew, fits it where that is due, and calibrates what waits for it.
    private func read(_ key: StationKey) async {
        // Of before the fit, which reads the hours up to now: while it goes on, others come.
        let now = configuration.clock()
        let tried = refusedAt[key]
        let isDue = tried.map { now >= $0.adding(seconds: Self.retrySeconds) } ?? false
        forget(key)
        guard let entity = try? operations.consumption.retrieveEntity(id: key.id, tenant: key.tenant) else { return }
        switch SensorCalibrationReader(vocabulary: vocabulary).read(entity) {
        case .wrong(let reason):
            await tell(key, .refused(reason), fittedFor: nil, entity)
        case .calibration(var calibration):
            guard calibration.isActive else { return }
            let pairing = calibration.pairing
            let rival = calibrations[key.tenant]?[pairing.sensor]?.first { $0.pairing.pollutant == pairing.pollutant }
            if let rival {
                waiting[key] = pairing
                let reason =
                    "\(rival.id) calibrates \(pairing.pollutant.name) of this sensor already; set its isActive to false, or delete it"
                await tell(key, .refused(reason), fittedFor: nil, entity)
                return
            }
            let isFitting = !calibration.isFitted || isDue
            if isFitting { calibration = await fit(calibration, entity, key.tenant) }
            if !calibration.isFitted {
                waiting[key] = pairing
            } else if calibration.calibration == nil, pairing.to == nil {
                // What a refusal writes on the calibration comes back as a change of it, which is no new try.
                refusedAt[key] = isFitting ? now : tried ?? now
            }
            guard calibration.calibration != nil else { return }
            calibrations[key.tenant, default: [:]][calibration.pairing.sensor, default: []].append(calibration)
            await calibratePast(calibration, key.tenant)
        }
    }

    // MARK: - Values

    /// Takes the values of a sensor that changed.
    private func take(
        _ change: EntityChange, _ sensor: EntityRecord, _ samples: inout [StationKey: [CalibratedSample]]
    ) {
        for calibration in calibrations[change.tenant]?[change.id] ?? [] {
            guard let inputs = try? inputs(calibration.pairing, change.tenant),
                change.attributes.contains(where: { $0.name == inputs.value && $0.kind != .deleted })
            else { continue }
            let source =
                calibration.pairing.weatherSource == sensor.id
                ? sensor
                : try? operations.consumption.retrieveEntity(
                    id: calibration.pairing.weatherSource, tenant: change.tenant)
            guard let value = Weather.Value(sensor, inputs.value),
                value.time <= configuration.clock().adding(seconds: 600), let source
            else { continue }
            var weather = Weather()
            weather.take(humidity: Weather.Value(source, inputs.humidity))
            weather.take(temperature: Weather.Value(source, inputs.temperature))
            guard let sample = CalibratedSample(value, weather, calibration) else { continue }
            samples[StationKey(tenant: change.tenant, id: change.id), default: []].append(sample)
        }
    }

    /// Calibrates what the history of the sensor has and its output has not.
    private func calibratePast(_ calibration: SensorCalibration, _ tenant: String) async {
        guard let history, let output = calibration.outputID else { return }
        let key = StationKey(tenant: tenant, id: calibration.pairing.sensor)
        do throws(NGSILDError) {
            let inputs = try inputs(calibration.pairing, tenant)
            guard let newest = try await history.newest(key.id, [inputs.value], tenant: tenant) else { return }
            var start = calibration.appliesFrom ?? newest
            if let term = vocabulary.context.knownTerm("\(calibration.pairing.pollutant)"),
                let reached = try await history.newest(output, [term], tenant: tenant)
            {
                start = max(start, reached.adding(seconds: -Self.lateSeconds))
            }
            let end = min(newest, configuration.clock().adding(seconds: 600))
            // A time long before the first value has nothing to look through.
            let values = try await history.instances(
                of: key.id, [inputs.value], tenant: tenant, from: start, to: end, limit: 1)
            let times = values.flatMap { attribute in
                attribute.instances.roots.map { attribute.instances.nodes[$0].historyTime }
            }
            guard let first = times.min() else { return }
            start = max(start, first)
            var weather = Weather()
            while start <= end, !Task.isCancelled {
                let next = min(end, start.adding(seconds: Self.span))
                let samples = try await samples(calibration, inputs, key, start, next, &weather)
                await write(samples, of: key)
                start = Timestamp(microseconds: next.microseconds + 1)
            }
        } catch {
            configuration.onProblem("The history of \(key.id) cannot be calibrated: \(error.detail)")
        }
    }

    private func samples(
        _ calibration: SensorCalibration, _ inputs: Inputs, _ key: StationKey, _ from: Timestamp, _ to: Timestamp,
        _ weather: inout Weather
    ) async throws(NGSILDError) -> [CalibratedSample] {
        guard let history else { return [] }
        // What the weather was an hour before still counts.
        let before = from.adding(seconds: -Weather.seconds)
        let values = try await history.instances(of: key.id, [inputs.value], tenant: key.tenant, from: from, to: to)
        let conditions = try await history.instances(
            of: calibration.pairing.weatherSource, [inputs.humidity, inputs.temperature], tenant: key.tenant,
            from: before, to: to)
        var events: [(value: Weather.Value, name: TermID)] = []
        for attribute in values + conditions {
            for root in attribute.instances.roots {
                guard let value = Weather.Value(attribute.instances, root) else { continue }
                events.append((value, attribute.name))
            }
        }
        // At one time the weather comes first.
        events.sort {
            ($0.value.time, $0.name == inputs.value ? 1 : 0) < ($1.value.time, $1.name == inputs.value ? 1 : 0)
        }
        var samples: [CalibratedSample] = []
        for event in events {
            if event.name == inputs.humidity { weather.take(humidity: event.value) }
            if event.name == inputs.temperature { weather.take(temperature: event.value) }
            guard event.name == inputs.value, event.value.time >= from else { continue }
            if let sample = CalibratedSample(event.value, weather, calibration) { samples.append(sample) }
        }
        return samples
    }

    // MARK: - Writing

    /// Writes the values of one sensor: the newest as the present of its output, those before it into the history.
    private func write(_ samples: [CalibratedSample], of sensor: StationKey) async {
        for (output, samples) in Dictionary(grouping: samples, by: \.output) {
            for (_, one) in Dictionary(grouping: samples, by: \.pollutant) {
                await write(one.sorted { $0.time < $1.time }, of: sensor, to: output)
            }
        }
    }

    private func write(_ samples: [CalibratedSample], of sensor: StationKey, to output: String) async {
        guard let newest = samples.last else { return }
        let present = try? operations.consumption.retrieveEntity(id: output, tenant: sensor.tenant)
        let reached = present.flatMap { present in
            vocabulary.context.knownTerm("\(newest.pollutant)").flatMap { present.attributes.root(named: $0) }
                .map { present.attributes.nodes[$0].historyTime }
        }
        var past = samples[...]
        if reached.map({ $0 <= newest.time }) ?? true {
            past = samples.dropLast()
            let source = try? operations.consumption.retrieveEntity(id: sensor.id, tenant: sensor.tenant)
            var writer = ByteWriter(capacity: 1_024)
            newest.appendEntity(sensor: sensor.id, source, vocabulary, to: &writer)
            await upsert(
                writer.array(), present, optional: [], StationKey(tenant: sensor.tenant, id: output))
        }
        guard let history, !past.isEmpty else { return }
        let drafts = EvolutionDrafts.drafts(
            Array(past), id: output, typeName: SensorCalibration.outputTypeName, context: vocabulary.context
        ) { sample, writer in sample.appendInstance(to: &writer) }
        for draft in drafts {
            if let error = await history.bringIn(draft, tenant: sensor.tenant) {
                configuration.onProblem(
                    "Calibrated values of \(sensor.id) could not be brought into the history: \(error.detail)")
            }
        }
    }

    func upsert(
        _ json: [UInt8], _ present: EntityRecord?, optional: [String], _ key: StationKey
    ) async {
        do throws(NGSILDError) {
            guard
                let draft = try EntityDifference.draft(
                    json, present: present, optional: optional, context: vocabulary.context)
            else { return }
            switch await operations.submit(.batchUpsert([.draft(draft)], replaces: false), tenant: key.tenant) {
            case .failure(let error): throw error
            case .batch(let outcome): if let first = outcome.errors.first { throw first.error }
            default: break
            }
        } catch {
            configuration.onProblem("\(key.id) could not be written: \(error.detail)")
        }
    }
}
