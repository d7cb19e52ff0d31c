import AlertRules
import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// An alert whose rule or entity is gone.
struct EndedAlert: Sendable {
    let tenant: String
    let id: String
}

/// Writes alerts: raised, ended, escalated; and what has to be told of them, which subscriptions follow as `notice`.
extension RuleEngine {
    private static let batch = 500
    /// What others have written on an alert, and an escalation, go with a new raising.
    private static let writtenByOthers = ["acknowledged", "acknowledgedNote", "mutedUntil", "escalatedAt", "peak"]

    private struct Write {
        let key: WatchKey?
        let tenant: String
        let isNew: Bool
        let draft: EntityDraft
    }

    func writeAlerts() async {
        let now = configuration.clock()
        let keys = touched
        touched = []
        var writes: [Write] = []
        for key in keys {
            guard let rule = rules[key.rule], let watched = rule.watched[key.entity] else { continue }
            if let write = write(key, watched, rule, now) { writes.append(write) }
            queue(key, watched, rule)
        }
        let ended = endings
        endings = []
        writes += ended.compactMap { write($0, now) }
        for start in stride(from: 0, to: writes.count, by: Self.batch) {
            await submit(Array(writes[start..<min(start + Self.batch, writes.count)]))
        }
    }

    private func submit(_ writes: [Write]) async {
        for tenant in Set(writes.map(\.tenant)) {
            for isNew in [true, false] {
                let part = writes.filter { $0.tenant == tenant && $0.isNew == isNew }
                guard !part.isEmpty else { continue }
                let members = part.map { BatchMember.draft($0.draft) }
                // An alert that somebody deleted does not come back in order to end.
                let operation: ProvisionOperation =
                    isNew ? .batchUpsert(members, replaces: false) : .batchUpdate(members, overwrite: true)
                switch await operations.submit(operation, tenant: tenant) {
                case .failure(let error):
                    configuration.onProblem("Alerts could not be written: \(error.detail)")
                    // They are tried again with the next look.
                    for write in part {
                        if let key = write.key {
                            touched.insert(key)
                        } else {
                            endings.append(EndedAlert(tenant: tenant, id: write.draft.id))
                        }
                    }
                case .batch(let outcome):
                    for error in outcome.errors {
                        if case .resourceNotFound = error.error { continue }
                        configuration.onProblem("The alert \(error.entityID ?? "?") was refused: \(error.error.detail)")
                    }
                default: break
                }
                for write in part { learn(write) }
            }
        }
    }

    /// What stands in the store now is what the next step goes by.
    private func learn(_ write: Write) {
        guard let key = write.key, let rule = rules[key.rule], let watched = rule.watched[key.entity] else { return }
        let entity = try? operations.consumption.retrieveEntity(id: watched.alertID, tenant: write.tenant)
        let alert = StandingAlert(entity, &vocabulary)
        if alert.isRaised, !watched.alert.isRaised { statistics.alertsRaised += 1 }
        if !alert.isRaised, watched.alert.isRaised { statistics.alertsCleared += 1 }
        if alert.isEscalated, !watched.alert.isEscalated { statistics.alertsEscalated += 1 }
        watched.alert = alert
        queue(key, watched, rule)
    }

    // MARK: - What has to be written

    private func write(_ key: WatchKey, _ watched: WatchedEntity, _ rule: WatchedRule, _ now: Timestamp) -> Write? {
        let stands = watched.machine.raisedSince != nil
        if !stands { watched.isDismissed = false }
        let alert = watched.alert
        if stands, !alert.isRaised {
            guard !watched.isDismissed else { return nil }
            return change(key, watched, rule, now, isRaised: true)
        }
        if !stands, alert.isRaised { return change(key, watched, rule, now, isRaised: false) }
        let notice = dueNotice(watched, rule, now)
        // What was ended by hand is over now: the next one is news, also after a restart.
        let isOver = !stands && alert.isEndedByHand
        guard notice != nil || isOver else { return nil }
        var writer = ByteWriter(capacity: 256)
        if isOver { ResultEntity.time("validTo", now, to: &writer) }
        if notice == .escalated, !alert.isEscalated { ResultEntity.time("escalatedAt", now, to: &writer) }
        if let notice { ResultEntity.text("notice", notice.rawValue, at: now, to: &writer) }
        return draft(watched.alertID, writer.string()).map {
            Write(key: key, tenant: key.rule.tenant, isNew: false, draft: $0)
        }
    }

    private func isMuted(_ watched: WatchedEntity, _ rule: WatchedRule, _ now: Timestamp) -> Bool {
        rule.mutedUntil > now || watched.alert.mutedUntil > now
    }

