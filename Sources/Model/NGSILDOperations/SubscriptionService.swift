public import JSONTree
public import NGSILDModel

/// Context information subscription: keeps subscriptions and answers with them. Delivery follows the change feed.
///
/// - Source: CIM 009 clauses 5.8.1 to 5.8.6.
public protocol SubscriptionService: Sendable {
    /// 5.8.1. `body` is the subscription's JSON object, `context` the @context its names are read under.
    ///
    /// - Parameters:
    ///   - contextURL: where the broker hosts the context, when that has no URL of its own.
    ///   - owner: the caller whose subscription it is, who is asked at each delivery what they may see; `nil`: the city's
    ///     own, which sees everything.
    ///   - reply: gets the subscription's id.
    func createSubscription(
        _ body: JSONDocument, context: TermContext, contextURL: String?, owner: String?, tenant: String,
        on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void)

    /// 5.8.2
    func updateSubscription(
        id: String, _ fragment: JSONDocument, context: TermContext, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.8.3. Appends the subscription as JSON with its names compacted under `context`.
    func appendSubscription(
        id: String, tenant: String, context: TermContext, showsSystemAttributes: Bool, to writer: inout ByteWriter
    ) throws(NGSILDError)

    /// The caller whose subscription it is; `nil` where there is none, or no such subscription.
    func subscriptionOwner(id: String, tenant: String) -> String?

    /// 5.8.4. The ids of the tenant's subscriptions, in a stable order.
    func subscriptionIDs(tenant: String) throws(NGSILDError) -> [String]

    /// 5.8.5
    func deleteSubscription(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)
}

extension SubscriptionService {
    /// 5.8.1, for a subscription of the city's own.
    public func createSubscription(
        _ body: JSONDocument, context: TermContext, contextURL: String?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        createSubscription(
            body, context: context, contextURL: contextURL, owner: nil, tenant: tenant, on: scheduler, reply: reply)
    }
}
