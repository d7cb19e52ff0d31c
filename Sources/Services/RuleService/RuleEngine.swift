import AlertRules
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// The worker of the service: takes changes in, runs the machines, and writes.
///
/// A step runs from taking changes up to the alerts being durable; steps never overlap.
///
/// Invariants:
/// 1. `watchCount` is the number of entities watched, each counted for each rule; it is at most the configured limit.
/// 2. What is due of a watched entity stands in `due` under `queuedFor`; other entries of it mean nothing.
/// 3. `alerts` has the alert of each watched entity.
actor RuleEngine {
    let operations: ServiceOperations
    let configuration: RuleServiceConfiguration
    let subscriptions: RuleSubscriptions?
    let history: EntityHistory?
    let inbox: ChangeInbox
    var vocabulary: RuleVocabulary
    var statistics = RuleServiceStatistics()

    var rules: [RuleKey: WatchedRule] = [:]
    /// Rules by the last part of the types that they watch.
    var rulesByType: [String: Set<RuleKey>] = [:]
    var alerts: [RuleKey: WatchKey] = [:]
    var watchCount = 0
    var touched: Set<WatchKey> = []
    /// Alerts whose rule or entity is gone.
    var endings: [EndedAlert] = []
    var due = DueTimes<WatchKey>()
    /// Subscriptions that no rule needs any more; they go when nothing waits for them.
    var retired: Set<RuleKey> = []
    /// Why a subscription could not be made.
    var channelProblems: [RuleKey: String] = [:]
    /// Silence is counted from here on.
    var listensSince = Timestamp.none
    private let newest: Newest<RuleServiceStatistics>
    private var hasCaughtUp = false
    private var nextCare = Timestamp.none
    private let turn = Turn()

    init(
        _ operations: ServiceOperations, _ delivery: RuleDelivery?, _ configuration: RuleServiceConfiguration,
        _ inbox: ChangeInbox, _ newest: Newest<RuleServiceStatistics>
    ) {
        self.newest = newest
        self.operations = operations
        self.configuration = configuration
        self.inbox = inbox
        subscriptions = delivery.map { RuleSubscriptions($0, operations.registry) }
        history = operations.temporal.map { EntityHistory($0) }
        vocabulary = RuleVocabulary(registry: operations.registry)
    }

    // MARK: - Steps

    /// Works off what waits, and what is due by now.
    func workOff() async {
        await turn.run {
            let (changes, isBehind) = inbox.take()
            if !hasCaughtUp || isBehind {
                if isBehind { statistics.timesBehind += 1 }
                if !listensSince.isSet { listensSince = configuration.clock() }
                hasCaughtUp = await readEverything() && !Task.isCancelled
            } else {
                for change in changes { await take(change) }
            }
            passTime()
            await writeAlerts()
            await care()
            newest.value = statistics
        }
    }

    /// Until when the worker may sleep.
    func secondsToNextDue() -> Double {
        guard let first = due.min else { return .infinity }
        // An instant is over only when a later one has come.
        return Double(first.time.microseconds - configuration.clock().microseconds + 1_000) / 1_000_000
    }

    private func take(_ change: EntityChange) async {
        var types = change.after?.types ?? []
        for type in change.before?.types ?? [] where !types.contains(type) { types.append(type) }
        let names = types.map { vocabulary.localName($0) }
        if names.contains(RuleVocabulary.ruleType) {
            await setRule(RuleKey(tenant: change.tenant, id: change.id), change.after)
        }
        if names.contains(RuleVocabulary.alertType) { takeAlert(change) }
        var seen: Set<RuleKey> = []
        for name in names {
            for key in rulesByType[name] ?? [] where key.tenant == change.tenant && seen.insert(key).inserted {
                await observe(change, under: key)
            }
        }
    }

    /// Learns what others have written on an alert.
    private func takeAlert(_ change: EntityChange) {
        let key = RuleKey(tenant: change.tenant, id: change.id)
        guard let place = alerts[key], let watched = rules[place.rule]?.watched[place.entity] else { return }
        let alert = StandingAlert(change.after, &vocabulary)
        guard alert != watched.alert else { return }
        if watched.alert.isRaised, !alert.isRaised, watched.machine.raisedSince != nil { watched.isDismissed = true }
        watched.alert = alert
        touched.insert(place)
    }

    // MARK: - Time

    private func passTime() {
        let now = configuration.clock()
        while let first = due.min, first.time < now {
            due.removeMin()
            guard let watched = watched(first.key), watched.queuedFor == first.time else { continue }
            watched.queuedFor = nil
            _ = watched.machine.advance(to: now)
            touched.insert(first.key)
        }
    }

    func watched(_ key: WatchKey) -> WatchedEntity? { rules[key.rule]?.watched[key.entity] }

    /// Puts the next instant at which something is due of a watched entity into the heap.
    func queue(_ key: WatchKey, _ watched: WatchedEntity, _ rule: WatchedRule) {
        var next = watched.machine.nextDue
        if let told = nextNotice(watched, rule) { next = min(next ?? told, told) }
        guard let next, watched.queuedFor.map({ next < $0 }) ?? true else { return }
        watched.queuedFor = next
        due.insert(DueTime(time: next, key: key))
        // What means nothing any more goes now and then.
        if due.count > 2 * watchCount + 1_000 { due.removeAll { self.watched($0.key)?.queuedFor != $0.time } }
    }

    // MARK: - Care

    /// Now and then: counts, rules of tenants that are gone, subscriptions that somebody deleted or nobody needs.
    private func care() async {
        let now = configuration.clock()
        for rule in rules.values where rule.hasNewState { await writeStatus(rule) }
        guard now >= nextCare else { return }
        nextCare = now.adding(seconds: configuration.careSeconds)
        let tenants = Set(operations.tenantNames())
        for (key, rule) in rules {
            if !tenants.contains(key.tenant), !key.tenant.isEmpty {
                removeRule(key)
                continue
            }
            await writeStatus(rule)
            if rule.state == .watching { await subscribe(rule) }
        }
        await removeRetired()
        count()
    }

    func count() {
        statistics.rules = rules.count
        statistics.rulesRefused = rules.values.count { if case .refused = $0.state { true } else { false } }
        statistics.watched = watchCount
        statistics.raised = rules.values.reduce(0) { $0 + $1.raisedCount }
    }
}
