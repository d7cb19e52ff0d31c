import AlertRules
import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// Reading rules, and saying how they are.
extension RuleEngine {
    /// What makes a rule; the service's own `ruleStatus` and a mute do not.
    private static let members = [
        "name", "description", "ruleState", "severity", "category", "subCategory", "condition", "activeTimes", "notify",
        "escalation",
    ]

    /// Reads all rules of all tenants anew, and ends alerts that belong to nothing any more.
    ///
    /// - Returns: whether all could be read.
    func readEverything() async -> Bool {
        var isWhole = true
        for key in Array(rules.keys) { forget(key) }
        touched = []
        for tenant in operations.tenantNames() where SnapshotSpace.read(tenant) == nil {
            var pages = EntityPages([RuleVocabulary.ruleType], of: tenant, operations.consumption, &vocabulary)
            while let page = pages.next() {
                for entity in page { await setRule(RuleKey(tenant: tenant, id: entity.id), entity) }
                if Task.isCancelled { return false }
            }
            if let failure = pages.failure {
                // What belongs to a rule that is not known would look as if it belonged to none.
                configuration.onProblem("The rules of tenant \"\(tenant)\" cannot be read: \(failure.detail)")
                isWhole = false
                continue
            }
            await readLeftovers(of: tenant)
        }
        count()
        return isWhole
    }

    /// Alerts and subscriptions of rules and entities that went while nobody was there.
    private func readLeftovers(of tenant: String) async {
        var pages = EntityPages([RuleVocabulary.alertType], of: tenant, operations.consumption, &vocabulary)
        while let page = pages.next() {
            for entity in page where entity.id.hasPrefix(RuleIdentity.alertPrefix) {
                guard alerts[RuleKey(tenant: tenant, id: entity.id)] == nil else { continue }
                let alert = StandingAlert(entity, &vocabulary)
                let isUnsure = alert.rule.map { rules[RuleKey(tenant: tenant, id: $0)]?.isPartlyRead == true } ?? true
                if alert.isRaised, !isUnsure { endings.append(EndedAlert(tenant: tenant, id: entity.id)) }
            }
            await Task.yield()
        }
        guard let subscriptions else { return }
        let needed = Set(
            rules.values.filter { $0.key.tenant == tenant && $0.state == .watching }.flatMap { rule in
                rule.rule.map { RuleSubscriptions.channels(of: rule.key.id, $0).map(\.id) } ?? []
            })
        for id in subscriptions.ids(tenant: tenant) where !needed.contains(id) {
            retired.insert(RuleKey(tenant: tenant, id: id))
        }
    }

    // MARK: - One rule

    /// Takes a rule in, or what became of it.
    func setRule(_ key: RuleKey, _ entity: EntityRecord?) async {
        guard let entity else { return removeRule(key) }
        let forest = entity.attributes
        let mutedUntil = vocabulary.time("mutedUntil", in: forest)
        let definition = Self.members.map { name in
            vocabulary.root(named: name, in: forest).map { forest.valueText(of: $0) } ?? ""
        }.joined(separator: "\u{1}")
        if let known = rules[key], known.definition == definition {
            guard known.mutedUntil != mutedUntil else { return }
            known.mutedUntil = mutedUntil
            for id in known.watched.keys { touched.insert(WatchKey(rule: key, entity: id)) }
            return
        }
        let former = rules[key]
        forget(key)
        let watchedRule = WatchedRule(key)
        watchedRule.definition = definition
        watchedRule.mutedUntil = mutedUntil
        watchedRule.name = vocabulary.text("name", in: forest) ?? ""
        watchedRule.writtenStatus =
            vocabulary.root(named: "ruleStatus", in: forest).map { forest.valueText(of: $0) } ?? ""
        read(watchedRule, forest)
        rules[key] = watchedRule
        // Before its entities are read: a change that comes meanwhile waits in the inbox.
        followTypes()
        if watchedRule.state == .watching {
            await subscribe(watchedRule)
            await watch(watchedRule)
        }
        retireChannels(of: former, keeping: watchedRule)
        // What is watched no longer has no alert any more.
        for (id, watched) in former?.watched ?? [:]
        where !watchedRule.isPartlyRead && watchedRule.watched[id] == nil && watched.alert.isRaised {
            endings.append(EndedAlert(tenant: key.tenant, id: watched.alertID))
        }
    }

    private func read(_ watchedRule: WatchedRule, _ forest: AttributeForest) {
        do throws(RuleError) {
            let rule = try AlertRule { self.vocabulary.json($0, in: forest) }
            watchedRule.rule = rule
            watchedRule.state = rule.isOn ? .watching : .off
            watchedRule.query = try rule.condition.selection.entityQuery(vocabulary.context)
            if rule.isOn, rules.count >= configuration.ruleLimit {
                watchedRule.state = .refused(
                    "There are \(configuration.ruleLimit) rules already, which is the limit; raise rules-limit")
            }
        } catch {
            watchedRule.state = .refused(error.description)
        }
    }