    /// What has to be told now; `nil`: nothing.
    private func dueNotice(
        _ watched: WatchedEntity, _ rule: WatchedRule, _ now: Timestamp
    ) -> StandingAlert.Notice? {
        let alert = watched.alert
        if isMuted(watched, rule, now) { return nil }
        if alert.isRaised {
            // Somebody knows.
            if alert.isAcknowledged { return nil }
            if let time = alert.escalates(rule.rule?.escalation), time <= now { return .escalated }
        }
        return alert.dueNotice == alert.notice ? nil : alert.dueNotice
    }

    /// When something may have to be told without anything else happening; `nil`: never.
    func nextNotice(_ watched: WatchedEntity, _ rule: WatchedRule) -> Timestamp? {
        let alert = watched.alert
        let now = configuration.clock()
        var time = alert.escalates(rule.rule?.escalation)
        if !alert.isAcknowledged || !alert.isRaised, alert.dueNotice != alert.notice { time = min(time ?? now, now) }
        guard let time else { return nil }
        let unmuted = max(time, rule.mutedUntil, alert.mutedUntil)
        return unmuted > now ? unmuted : nil
    }

    /// The draft of an alert that is raised, or over.
    private func change(
        _ key: WatchKey, _ watched: WatchedEntity, _ watchedRule: WatchedRule, _ now: Timestamp, isRaised: Bool
    ) -> Write? {
        guard let rule = watchedRule.rule else { return nil }
        let tenant = key.rule.tenant
        let entity = try? operations.consumption.retrieveEntity(id: watched.id, tenant: tenant)
        let placeName = entity.map { vocabulary.placeName(of: $0) } ?? watched.id
        var message = AlertMessage(rule: rule, ruleID: key.rule.id, placeName: placeName, source: watched.id)
        message.location = entity.flatMap { vocabulary.location(of: $0) }
        message.isRaised = isRaised
        message.onset = watched.machine.raisedSince ?? (watched.alert.since.isSet ? watched.alert.since : now)
        message.now = now
        message.met = isRaised ? rule.condition.tests.indices.filter { watched.machine.isMet($0) } : []
        message.figure = watched.machine.figure
        message.peak = watched.machine.peak
        // Whoever did not hear of an alert needs not hear of its end.
        let isUnknown = watched.alert.notice == nil || watched.alert.notice == .cleared
        let isQuiet = isRaised ? watchedRule.mutedUntil > now : isUnknown || isMuted(watched, watchedRule, now)
        if !isQuiet { message.notice = isRaised ? .raised : .cleared }
        var alert = message.alert
        if isRaised { alert.removed = Self.writtenByOthers }
        let present = try? operations.consumption.retrieveEntity(id: watched.alertID, tenant: tenant)
        do throws(NGSILDError) {
            let draft = try alert.draft(id: watched.alertID, present: present, context: vocabulary.context)
            return draft.map { Write(key: key, tenant: tenant, isNew: isRaised, draft: $0) }
        } catch {
            configuration.onProblem("The alert \(watched.alertID) is no entity: \(error.detail)")
            return nil
        }
    }

    /// The draft of an alert that is over since its rule or entity is gone.
    private func write(_ ended: EndedAlert, _ now: Timestamp) -> Write? {
        guard let present = try? operations.consumption.retrieveEntity(id: ended.id, tenant: ended.tenant) else {
            return nil
        }
        let alert = StandingAlert(present, &vocabulary)
        guard alert.isRaised else { return nil }
        statistics.alertsCleared += 1
        var writer = ByteWriter(capacity: 512)
        ResultEntity.text("alertState", "cleared", to: &writer)
        ResultEntity.time("validTo", now, to: &writer)
        ResultEntity.time("dateIssued", now, to: &writer)
        ResultEntity.text("msgType", "Cancel", to: &writer)
        if alert.notice != nil, alert.mutedUntil <= now {
            ResultEntity.text("notice", StandingAlert.Notice.cleared.rawValue, at: now, to: &writer)
        }
        return draft(ended.id, writer.string()).map { Write(key: nil, tenant: ended.tenant, isNew: false, draft: $0) }
    }

    private func draft(_ id: String, _ attributes: String) -> EntityDraft? {
        let text = "{\"id\":\"\(id)\",\"type\":\"\(RuleVocabulary.alertType)\"\(attributes)}"
        guard let document = try? JSONDocument(parsing: text) else { return nil }
        return try? EntityDecoder(context: vocabulary.context).decodeEntity(document, document.root)
    }
}
