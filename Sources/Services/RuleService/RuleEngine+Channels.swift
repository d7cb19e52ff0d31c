import AlertRules
import NGSILDModel

/// By what ways rules tell, and how these are.
extension RuleEngine {
    /// Makes the subscriptions that a rule needs and that are not there.
    func subscribe(_ watchedRule: WatchedRule) async {
        guard let subscriptions, let rule = watchedRule.rule else { return }
        for channel in RuleSubscriptions.channels(of: watchedRule.key.id, rule) {
            let key = RuleKey(tenant: watchedRule.key.tenant, id: channel.id)
            retired.remove(key)
            let problem = await subscriptions.ensure(
                channel, rule: watchedRule.key.id, name: watchedRule.name, tenant: key.tenant)
            if let problem, channelProblems[key] != problem {
                configuration.onProblem("\(watchedRule.key.id) cannot tell by \(channel.notice.channel): \(problem)")
            }
            channelProblems[key] = problem
        }
    }

    /// Notes subscriptions that a rule needed and does no longer.
    func retireChannels(of former: WatchedRule?, keeping present: WatchedRule?) {
        guard let former, let rule = former.rule, former.state == .watching else { return }
        var kept: Set<String> = []
        if let present, let rule = present.rule, present.state == .watching {
            kept = Set(RuleSubscriptions.channels(of: present.key.id, rule).map(\.id))
        }
        for channel in RuleSubscriptions.channels(of: former.key.id, rule) where !kept.contains(channel.id) {
            let key = RuleKey(tenant: former.key.tenant, id: channel.id)
            retired.insert(key)
            channelProblems[key] = nil
        }
    }

    /// Deletes subscriptions that are needed no longer once what waits for them is told.
    func removeRetired() async {
        guard let subscriptions else { return }
        for key in retired where await subscriptions.remove(key.id, tenant: key.tenant) { retired.remove(key) }
    }

    // MARK: - Reports

    func reports() -> [RuleReport] {
        rules.values.sorted { ($0.key.tenant, $0.key.id) < ($1.key.tenant, $1.key.id) }.map { watched in
            let channels = watched.rule.map { RuleSubscriptions.channels(of: watched.key.id, $0) } ?? []
            return RuleReport(
                id: watched.key.id, tenant: watched.key.tenant, name: watched.name, state: watched.state.word,
                reason: reason(watched), severity: watched.rule?.severity, entities: watched.watched.count,
                raised: watched.raisedCount, mutedUntil: watched.mutedUntil.isSet ? watched.mutedUntil : nil,
                channels: channels.map { channel in
                    RuleReport.Channel(
                        channel: channel.notice.channel, isEscalation: channel.isEscalation, subscription: channel.id,
                        delivery: subscriptions?.status(channel.id, tenant: watched.key.tenant),
                        problem: channelProblems[RuleKey(tenant: watched.key.tenant, id: channel.id)])
                })
        }
    }
}