    /// Ends what a rule had raised, and forgets it.
    func removeRule(_ key: RuleKey) {
        guard let rule = rules[key] else { return }
        for watched in rule.watched.values where watched.alert.isRaised {
            endings.append(EndedAlert(tenant: key.tenant, id: watched.alertID))
        }
        forget(key)
        retireChannels(of: rule, keeping: nil)
        followTypes()
    }

    /// Forgets a rule and what it watches, and leaves its alerts as they are.
    private func forget(_ key: RuleKey) {
        guard let rule = rules.removeValue(forKey: key) else { return }
        for (id, watched) in rule.watched {
            alerts[RuleKey(tenant: key.tenant, id: watched.alertID)] = nil
            touched.remove(WatchKey(rule: key, entity: id))
        }
        watchCount -= rule.watched.count
    }

    private func followTypes() {
        rulesByType = [:]
        for (key, rule) in rules where rule.state == .watching {
            for type in rule.rule?.condition.selection.types ?? [] {
                rulesByType[String(IRI.localName(type)), default: []].insert(key)
            }
        }
        inbox.follow(typeNames: [RuleVocabulary.ruleType, RuleVocabulary.alertType] + rulesByType.keys)
    }

    // MARK: - Status

    /// Writes how a rule is, where that has changed.
    func writeStatus(_ rule: WatchedRule) async {
        rule.hasNewState = false
        var writer = ByteWriter(capacity: 256)
        writer.append("{\"state\":")
        writer.append(jsonString: rule.state.word)
        if let reason = reason(rule) {
            writer.append(",\"reason\":")
            writer.append(jsonString: reason)
        }
        writer.append(",\"entities\":")
        writer.append(integer: rule.watched.count)
        writer.append(",\"raised\":")
        writer.append(integer: rule.raisedCount)
        writer.append("}")
        let text = writer.string()
        guard text != rule.writtenStatus else { return }
        rule.writtenStatus = text
        await update(
            rule.key.id, type: RuleVocabulary.ruleType, ",\"ruleStatus\":{\"type\":\"JsonProperty\",\"json\":\(text)}",
            tenant: rule.key.tenant)
    }

    func reason(_ rule: WatchedRule) -> String? {
        if case .refused(let reason) = rule.state { return reason }
        if let problem = rule.problem { return "Not all of its entities could be found. \(problem)" }
        if rule.isCut {
            return
                "Only \(rule.watched.count) of its entities are watched, as \(configuration.watchLimit) are over all rules; raise rule-entities"
        }
        return nil
    }

    /// Changes attributes of an entity that is there; one that is gone stays so.
    func update(_ id: String, type: String, _ attributes: String, tenant: String) async {
        let text = "{\"id\":\"\(id)\",\"type\":\"\(type)\"\(attributes)}"
        guard let document = try? JSONDocument(parsing: text),
            let draft = try? EntityDecoder(context: vocabulary.context).decodeEntity(document, document.root)
        else { return configuration.onProblem("What has to be written of \(id) is no entity") }
        var fragment = draft
        fragment.types = []
        let result = await operations.submit(.appendAttributes(id: id, fragment, overwrite: true), tenant: tenant)
        if case .failure(let error) = result {
            if case .resourceNotFound = error { return }
            configuration.onProblem("\(id) could not be updated: \(error.detail)")
        }
    }
}

extension RuleCondition.Selection {
    /// The query that selects the entities, but for their types.
    func entityQuery(
        _ context: TermContext, lifetime: QueryLifetime = .standing
    ) throws(RuleError) -> EntityQuery {
        var result = EntityQuery()
        result.ids = ids
        if let idPattern {
            result.idPattern = try Self.reading("idPattern") { () throws(NGSILDError) in
                try TextPattern(parsing: idPattern, lifetime: lifetime)
            }
        }
        if let scopeQuery {
            result.scope = try Self.reading("scopeQ") { () throws(NGSILDError) in try ScopeQuery(parsing: scopeQuery) }
        }
        if let query {
            result.expression = try Self.reading("q") { () throws(NGSILDError) in
                try QueryExpression(parsing: query, context: context, lifetime: lifetime)
            }
        }
        if let area {
            result.geo = try Self.reading("area") { () throws(NGSILDError) in
                guard let geometry = try? Geometry(parsing: area) else {
                    throw .badRequestData("a GeoJSON Polygon or MultiPolygon is expected")
                }
                return try GeoQuery(.within, of: try context.term("location"), to: geometry)
            }
        }
        return result
    }

    private static func reading<Value>(
        _ member: String, _ read: () throws(NGSILDError) -> Value
    ) throws(RuleError) -> Value {
        do throws(NGSILDError) { return try read() } catch {
            throw RuleError("condition.entities.\(member)", error.detail)
        }
    }
}
