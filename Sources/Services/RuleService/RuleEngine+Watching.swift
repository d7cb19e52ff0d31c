import AlertRules
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// Which entities a rule watches, and what they say.
extension RuleEngine {
    /// Seconds by which clocks may be ahead; values of a later time do not count.
    static let ahead = 600.0

    /// Begins to watch all entities that a rule selects.
    func watch(_ rule: WatchedRule) async {
        guard let selection = rule.rule?.condition.selection else { return }
        let tenant = rule.key.tenant
        var pages = EntityPages(
            selection.types, rule.query, of: tenant, operations.consumption, passesOver: true, &vocabulary)
        while let page = pages.next() {
            for entity in page { await watch(entity, under: rule) }
            if Task.isCancelled {
                rule.isPartlyRead = true
                return
            }
            await Task.yield()
        }
        guard let failure = pages.failure else { return }
        rule.isPartlyRead = true
        rule.problem = failure.detail
    }

    /// Takes in a change of an entity of a type that the rule is about.
    func observe(_ change: EntityChange, under key: RuleKey) async {
        guard let rule = rules[key], rule.state == .watching, let condition = rule.rule?.condition else { return }
        guard let entity = change.after, vocabulary.isOne(of: condition.selection.types, entity.types),
            rule.query.matches(entity)
        else { return unwatch(change.id, rule) }
        guard let watched = rule.watched[entity.id] else { return await watch(entity, under: rule) }
        let now = configuration.clock()
        var changed: Set<TermID> = []
        var deleted: [TermID] = []
        for attribute in change.attributes {
            if attribute.kind == .deleted { deleted.append(attribute.name) } else { changed.insert(attribute.name) }
        }
        var found = observations(condition, entity.attributes, now: now) { changed.contains($0) }
        let gone = condition.attributes.enumerated().filter { _, attribute in
            deleted.contains { vocabulary.matches($0, attribute.name) }
        }
        if !gone.isEmpty {
            found.append(RuleObservation(time: min(change.at, now), values: gone.map { ($0.offset, .none) }))
        } else if found.isEmpty, condition.hearsEverything {
            found = [RuleObservation(time: min(change.at, now))]
        }
        for observation in found { _ = watched.machine.take(observation) }
        if !found.isEmpty { touched.insert(WatchKey(rule: key, entity: entity.id)) }
    }

    private func unwatch(_ id: String, _ rule: WatchedRule) {
        guard let watched = rule.watched.removeValue(forKey: id) else { return }
        watchCount -= 1
        alerts[RuleKey(tenant: rule.key.tenant, id: watched.alertID)] = nil
        if watched.alert.isRaised { endings.append(EndedAlert(tenant: rule.key.tenant, id: watched.alertID)) }
    }

    // MARK: - Beginning

    private func watch(_ entity: EntityRecord, under rule: WatchedRule) async {
        guard let condition = rule.rule?.condition, rule.watched[entity.id] == nil else { return }
        guard watchCount < configuration.watchLimit else {
            rule.isCut = true
            return
        }
        let tenant = rule.key.tenant
        guard let alertID = RuleIdentity.alert(rule.key.id, of: entity.id) else {
            return configuration.onProblem(
                "\(entity.id) is not watched by \(rule.key.id): an id of both together would be too long")
        }
        let alert = StandingAlert(try? operations.consumption.retrieveEntity(id: alertID, tenant: tenant), &vocabulary)
        guard alert.rule.map({ $0 == rule.key.id }) ?? true, alert.source.map({ $0 == entity.id }) ?? true else {
            return configuration.onProblem(
                "\(entity.id) is not watched by \(rule.key.id): the alert \(alertID) is another's")
        }
        let machine = await machine(condition, entity, alert, tenant: tenant)
        let watched = WatchedEntity(id: entity.id, alertID: alertID, machine: machine, alert: alert)
        watched.isDismissed = alert.isEndedByHand && machine.raisedSince != nil
        rule.watched[entity.id] = watched
        watchCount += 1
        let key = WatchKey(rule: rule.key, entity: entity.id)
        alerts[RuleKey(tenant: tenant, id: alertID)] = key
        touched.insert(key)
    }

    /// A machine in the state that what was said of the entity has brought it to.
    ///
    /// What the rule asks for may have held for a while; so it is run over as much of the past as `for` is long, with the
    /// values before as they were. An alert that stands already stood through it.
    private func machine(
        _ condition: RuleCondition, _ entity: EntityRecord, _ alert: StandingAlert, tenant: String
    ) async -> RuleMachine {
        let now = configuration.clock()
        let start = now.adding(seconds: -condition.holdSeconds)
        var machine = RuleMachine(
            condition, start: start, heard: entity.createdAt, listensSince: listensSince)
        var found: [RuleObservation] = []
        if condition.windowSeconds > 0 {
            found = await past(
                condition, entity, tenant: tenant, from: now.adding(seconds: -condition.windowSeconds), to: now)
        }
        found += observations(condition, entity.attributes, now: now) { _ in true }
        if condition.hearsEverything { found.append(RuleObservation(time: min(entity.modifiedAt, now))) }
        found.sort { $0.time < $1.time }
        let later = found.firstIndex { $0.time > start } ?? found.endIndex
        for observation in found[..<later] { machine.prime(observation) }
        if alert.isRaised { machine.resume(raisedSince: alert.since.isSet ? min(alert.since, now) : start) }
        // What held at the start counts from there.
        if condition.holdSeconds > 0 { _ = machine.look(at: start) }
        for observation in found[later...] { _ = machine.take(observation) }
        _ = machine.look(at: now)
        return machine
    }

    private func past(
        _ condition: RuleCondition, _ entity: EntityRecord, tenant: String, from: Timestamp, to: Timestamp
    ) async -> [RuleObservation] {
        guard let history else { return [] }
        let asked = entity.attributes.names.filter { name in
            condition.attributes.contains { vocabulary.matches(name, $0.name) }
        }
        guard !asked.isEmpty else { return [] }
        do throws(NGSILDError) {
            // A copy: the engine may not be held while the history is read.
            var names = vocabulary
            return try await history.observations(
                condition, of: entity.id, Set(asked), tenant: tenant, from: from, to: to, &names
            ).observations
        } catch {
            configuration.onProblem("The history of \(entity.id) cannot be read: \(error.detail)")
            return []
        }
    }

    /// What an entity says by those of its attributes that are asked for, in the order of time.
    private func observations(
        _ condition: RuleCondition, _ forest: AttributeForest, now: Timestamp, where isAsked: (TermID) -> Bool
    ) -> [RuleObservation] {
        var found: [Timestamp: RuleObservation] = [:]
        for (place, attribute) in condition.attributes.enumerated() {
            guard let root = vocabulary.root(named: attribute.name, in: forest), isAsked(forest.nodes[root].name) else {
                continue
            }
            let time = forest.nodes[root].historyTime
            guard time <= now.adding(seconds: Self.ahead) else { continue }
            let counted = min(time, now)
            found[counted, default: RuleObservation(time: counted)].values.append(
                (place, vocabulary.value(attribute, forest, root)))
        }
        return found.values.sorted { $0.time < $1.time }
    }
}
