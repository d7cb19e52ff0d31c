/// Carries notifications to endpoints of one kind, or, as `NotificationTransports`, of all kinds.
public protocol NotificationTransport: Sendable {
    /// Brings the notification to its endpoint; returns once that has taken it.
    func deliver(_ message: NotificationMessage) async throws(NotificationFailure)
}

/// A notification as it is sent.
public struct NotificationMessage: Sendable {
    public let subscription: String
    public let tenant: String
    /// The endpoint's.
    public let uri: String
    /// How the endpoint wants to be spoken to.
    public let notifierInfo: [(key: String, value: String)]
    /// HTTP's headers; other protocols carry them in their own way. Those of the endpoint's `receiverInfo` come last, and
    /// take the place of others of the same name.
    public let headers: [(name: String, value: String)]
    /// The notification itself, JSON.
    public let body: [UInt8]
    /// How long taking it may last; `nil`: as configured.
    public let timeout: Duration?

    public init(
        subscription: String = "", tenant: String = "", uri: String,
        notifierInfo: [(key: String, value: String)] = [], headers: [(name: String, value: String)], body: [UInt8],
        timeout: Duration? = nil
    ) {
        self.subscription = subscription
        self.tenant = tenant
        self.uri = uri
        self.notifierInfo = notifierInfo
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// Why an endpoint did not take a notification. Shows no secret: operators and logs see it.
public struct NotificationFailure: Error, Hashable, Sendable {
    /// What the failure says of later attempts.
    public enum Kind: Hashable, Sendable {
        /// Nothing is there, or it says itself that it cannot take anything now: not the notification's fault.
        case unavailable(isAnswered: Bool)
        /// It may be this notification that the endpoint cannot take.
        case doubtful
        /// Trying again cannot help.
        case final
    }

    public let reason: String
    public let kind: Kind
    /// The HTTP status that the endpoint answered with; `nil`: it did not answer, or speaks another protocol.
    public let status: Int?

    /// Says why, for operators.
    ///
    /// - Parameters:
    ///   - reason: half a sentence that names the endpoint.
    ///   - status: the HTTP status of its answer.
    public init(_ reason: String, _ kind: Kind, status: Int? = nil) {
        self.reason = reason
        self.kind = kind
        self.status = status
    }

    /// Says why, for operators, where all that is known is whether another attempt may succeed.
    public init(_ reason: String, mayRetry: Bool) {
        self.init(reason, mayRetry ? .unavailable(isAnswered: false) : .final)
    }
}

/// Chooses the transport by the scheme of the endpoint's URI.
public struct NotificationTransports: NotificationTransport {
    private let byScheme: [String: any NotificationTransport]

    /// - Parameter byScheme: schemes in lower case.
    public init(_ byScheme: [String: any NotificationTransport]) { self.byScheme = byScheme }

    public func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        let scheme = message.uri.prefix { $0 != ":" }.lowercased()
        guard let transport = byScheme[scheme] else {
            throw NotificationFailure("there is no way to notify \(scheme) endpoints here", mayRetry: false)
        }
        try await transport.deliver(message)
    }
}
