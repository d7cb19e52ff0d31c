import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SignalControl
import SignalRoadside

/// Reading how intersections are made, and what state they are in.
extension SignalEngine {
    private static let page = 500

    /// Most groups, phases, plans and lanes of one intersection.
    static let mostMembers = 1_024

    /// Reads all entities of all tenants.
    func readEverything() async {
        let former = sites
        sites = [:]
        members = [:]
        detectors = [:]
        for tenant in operations.tenantNames() where SnapshotSpace.read(tenant) == nil {
            guard let known = try? operations.consumption.entityTypes(tenant: tenant) else { continue }
            let types = known.map(\.type).filter { type in vocabulary.kind([type]).map { $0 != .detector } ?? false }
            guard !types.isEmpty else { continue }
            var query = EntityQuery()
            query.types = TypeSelection(anyOf: types)
            query.limit = Self.page
            while let page = try? operations.consumption.queryEntities(query, tenant: tenant) {
                for entity in page.entities {
                    guard let kind = vocabulary.kind(entity.types) else { continue }
                    place(SignalKey(tenant: tenant, id: entity.id), kind, entity)
                }
                guard page.hasMore, let last = page.last else { break }
                query.place = .after(last)
                await Task.yield()
            }
        }
        for (key, site) in sites {
            // What controllers remember of the traffic stays.
            guard let known = former[key] else { continue }
            (site.configuration, site.controller) = (known.configuration, known.controller)
            (site.written, site.writtenQueues, site.writtenFault) = (
                known.written, known.writtenQueues, known.writtenFault
            )
            changed.insert(key)
        }
    }

    /// Reads a configuration anew, and writes what is wrong with it.
    func rebuild(_ key: SignalKey, _ drafts: inout [String: [BatchMember]]) {
        guard let site = sites[key] else { return }
        defer { count() }
        release(key, site)
        guard site.isPresent, let entity = entity(key) else {
            (site.configuration, site.controller, site.written) = (nil, nil, nil)
            if site.members.isEmpty { sites[key] = nil }
            return
        }
        let reading = AttributeReading(entity, &vocabulary)
        let result = configuration(of: key, site, reading)
        switch result {
        case .success(let configuration):
            let goesOn = site.configuration.map { configuration.controlsSame(as: $0) } ?? false
            if goesOn {
                site.controller?.update(configuration)
            } else {
                (site.controller, site.written, site.writtenQueues) = (nil, nil, [])
            }
            if site.configuration?.controlMode != configuration.controlMode { site.written = nil }
            site.configuration = configuration
            watch(key, configuration)
            if !goesOn { readStates(of: key, configuration) }
            tell(nil, key, site, reading, &drafts)
        case .failure(let fault):
            (site.configuration, site.controller, site.written) = (nil, nil, nil)
            tell(fault.sentence, key, site, reading, &drafts)
        }
    }

    private func configuration(
        of key: SignalKey, _ site: Site, _ reading: AttributeReading
    ) -> Result<SiteConfiguration, ConfigurationFault> {
        guard site.members.count <= Self.mostMembers else {
            return .failure(
                ConfigurationFault(
                    sentence: "\(key.id): \(site.members.count) groups, phases, plans and lanes refer to it; at most "
                        + "\(Self.mostMembers) are possible, so delete those that are not its own"))
        }
        var sources: [SignalEntity: [SiteReader.Source]] = [:]
        for id in site.members {
            let member = SignalKey(tenant: key.tenant, id: id)
            guard let kind = members[member]?.kind, let record = entity(member) else { continue }
            sources[kind, default: []].append(.init(id: id, reading: AttributeReading(record, &vocabulary)))
        }
        var reader = SiteReader(.init(id: key.id, reading: reading), sources)
        do throws(ConfigurationFault) { return .success(try reader.configuration()) } catch { return .failure(error) }
    }

    private func entity(_ key: SignalKey) -> EntityRecord? {
        try? operations.consumption.retrieveEntity(id: key.id, tenant: key.tenant)
    }

    // MARK: - Detectors

    private func watch(_ key: SignalKey, _ configuration: SiteConfiguration) {
        for (place, detector) in configuration.detectors.enumerated() {
            detectors[SignalKey(tenant: key.tenant, id: detector.id), default: []].append((key, place))
        }
    }

    private func release(_ key: SignalKey, _ site: Site) {
        for detector in site.configuration?.detectors ?? [] {
            let id = SignalKey(tenant: key.tenant, id: detector.id)
            guard var uses = detectors[id] else { continue }
            uses.removeAll { $0.site == key }
            detectors[id] = uses.isEmpty ? nil : uses
        }
    }

    // MARK: - States

    /// What the entities say now, for a controller that begins.
    func readStates(of key: SignalKey, _ configuration: SiteConfiguration) {
        for id in configuration.groupIDs {
            let group = SignalKey(tenant: key.tenant, id: id)
            if let record = entity(group) { takeState(of: group, AttributeReading(record, &vocabulary), key) }
        }
        for (place, detector) in configuration.detectors.enumerated() {
            guard let record = entity(SignalKey(tenant: key.tenant, id: detector.id)) else { continue }
            takeReadings(AttributeReading(record, &vocabulary), [(key, place)])
        }
    }

    /// Takes in what a detector tells, for each intersection that uses it.
    func takeReadings(_ reading: AttributeReading, _ uses: [(site: SignalKey, place: Int)]) {
        for use in uses {
            guard let site = sites[use.site], let configuration = site.configuration,
                configuration.detectors.indices.contains(use.place)
            else { continue }
            let isStopLine = configuration.detectors[use.place].isStopLine
            let name = isStopLine ? "passedVehicleCount" : "vehicleCount"
            guard let vehicles = reading.number(name), let time = reading.time(name), time.isSet else { continue }
            let value = DetectorReading(
                vehicles: vehicles, standing: isStopLine ? 0 : reading.number("stoppedVehicleCount") ?? 0,
                occupancy: isStopLine ? 0 : reading.number("occupancy") ?? 0)
            if site.controller == nil { site.controller = SiteController(configuration, zero: time) }
            site.controller?.take(reading: value, at: time, of: use.place)
            touched.insert(use.site)
        }
    }

    /// Takes in what a group's lamps show, and who asks for it.
    func takeState(of key: SignalKey, _ reading: AttributeReading, _ owner: SignalKey) {
        guard let site = sites[owner], let configuration = site.configuration,
            let group = configuration.groupIDs.firstIndex(of: key.id)
        else { return }
        let time = reading.time("signalState")
        if site.controller == nil {
            guard let time else { return }
            site.controller = SiteController(configuration, zero: time)
        }
        if let time, let state = reading.text("signalState").flatMap({ SignalState(rawValue: $0) }) {
            site.controller?.take(state: state, at: time, of: group)
        }
        site.controller?.take(
            isRequested: reading.isTrue("requested"),
            priorityAt: reading.isTrue("priorityRequest") ? reading.time("priorityRequest") : nil, of: group)
    }
}
