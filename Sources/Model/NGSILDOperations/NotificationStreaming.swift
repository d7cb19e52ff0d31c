/// The notifications of subscriptions that are read from Parvis itself, kept for a while so that a reader can come back.
public protocol NotificationStreaming: Sendable {
    /// The endpoint URI of a subscription whose notifications are read here.
    var endpointURI: String { get }

    /// The place after the newest notification of a subscription.
    func newestPlace(subscription: String, tenant: String) -> String

    /// The notifications after a place, at most `limit`, in order; `nil` when some of them are no longer kept, or the
    /// place is not one of this process.
    func notifications(
        subscription: String, tenant: String, after place: String, limit: Int
    ) -> [StreamedNotification]?

    /// Follows a subscription from now on. `wake` runs on any thread when there is something new; it must be quick.
    ///
    /// - Returns: a token; the following ends when it is released or cancelled.
    func follow(subscription: String, tenant: String, wake: @escaping @Sendable () -> Void) -> ChangeFollower

    /// Forgets what is kept of a subscription that is gone.
    func forget(subscription: String, tenant: String)
}

/// A notification and where a reader that has it goes on.
public struct StreamedNotification: Hashable, Sendable {
    public let place: String
    /// JSON, as an HTTP endpoint is sent it.
    public let body: [UInt8]

    public init(place: String, body: [UInt8]) {
        self.place = place
        self.body = body
    }
}
