import AlertRules
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// The subscriptions by which rules tell: one for each channel, which follows what the alerts of its rule say in `notice`.
///
/// So alerts are told as all is that subscribers are told of: decided in the commit, kept in the outbox, tried again,
/// and shown to operators (docs/subscriptions.md).
struct RuleSubscriptions: Sendable {
    /// A subscription that a rule needs.
    struct Channel: Sendable {
        let id: String
        let notice: RuleNotice
        let isEscalation: Bool
    }

    private let delivery: RuleDelivery
    private let context: TermContext

    init(_ delivery: RuleDelivery, _ registry: TermRegistry) {
        self.delivery = delivery
        context = TermContext(context: .core, registry: registry)
    }

    static func channels(of id: String, _ rule: AlertRule) -> [Channel] {
        func channels(_ notices: [RuleNotice], isEscalation: Bool) -> [Channel] {
            notices.map { notice in
                let members = notice.members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                let purpose = isEscalation ? "escalation" : "notify"
                return Channel(
                    id: RuleIdentity.subscription(id, purpose, ([notice.uri] + members).joined(separator: " ")),
                    notice: notice, isEscalation: isEscalation)
            }
        }
        return channels(rule.notices, isEscalation: false)
            + channels(rule.escalation?.notices ?? [], isEscalation: true)
    }

    func status(_ id: String, tenant: String) -> DeliveryStatus? {
        try? delivery.notifications.delivery(of: id, tenant: tenant)
    }

    /// The subscriptions of rules that a tenant has.
    func ids(tenant: String) -> [String] {
        ((try? delivery.subscriptions.subscriptionIDs(tenant: tenant)) ?? [])
            .filter { $0.hasPrefix(RuleIdentity.subscriptionPrefix) }
    }

    /// Makes a subscription where it is not there.
    ///
    /// - Returns: why it cannot be made; `nil` where it is there now.
    func ensure(_ channel: Channel, rule id: String, name: String, tenant: String) async -> String? {
        if status(channel.id, tenant: tenant) != nil { return nil }
        // Those who were told that nobody reacted are told of the end as well.
        let notices =
            channel.isEscalation ? "(notice==\"escalated\"|(notice==\"cleared\";escalatedAt))" : "notice!=\"escalated\""
        let more = ",\"watchedAttributes\":[\"notice\"],\"q\":\(quoted("alertRule==\"\(id)\";\(notices)"))"
        let error = await create(channel.id, name: "Alerts of \(name)", more, channel.notice, tenant: tenant)
        if case .alreadyExists = error { return nil }
        return error?.detail
    }

    /// Deletes a subscription for which nothing waits.
    ///
    /// - Returns: whether it is gone.
    func remove(_ id: String, tenant: String) async -> Bool {
        guard let status = status(id, tenant: tenant) else { return true }
        guard status.waiting == 0 else { return false }
        return await delete(id, tenant: tenant)
    }

    /// Sends a notification without an alert, by a subscription that lives so long.
    func test(_ notice: RuleNotice, tenant: String) async throws(NGSILDError) -> NotificationTest {
        let id = RandomURN.make("Subscription:rule-test")
        let error = await create(
            id, name: "Test of a rule's channel", ",\"q\":\"notice==\\\"test\\\"\"", notice, tenant: tenant)
        if let error { throw error }
        let result = await withCheckedContinuation { continuation in
            delivery.notifications.test(id, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        _ = await delete(id, tenant: tenant)
        return try result.get()
    }

    // MARK: - Steps

    private func create(
        _ id: String, name: String, _ more: String, _ notice: RuleNotice, tenant: String
    ) async -> NGSILDError? {
        var text = "{\"id\":\(quoted(id)),\"type\":\"Subscription\",\"subscriptionName\":\(quoted(name))"
        text += ",\"entities\":[{\"type\":\"\(RuleVocabulary.alertType)\"}]\(more)"
        text += ",\"notification\":{\"format\":\"keyValues\",\"endpoint\":{\"uri\":\(quoted(notice.uri))"
        for (name, value) in notice.members { text += ",\"\(name)\":\(value)" }
        text += "}}}"
        let document: JSONDocument
        do { document = try JSONDocument(parsing: text) } catch {
            return .internalError("The subscription of a rule is no JSON: \(error)")
        }
        let result = await withCheckedContinuation { continuation in
            delivery.subscriptions.createSubscription(
                document, context: context, contextURL: nil, tenant: tenant, on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        if case .failure(let error) = result { return error }
        return nil
    }

    private func delete(_ id: String, tenant: String) async -> Bool {
        let result = await withCheckedContinuation { continuation in
            delivery.subscriptions.deleteSubscription(id: id, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        switch result {
        case .success, .failure(.resourceNotFound): return true
        case .failure: return false
        }
    }

    private func quoted(_ text: String) -> String {
        var writer = ByteWriter(capacity: text.utf8.count + 16)
        writer.append(jsonString: text)
        return writer.string()
    }
}
