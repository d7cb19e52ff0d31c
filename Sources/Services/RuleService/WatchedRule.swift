import AlertRules
import NGSILDModel
import NGSILDQuery

struct RuleKey: Hashable, Sendable {
    let tenant: String
    let id: String
}

struct WatchKey: Hashable, Sendable {
    let rule: RuleKey
    let entity: String
}

/// A rule that the service knows, and what it watches. Belongs to the engine.
final class WatchedRule {
    enum State: Equatable {
        case watching
        case off
        case refused(String)

        var word: String {
            switch self {
            case .watching: "watching"
            case .off: "off"
            case .refused: "refused"
            }
        }
    }

    let key: RuleKey
    /// What the entity says that makes the rule; where that is the same, nothing has changed.
    var definition = ""
    /// For people, also where the rule is refused.
    var name = ""
    var rule: AlertRule?
    var query = EntityQuery()
    var state = State.off
    var mutedUntil = Timestamp.none
    var watched: [String: WatchedEntity] = [:]
    /// Whether entities were left out, because too many are watched.
    var isCut = false
    /// Whether not all of its entities were looked at, so that those it does not watch may be its all the same.
    var isPartlyRead = false
    /// Why they could not be found; `nil`: nothing was in the way.
    var problem: String?
    /// What `ruleStatus` says; empty where it is not known.
    var writtenStatus = ""
    var hasNewState = true

    init(_ key: RuleKey) { self.key = key }

    var raisedCount: Int { watched.values.count { $0.alert.isRaised } }
}

/// An entity that a rule watches, and its alert. Belongs to the engine.
final class WatchedEntity {
    let id: String
    let alertID: String
    var machine: RuleMachine
    var alert: StandingAlert
    /// Somebody ended or deleted the alert by hand: it is not raised until it has ended by itself.
    var isDismissed = false
    /// When it stands in the heap for.
    var queuedFor: Timestamp?

    init(id: String, alertID: String, machine: RuleMachine, alert: StandingAlert) {
        self.id = id
        self.alertID = alertID
        self.machine = machine
        self.alert = alert
    }
}

/// What an alert's entity says.
struct StandingAlert: Hashable, Sendable {
    /// What was told last.
    enum Notice: String, Sendable { case raised, cleared, escalated }

    var isRaised = false
    /// Somebody has ended it: where Parvis does, it says when.
    var isEndedByHand = false
    var since = Timestamp.none
    var notice: Notice?
    /// When that was.
    var noticedAt = Timestamp.none
    var isAcknowledged = false
    var mutedUntil = Timestamp.none
    var isEscalated = false
    var source: String?
    var rule: String?

    init() {}

    init(_ entity: EntityRecord?, _ vocabulary: inout RuleVocabulary) {
        guard let forest = entity?.attributes else { return }
        let state = vocabulary.text("alertState", in: forest)
        isRaised = state == "raised"
        isEndedByHand = state == "cleared" && vocabulary.root(named: "validTo", in: forest) == nil
        since = vocabulary.time("validFrom", in: forest)
        if let root = vocabulary.root(named: "notice", in: forest) {
            notice = forest.stringValue(of: root).flatMap { Notice(rawValue: $0) }
            noticedAt = forest.nodes[root].observedAt
        }
        if let root = vocabulary.root(named: "acknowledged", in: forest) {
            isAcknowledged = forest.valueText(of: root) == "true"
        }
        mutedUntil = vocabulary.time("mutedUntil", in: forest)
        isEscalated = vocabulary.root(named: "escalatedAt", in: forest) != nil
        source = vocabulary.root(named: "alertSource", in: forest).flatMap { forest.firstObject(of: $0) }
        rule = vocabulary.root(named: "alertRule", in: forest).flatMap { forest.firstObject(of: $0) }
    }

    /// When it is escalated; `nil`: not, as nobody was told of it yet, somebody acknowledged it, or it is escalated already.
    func escalates(_ escalation: AlertRule.Escalation?) -> Timestamp? {
        guard let escalation, isRaised, notice == .raised, !isAcknowledged, !isEscalated else { return nil }
        return max(since, noticedAt).adding(seconds: escalation.afterSeconds)
    }

    /// What should have been told, were nothing muted.
    var dueNotice: Notice? {
        if isRaised { return isEscalated ? .escalated : .raised }
        // Whoever heard nothing of an alert needs not hear of its end.
        return notice == nil ? nil : .cleared
    }
}
