import AirQuality
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// Raises, updates and clears alerts.
extension AirEngine {
    /// Rules that a tenant may have.
    private static let ruleLimit = 200

    /// Reads a tenant's rules anew; those of the directive are there unless an entity takes their place.
    func readRules(of tenant: String) {
        var found = Dictionary(configuration.alertRules.map { ($0.id, $0) }) { first, _ in first }
        let reader = AlertRuleReader(vocabulary: vocabulary)
        for entity in ruleEntities(of: tenant) {
            switch reader.read(entity) {
            case .rule(let rule): found[rule.id] = rule
            case .inactive: found[entity.id] = nil
            case .wrong(let reason):
                configuration.onProblem("The alert rule \(entity.id) is not followed: \(reason)")
                found[entity.id] = nil
            }
        }
        let former = rules[tenant] ?? []
        retiredRules[tenant, default: []] += former.filter { found[$0.id] == nil }
        rules[tenant] = found.values.sorted { $0.id < $1.id }
        for key in stations.keys where key.tenant == tenant { touched.insert(key) }
    }

    private func ruleEntities(of tenant: String) -> [EntityRecord] {
        guard let known = try? operations.consumption.entityTypes(tenant: tenant) else { return [] }
        let types = known.map(\.type).filter { vocabulary.followed([$0]) == .alertRule }
        guard !types.isEmpty else { return [] }
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: types)
        query.limit = Self.ruleLimit
        guard let page = try? operations.consumption.queryEntities(query, tenant: tenant) else { return [] }
        if page.hasMore {
            configuration.onProblem(
                "Tenant \"\(tenant)\" has more than \(Self.ruleLimit) alert rules; the newest are not followed")
        }
        return page.entities
    }

    /// Judges a tenant's rules where something was computed.
    func judgeAlerts(_ tenant: String, _ keys: [StationKey], _ now: Timestamp) async {
        var members: [BatchMember] = []
        let computed = keys.compactMap { stations[$0] }
        for key in keys { alerted.remove(key) }
        for rule in rules[tenant] ?? [] {
            let judge = AlertJudge(rule: rule, indices: configuration.indices)
            if rule.isPerArea {
                guard computed.contains(where: rule.covers) else { continue }
                let inArea = stations.values.filter { $0.key.tenant == tenant && rule.covers($0) }
                    .sorted { $0.key.id < $1.key.id }
                members += member(judge, inArea, isPerArea: true, tenant, now)
            } else {
                for station in computed where rule.covers(station) {
                    members += member(judge, [station], isPerArea: false, tenant, now)
                }
            }
        }
        for rule in retiredRules.removeValue(forKey: tenant) ?? [] {
            for station in rule.isPerArea ? Array(computed.prefix(1)) : computed {
                members += clearing(rule, [station], tenant, now)
            }
        }
        for start in stride(from: 0, to: members.count, by: 1_000) {
            let part = Array(members[start..<min(start + 1_000, members.count)])
            switch await operations.submit(.batchUpsert(part, replaces: false), tenant: tenant) {
            case .failure(let error):
                configuration.onProblem("Alerts could not be written: \(error.detail)")
                touched.formUnion(keys)
            case .batch(let outcome):
                if let error = outcome.errors.first {
                    configuration.onProblem("The alert \(error.entityID ?? "?") was refused: \(error.error.detail)")
                }
            default: break
            }
        }
    }

    private func member(
        _ judge: AlertJudge, _ stations: [AirStation], isPerArea: Bool, _ tenant: String, _ now: Timestamp
    ) -> [BatchMember] {
        var raised: [(station: AirStation, finding: AlertJudge.Finding)] = []
        var isKnown = !judge.rule.looksAhead
        for station in stations {
            let found: AlertJudge.Finding?
            if case .forecast(let pollutant, _, _, _) = judge.rule.condition {
                let forecast = forecast(pollutant, of: station)
                if forecast != nil { isKnown = true }
                found = forecast.flatMap { judge.judge($0, now: now) }
            } else {
                found = hoursOver(station, now).flatMap { judge.judge(station, hours: $0) }
            }
            guard let finding = found, AlertEntity.expires(finding, judge.rule) > now else { continue }
            raised.append((station, finding))
            alerted.insert(station.key)
        }
        raised.sort { ($1.finding.value, $0.station.key.id) < ($0.finding.value, $1.station.key.id) }
        guard let worst = raised.first else {
            // Where nothing is forecast, nothing is known to be over.
            return isKnown ? clearing(judge.rule, stations, tenant, now) : []
        }
        var finding = worst.finding
        for other in raised.dropFirst() {
            finding.onset = min(finding.onset, other.finding.onset)
            finding.last = max(finding.last, other.finding.last)
            finding.peak = max(finding.peak, other.finding.peak)
        }
        return write(judge.rule, finding, raised.map(\.station), isPerArea ? nil : worst.station, tenant, now)
    }

    /// The hours of a station that are over and kept.
    private func hoursOver(_ station: AirStation, _ now: Timestamp) -> ClosedRange<Int>? {
        guard let newest = station.newest else { return nil }
        let last = ClockHour.end(newest) <= now ? newest : newest - 1
        let first = newest - configuration.hoursKept + 1
        return first <= last ? first...last : nil
    }

    func clearing(
        _ rule: AlertRule, _ stations: [AirStation], _ tenant: String, _ now: Timestamp
    ) -> [BatchMember] {
        write(rule, nil, Array(stations.prefix(1)), rule.isPerArea ? nil : stations.first, tenant, now)
    }

    private func write(
        _ rule: AlertRule, _ finding: AlertJudge.Finding?, _ about: [AirStation], _ station: AirStation?,
        _ tenant: String, _ now: Timestamp
    ) -> [BatchMember] {
        guard let id = AlertEntity.id(rule, of: station) else { return [] }
        let present = try? operations.consumption.retrieveEntity(id: id, tenant: tenant)
        let onset = finding.map { ClockHour.end($0.onset - 1) } ?? now
        let entity = AlertEntity(rule: rule, finding: finding, onset: onset, now: now, stations: about)
        do throws(NGSILDError) {
            let draft = try entity.alert.draft(id: id, present: present, context: vocabulary.context)
            return draft.map { [.draft($0)] } ?? []
        } catch {
            configuration.onProblem("The alert \(id) is no entity: \(error.detail)")
            return []
        }
    }
}
