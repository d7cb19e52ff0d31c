import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// Raises, updates and clears alerts.
extension TrafficEngine {
    /// Seconds for which an alert stands without news.
    static let alertSeconds = 1_800.0
    /// A fault that is older than this raises no alert any more, such as the silence of what was imported.
    static let faultSeconds = 86_400.0

    // MARK: - Incidents of segments

    /// What has to be written of a segment's alerts.
    func alerts(of segment: TrafficSegment, _ now: Timestamp) -> [BatchMember] {
        [TrafficIncident.Kind.jam, .drop].flatMap { kind -> [BatchMember] in
            let found = segment.incident(kind).flatMap {
                $0.last.adding(seconds: Self.alertSeconds) > now ? $0 : nil
            }
            guard found != nil || segment.alerts.contains(kind) else { return [] }
            if found == nil { segment.alerts.remove(kind) } else { segment.alerts.insert(kind) }
            let message = AlertMessage(
                kind: kind, incident: found, placeName: placeName(of: segment), facts: segment.facts)
            var alert = message.alert(source: segment.key.id, now: now)
            if segment.isRoad { alert.references.append(("refRoadSegment", [segment.key.id])) }
            let about = segment.detectors.filter { detector in
                detector.memory.incidents.contains { $0.kind == kind }
            }
            alert.references.append(("refTrafficFlowObserved", about.map(\.key.id)))
            return member(alert, AlertMessage.id(kind, of: segment.key.id), tenant: segment.key.tenant)
        }
    }

    /// Clears what stands of a segment that is no longer there.
    func clearAlerts(of segment: TrafficSegment) async {
        segment.detectors = []
        let members = alerts(of: segment, configuration.clock())
        if !members.isEmpty { _ = await write(members, tenant: segment.key.tenant) }
    }

    /// Finds the alerts that stand, as after a restart.
    func readAlerts(of segment: TrafficSegment) {
        for kind in [TrafficIncident.Kind.jam, .drop] where isRaised(kind, segment.key) {
            segment.alerts.insert(kind)
        }
    }

    // MARK: - Faults of detectors

    /// What has to be written of the alert of a detector's fault.
    func fault(of detector: TrafficDetector, _ now: Timestamp) -> [BatchMember] {
        guard let (status, since) = detector.written else { return [] }
        let isRaised = !status.isOk && (detector.hasFaultAlert || now < since.adding(seconds: Self.faultSeconds))
        guard isRaised || detector.hasFaultAlert else { return [] }
        detector.hasFaultAlert = isRaised
        var incident: TrafficIncident?
        if isRaised {
            incident = TrafficIncident(.fault, onset: since, last: since)
            incident?.reason = status.reason
        }
        let message = AlertMessage(
            kind: .fault, incident: incident, placeName: detector.facts.name ?? detector.key.id, facts: detector.facts)
        var alert = message.alert(source: detector.key.id, now: now)
        alert.references.append(("refTrafficFlowObserved", [detector.key.id]))
        return member(alert, AlertMessage.id(.fault, of: detector.key.id), tenant: detector.key.tenant)
    }

    /// Clears the alert of a detector that is no longer there.
    func clearFault(of detector: TrafficDetector) async {
        detector.written = (.ok, configuration.clock())
        let members = fault(of: detector, configuration.clock())
        if !members.isEmpty { _ = await write(members, tenant: detector.key.tenant) }
    }

    func readFault(of detector: TrafficDetector) {
        detector.hasFaultAlert = isRaised(.fault, detector.key)
    }

    // MARK: - Both

    private func isRaised(_ kind: TrafficIncident.Kind, _ key: TrafficKey) -> Bool {
        guard let id = AlertMessage.id(kind, of: key.id) else { return false }
        let entity = try? operations.consumption.retrieveEntity(id: id, tenant: key.tenant)
        return CityAlert.isRaised(entity, vocabulary.context)
    }

    private func member(_ alert: CityAlert, _ id: String?, tenant: String) -> [BatchMember] {
        guard let id else { return [] }
        let present = try? operations.consumption.retrieveEntity(id: id, tenant: tenant)
        do throws(NGSILDError) {
            return try alert.draft(id: id, present: present, context: vocabulary.context).map { [.draft($0)] } ?? []
        } catch {
            configuration.onProblem("The alert \(id) is no entity: \(error.detail)")
            return []
        }
    }

    /// The segment's name, or its road's.
    private func placeName(of segment: TrafficSegment) -> String {
        if let name = segment.facts.name { return name }
        if let road = segment.facts.road,
            let entity = try? operations.consumption.retrieveEntity(id: road, tenant: segment.key.tenant),
            let root = vocabulary.places(in: entity.attributes)[.name],
            let name = entity.attributes.stringValue(of: root)
        {
            return name
        }
        return segment.key.id
    }
}
