import JSONLD
public import NGSILDOperations

extension RuleService {
    /// What of rules goes into the history unless an operator wants it otherwise (docs/temporal.md, Policies).
    ///
    /// How many entities a rule watches changes all the time, and the alerts tell the rest; so `ruleStatus` is not kept.
    public static var historyPolicies: [HistoryPolicy] {
        var status = HistoryPolicy(name: "rules-status")
        status.type = ResolvedContext.core.expand(term: RuleVocabulary.ruleType)
        status.attribute = ResolvedContext.core.expand(term: "ruleStatus")
        status.isRecorded = false
        return [status]
    }
}
