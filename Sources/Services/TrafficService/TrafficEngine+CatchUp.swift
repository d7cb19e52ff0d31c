import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// What the engine knows is computed from the history: at the start, and when changes came too fast.
extension TrafficEngine {
    private static let page = 500
    /// Hours that are read at least, for what is usual; and detectors beyond which it is less than what is configured, so
    /// that a large city does not wait for minutes.
    private static let (leastHours, detectorsReadWhole) = (48.0, 1_000.0)
    /// States that wait for the history, at most, before they are brought in.
    private static let pastWaiting = 20_000
    /// How often detectors that have said nothing are looked for, and at how many segments.
    private static let (unheardSeconds, unheardAtOnce) = (60.0, 500)

    /// Finds all detectors, reads what they said since their newest known reading, and writes what is missing.
    func readEverything() async {
        var present: Set<TrafficKey> = []
        for tenant in operations.tenantNames() where SnapshotSpace.read(tenant) == nil {
            await findDetectors(of: tenant, &present)
        }
        for key in detectors.keys where !present.contains(key) { await forget(key) }
        for key in segments.keys.sorted(by: { ($0.tenant, $0.id) < ($1.tenant, $1.id) }) {
            guard !Task.isCancelled, let segment = segments[key] else { continue }
            readWritten(segment)
            await read(segment)
            touchedSegments.insert(key)
            if pastCount >= Self.pastWaiting { await computeAndWrite() }
        }
        if Task.isCancelled { return }
        touchedDetectors.formUnion(detectors.keys)
        await computeAndWrite()
        hasCaughtUp = true
    }

    private func findDetectors(of tenant: String, _ present: inout Set<TrafficKey>) async {
        guard let known = try? operations.consumption.entityTypes(tenant: tenant) else { return }
        let types = known.map(\.type).filter { vocabulary.followed([$0]) == .detector }
        guard !types.isEmpty else { return }
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: types)
        query.limit = Self.page
        while let page = try? operations.consumption.queryEntities(query, tenant: tenant) {
            for entity in page.entities {
                let key = TrafficKey(tenant: tenant, id: entity.id)
                let places = vocabulary.places(in: entity.attributes)
                guard let detector = detector(key, entity, places) else { continue }
                present.insert(key)
                if let period = TrafficReading.period(entity.attributes, places) { detector.toldPeriod = period }
            }
            guard page.hasMore, let last = page.last else { return }
            query.place = .after(last)
            await Task.yield()
        }
    }

    /// Notes what the entities of a segment say already, so that it is not written again.
    private func readWritten(_ segment: TrafficSegment) {
        if segment.newest.isSet { return }
        let tenant = segment.key.tenant
        if let id = SegmentStateEntity.id(segment.key.id),
            let entity = try? operations.consumption.retrieveEntity(id: id, tenant: tenant),
            let root = vocabulary.attribute("completeness", in: entity.attributes)
        {
            segment.newest = entity.attributes.nodes[root].observedAt
        }
        readAlerts(of: segment)
        for detector in segment.detectors { readFault(of: detector) }
    }

    /// Reads all detectors of a segment, and goes through their readings in the order of time as when they came in.
    private func read(_ segment: TrafficSegment) async {
        var readings: [(reading: TrafficReading, detector: TrafficDetector)] = []
        for detector in segment.detectors {
            do throws(NGSILDError) {
                readings += try await read(detector).map { ($0, detector) }
            } catch {
                configuration.onProblem("The history of \(detector.key.id) cannot be read: \(error.detail)")
            }
        }
        readings.sort { ($0.reading.time, $0.detector.key.id) < ($1.reading.time, $1.detector.key.id) }
        // States that are in the history already are not computed again, nor those of long ago.
        let recorded = segment.newest
        let newest = readings.last?.reading.time ?? recorded
        let from = max(
            recorded, newest.isSet ? newest.adding(seconds: -configuration.hoursRecorded * 3_600) : recorded)
        for (reading, detector) in readings {
            if reading.time < from {
                _ = detector.take(reading, segment.facts)
            } else {
                _ = take(reading, of: detector)
            }
        }
        // The newest state may be one of silence.
        if let last = readings.last?.reading.time { segment.newest = min(segment.newest, last) }
    }

    /// Looks whether the history has something by now of detectors that have said nothing: imports tell nobody.
    func readUnheard() async {
        let now = configuration.clock()
        guard history != nil, now >= lookedForUnheard.adding(seconds: Self.unheardSeconds) else { return }
        lookedForUnheard = now
        var found: Set<TrafficKey> = []
        for detector in detectors.values where detector.memory.newest == nil {
            guard found.count < Self.unheardAtOnce, segments[detector.segment] != nil else { continue }
            found.insert(detector.segment)
        }
        for key in found { if let segment = segments[key] { await read(segment) } }
    }

    /// Hours of each detector that are read.
    private var hoursRead: Double {
        let share = min(1, Self.detectorsReadWhole / Double(max(1, detectors.count)))
        return max(min(Self.leastHours, configuration.hoursCaughtUp), configuration.hoursCaughtUp * share)
    }

    private func read(_ detector: TrafficDetector) async throws(NGSILDError) -> [TrafficReading] {
        let (id, tenant) = (detector.key.id, detector.key.tenant)
        guard let entity = try? operations.consumption.retrieveEntity(id: id, tenant: tenant) else { return [] }
        guard let history else {
            let places = vocabulary.places(in: entity.attributes)
            return TrafficReading(entity.attributes, places).flatMap { isTimely($0) ? [$0] : nil } ?? []
        }
        let terms = vocabulary.valueTerms(entity.attributes.names)
        guard !terms.isEmpty, let newest = try await history.newest(id, Set(terms.keys), tenant: tenant) else {
            return []
        }
        // Values from the future do not count, and must not hide those before.
        let last = min(newest, configuration.clock().adding(seconds: 600))
        var from = last.adding(seconds: -hoursRead * 3_600)
        if let known = detector.memory.newest?.time { from = max(from, known) }
        let found = try await history.instances(of: id, Set(terms.keys), tenant: tenant, from: from, to: last)
        var readings: [Timestamp: TrafficReading] = [:]
        for attribute in found {
            guard let field = terms[attribute.name] else { continue }
            for root in attribute.instances.roots where attribute.instances.nodes[root].datasetLength == 0 {
                let time = attribute.instances.nodes[root].historyTime
                guard Timestamp.representable.contains(time) else { continue }
                readings[time, default: TrafficReading(time: time)].take(field, attribute.instances, root)
            }
        }
        return readings.values.filter { !$0.isEmpty }
    }
}
