import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// The worker of the service: takes changes in, computes, and writes.
///
/// A step runs from taking changes up to their results being durable; steps never overlap.
actor TrafficEngine {
    let operations: ServiceOperations
    let configuration: TrafficServiceConfiguration
    var vocabulary: TrafficVocabulary
    let history: EntityHistory?
    private let inbox: ChangeInbox
    var statistics = TrafficServiceStatistics()

    var detectors: [TrafficKey: TrafficDetector] = [:]
    var segments: [TrafficKey: TrafficSegment] = [:]
    /// Detectors with something new, and segments with a state to compute.
    var touchedDetectors: Set<TrafficKey> = []
    var touchedSegments: Set<TrafficKey> = []
    /// Segments whose last detector has left, with results that have to go.
    var emptied: [TrafficSegment] = []
    /// States of an earlier time than the newest, on their way into the history.
    var past: [TrafficKey: [SegmentState]] = [:]
    /// States in `past`.
    var pastCount = 0
    private var toldOfLimit = false
    var hasCaughtUp = false
    var lookedForUnheard = Timestamp.none
    private let turn = Turn()

    init(
        _ operations: ServiceOperations, _ configuration: TrafficServiceConfiguration,
        _ vocabulary: TrafficVocabulary, _ inbox: ChangeInbox
    ) {
        self.operations = operations
        self.configuration = configuration
        self.vocabulary = vocabulary
        self.inbox = inbox
        history = operations.temporal.map { EntityHistory($0) }
    }

    // MARK: - Steps

    /// Reads the history of all detectors, and writes what is missing of their results.
    func catchUp() async {
        await turn.run {
            if !hasCaughtUp { await readEverything() }
        }
    }

    /// Works off what waits, and looks for detectors that have fallen silent.
    func workOff() async {
        await turn.run {
            if !hasCaughtUp { await readEverything() }
            let (changes, isBehind) = inbox.take()
            let clock = ContinuousClock()
            let start = clock.now
            if isBehind {
                statistics.timesBehind += 1
                await readEverything()
            } else {
                for change in changes { await take(change) }
            }
            await readUnheard()
            lookForSilence()
            if !touchedDetectors.isEmpty || !touchedSegments.isEmpty || !emptied.isEmpty {
                await computeAndWrite()
                statistics.lastMicroseconds = Int64((clock.now - start) / .microseconds(1))
            }
        }
    }

    private func lookForSilence() {
        let now = configuration.clock()
        for detector in detectors.values {
            guard let written = detector.written else { continue }
            if detector.memory.status(at: now) != written.status { touchedDetectors.insert(detector.key) }
        }
        // Alerts expire where nothing is measured any more.
        for segment in segments.values where !segment.alerts.isEmpty { touchedSegments.insert(segment.key) }
    }

    /// When a detector that is silent now became so; the time of its newest reading for another one.
    func silence(of detector: TrafficDetector, _ now: Timestamp) -> Timestamp {
        guard let newest = detector.memory.newest, let from = detector.memory.silentFrom else { return now }
        return now > from ? Timestamp(microseconds: from.microseconds + 1) : newest.time
    }

    /// Notes that a segment needs a state for a time; one that waits for an earlier time is computed before.
    ///
    /// - Parameter isSilence: Nothing was measured then, so readings of before may still come.
    func due(_ segment: TrafficSegment, at time: Timestamp, isSilence: Bool = false) {
        let time = max(time, segment.newest)
        if let waiting = segment.due, waiting < time, past[segment.key]?.last?.time != waiting {
            past[segment.key, default: []].append(segment.state(at: waiting))
            pastCount += 1
        }
        segment.due = max(segment.due ?? time, time)
        if !isSilence { segment.newest = time }
        touchedSegments.insert(segment.key)
    }

    // MARK: - Taking in

    private func take(_ change: EntityChange) async {
        guard let entity = change.after ?? change.before else { return }
        switch vocabulary.followed(entity.types) {
        case .detector: await takeDetector(change)
        case .segment:
            guard let segment = segments[TrafficKey(tenant: change.tenant, id: change.id)], segment.isRoad else {
                return
            }
            describe(segment, change.after)
            if segment.newest.isSet { due(segment, at: segment.newest) }
        // Their names are read when an alert needs them.
        case .road, nil: break
        }
    }

    private func takeDetector(_ change: EntityChange) async {
        let key = TrafficKey(tenant: change.tenant, id: change.id)
        guard let entity = change.after else {
            await forget(key)
            return
        }
        let places = vocabulary.places(in: entity.attributes)
        guard let detector = detector(key, entity, places) else { return }
        let changed = Set(change.attributes.compactMap { $0.kind == .deleted ? nil : vocabulary.field($0.name) })
        guard let reading = TrafficReading(entity.attributes, places, changed: changed) else { return }
        guard isTimely(reading) else {
            statistics.readingsFromTheFuture += 1
            return
        }
        if let period = reading.periodSeconds { detector.toldPeriod = period }
        statistics.readings += 1
        if !take(reading, of: detector) { statistics.readingsLate += 1 }
    }

    /// Values from the future would hide all that come until then. Ten minutes are forgiven to clocks.
    func isTimely(_ reading: TrafficReading) -> Bool {
        reading.time <= configuration.clock().adding(seconds: 600)
    }

    /// Takes in a reading, and notes what has to be computed.
    ///
    /// - Returns: whether it was new.
    func take(_ reading: TrafficReading, of detector: TrafficDetector) -> Bool {
        guard let segment = segments[detector.segment] else { return false }
        if let newest = detector.memory.newest, reading.time < newest.time { return false }
        // What waits for an earlier time is computed before this reading changes what is known.
        due(segment, at: reading.time)
        guard detector.take(reading, segment.facts) else { return false }
        touchedDetectors.insert(detector.key)
        return true
    }

    /// The detector of an entity, with its place brought up to date; `nil` where there are too many or it counts no vehicles.
    func detector(
        _ key: TrafficKey, _ entity: EntityRecord, _ places: [TrafficVocabulary.Field: Int]
    ) -> TrafficDetector? {
        let forest = entity.attributes
        let kinds = [TrafficVocabulary.Field.itemType, .itemSubType, .vehicleType]
        let counted = kinds.compactMap { places[$0] }.compactMap { forest.stringValue(of: $0) }
        if counted.contains(where: { Self.otherItems.contains($0.lowercased()) }) { return nil }
        let detector: TrafficDetector
        if let known = detectors[key] {
            detector = known
        } else {
            guard detectors.count < configuration.detectorLimit else {
                statistics.detectorsLeftOut += 1
                if !toldOfLimit {
                    toldOfLimit = true
                    configuration.onProblem(
                        "There are more than \(configuration.detectorLimit) traffic detectors; \(key.id) and others are not followed. Raise traffic-detectors"
                    )
                }
                return nil
            }
            detector = TrafficDetector(key)
            detectors[key] = detector
            statistics.detectors = detectors.count
        }
        describe(detector, forest, places)
        return detector
    }

    /// What ItemFlowObserved counts that is no motor traffic.
    private static let otherItems: Set<String> = ["person", "pedestrian", "cyclist", "bicycle", "animal"]

    private func describe(
        _ detector: TrafficDetector, _ forest: AttributeForest, _ places: [TrafficVocabulary.Field: Int]
    ) {
        detector.facts = RoadSegmentFacts(forest, places)
        detector.lane = places[.lane].map { forest.stringValue(of: $0) ?? forest.valueText(of: $0) }
        let road = places[.segment].flatMap { forest.firstObject(of: $0) }
        let key = road.map { TrafficKey(tenant: detector.key.tenant, id: $0) } ?? detector.key
        let isRoad = road != nil
        if let known = segments[key], detector.segment == key, detector.isPlaced {
            if !known.isRoad { known.facts = detector.facts }
            return
        }
        leave(detector)
        detector.segment = key
        detector.isPlaced = true
        let segment = segments[key] ?? TrafficSegment(key, isRoad: isRoad)
        if segments[key] == nil {
            segments[key] = segment
            if isRoad {
                describe(segment, try? operations.consumption.retrieveEntity(id: key.id, tenant: key.tenant))
            } else {
                segment.facts = detector.facts
            }
        }
        guard segment.detectors.count < Self.detectorsOfSegment else { return }
        segment.detectors.append(detector)
    }

    /// More than this many make no segment clearer; they have a state of their own only.
    private static let detectorsOfSegment = 100

    private func describe(_ segment: TrafficSegment, _ entity: EntityRecord?) {
        segment.facts =
            entity.map { RoadSegmentFacts($0.attributes, vocabulary.places(in: $0.attributes)) } ?? RoadSegmentFacts()
    }

    /// Takes a detector out of its segment. What a segment without detectors said is no longer true, and goes.
    private func leave(_ detector: TrafficDetector) {
        guard detector.isPlaced, let segment = segments[detector.segment] else { return }
        detector.isPlaced = false
        segment.detectors.removeAll { $0 === detector }
        if segment.detectors.isEmpty {
            segments[segment.key] = nil
            touchedSegments.remove(segment.key)
            emptied.append(segment)
        } else if segment.newest.isSet {
            due(segment, at: segment.newest)
        }
    }

    func forget(_ key: TrafficKey) async {
        guard let detector = detectors.removeValue(forKey: key) else { return }
        leave(detector)
        touchedDetectors.remove(key)
        statistics.detectors = detectors.count
        await clearEmptied()
        await clearFault(of: detector)
        var ids = [DetectorStateEntity.id(key.id)]
        ids += ForecastQuantity.allCases.map { ForecastEntity.id($0, of: key.id) }
        _ = await operations.submit(.batchDelete(ids.compactMap { $0 }), tenant: key.tenant)
    }
}
