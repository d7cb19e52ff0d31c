import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// Computes what is touched and writes it, each tenant's results in batches.
extension TrafficEngine {
    private static let batch = 1_000

    func computeAndWrite() async {
        let now = configuration.clock()
        await clearEmptied()
        let touchedFaults = touchedDetectors
        var members: [String: [BatchMember]] = [:]
        var standing: [TrafficKey] = []
        for key in touchedDetectors {
            guard let detector = detectors[key] else { continue }
            if let member = member(for: detector, now) { members[key.tenant, default: []].append(member) }
        }
        let touched = touchedSegments
        for key in touched {
            guard let segment = segments[key], let due = segment.due else { continue }
            segment.due = nil
            standing.append(key)
            if let member = member(for: segment.state(at: due), of: segment) {
                members[key.tenant, default: []].append(member)
            }
        }
        touchedDetectors = []
        touchedSegments = []
        await bringInPast()
        for key in touched {
            guard let segment = segments[key] else { continue }
            members[key.tenant, default: []] += alerts(of: segment, now)
        }
        for key in touchedFaults {
            guard let detector = detectors[key] else { continue }
            members[key.tenant, default: []] += fault(of: detector, now)
        }
        for (tenant, members) in members where !members.isEmpty {
            guard await !write(members, tenant: tenant) else { continue }
            // What could not be written is tried again with the next look.
            for key in touchedFaults where key.tenant == tenant { touchedDetectors.insert(key) }
            for key in standing where key.tenant == tenant {
                guard let segment = segments[key] else { continue }
                due(segment, at: segment.newest)
            }
        }
    }

    /// Takes back what was said of segments that have no detectors any more.
    func clearEmptied() async {
        let gone = emptied
        emptied = []
        // The detector that left may have come back.
        for segment in gone where segments[segment.key] == nil {
            await clearAlerts(of: segment)
            guard let id = SegmentStateEntity.id(segment.key.id) else { continue }
            _ = await operations.submit(.batchDelete([id]), tenant: segment.key.tenant)
        }
    }

    /// - Returns: whether all could be handed over.
    func write(_ members: [BatchMember], tenant: String) async -> Bool {
        for start in stride(from: 0, to: members.count, by: Self.batch) {
            let part = Array(members[start..<min(start + Self.batch, members.count)])
            switch await operations.submit(.batchUpsert(part, replaces: false), tenant: tenant) {
            case .failure(let error):
                configuration.onProblem("Results of the traffic could not be written: \(error.detail)")
                return false
            case .batch(let outcome):
                statistics.resultsWritten += outcome.created.count + outcome.updated.count
                if let error = outcome.errors.first {
                    configuration.onProblem(
                        "The result \(error.entityID ?? "?") was refused: \(error.error.detail)")
                }
            default: break
            }
        }
        return true
    }

    /// Brings states of earlier times into the history.
    func bringInPast() async {
        let past = self.past
        self.past = [:]
        pastCount = 0
        guard let history else { return }
        for (key, states) in past {
            guard let id = SegmentStateEntity.id(key.id) else { continue }
            for draft in SegmentStateEntity.drafts(states, id: id, context: vocabulary.context) {
                if let error = await history.bringIn(draft, tenant: key.tenant) {
                    configuration.onProblem("Results of \(id) could not be brought into the history: \(error.detail)")
                }
            }
            statistics.historyWritten += states.count
        }
    }

    // MARK: - What has to be written

    private func member(for state: SegmentState, of segment: TrafficSegment) -> BatchMember? {
        guard let id = SegmentStateEntity.id(segment.key.id) else { return nil }
        var writer = ByteWriter(capacity: 2_048)
        SegmentStateEntity.append(state, of: segment, id: id, to: &writer)
        return draft(
            writer.array(), id: id, tenant: segment.key.tenant, optional: SegmentStateEntity.optionalAttributes)
    }

    private func member(for detector: TrafficDetector, _ now: Timestamp) -> BatchMember? {
        guard let id = DetectorStateEntity.id(detector.key.id) else { return nil }
        let status = detector.memory.status(at: now)
        if detector.written == nil { detector.written = writtenStatus(id, tenant: detector.key.tenant) }
        if detector.written?.status != status {
            let since = silence(of: detector, now)
            detector.written = (status, since)
            // It counts no longer, or again.
            if detector.memory.newest != nil, let segment = segments[detector.segment] {
                due(segment, at: since, isSilence: true)
            }
        }
        guard let (status, since) = detector.written else { return nil }
        var writer = ByteWriter(capacity: 1_024)
        DetectorStateEntity.append(status, since: since, of: detector, id: id, to: &writer)
        return draft(
            writer.array(), id: id, tenant: detector.key.tenant, optional: DetectorStateEntity.optionalAttributes)
    }

    /// What the entity of a detector says, as after a restart.
    private func writtenStatus(_ id: String, tenant: String) -> (status: DetectorStatus, since: Timestamp)? {
        guard let entity = try? operations.consumption.retrieveEntity(id: id, tenant: tenant),
            let status = vocabulary.attribute("status", in: entity.attributes),
            let kind = entity.attributes.stringValue(of: status).flatMap({ DetectorStatus.Kind(rawValue: $0) }),
            let reason = vocabulary.attribute("statusReason", in: entity.attributes)
                .flatMap({ entity.attributes.stringValue(of: $0) }),
            entity.attributes.nodes[status].observedAt.isSet
        else { return nil }
        return (DetectorStatus(kind: kind, reason: reason), entity.attributes.nodes[status].observedAt)
    }

    /// The difference to what is there; `nil` where there is none.
    private func draft(_ wanted: [UInt8], id: String, tenant: String, optional: [String]) -> BatchMember? {
        let present = try? operations.consumption.retrieveEntity(id: id, tenant: tenant)
        do throws(NGSILDError) {
            let draft = try EntityDifference.draft(
                wanted, present: present, optional: optional, context: vocabulary.context)
            return draft.map { .draft($0) }
        } catch {
            configuration.onProblem("The result \(id) is no entity: \(error.detail)")
            return nil
        }
    }
}
