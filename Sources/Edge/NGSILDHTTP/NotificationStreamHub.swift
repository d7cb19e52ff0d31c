import AccessPolicies
import JSONTree
import NGSILDModel
import NGSILDOperations
import NIOCore
import Synchronization

/// Serves `/streams/subscriptions/{id}`: the notifications of a subscription whose endpoint is Parvis itself, as
/// server-sent events or over a WebSocket.
///
///     event: notification
///     id: 3w5e11-17
///     data: {"id":"urn:ngsi-ld:Notification:…","type":"Notification",…}
///
/// Nothing is buffered for a client: it is sent what is kept after its place, as far as it reads. One that comes back
/// with its place goes on from there; `event: reset` says that something in between is no longer kept.
final class NotificationStreamHub: Sendable {
    static let path = "/streams/subscriptions/"

    /// A stream and how far it has come.
    ///
    /// Invariant: touched on the loop of its connection only, but for `isWoken` (`@unchecked Sendable` because of that).
    private final class Member: @unchecked Sendable {
        let stream: EventStream
        let loop: LoopState
        let id: String
        let tenant: String
        var place = ""
        var follower: ChangeFollower?
        /// Whether a reading is on its way to the loop.
        let isWoken = Atomic<Bool>(false)

        init(_ stream: EventStream, _ loop: LoopState, id: String, tenant: String) {
            self.stream = stream
            self.loop = loop
            self.id = id
            self.tenant = tenant
        }
    }

    private let notifications: any NotificationStreaming
    private let subscriptions: any SubscriptionService
    private let core: TermContext
    private let metrics: HTTPMetrics
    private let count = Atomic<Int>(0)

    /// Notifications that are read at a time.
    private static let batch = 32

    init(
        _ notifications: any NotificationStreaming, of subscriptions: any SubscriptionService, core: TermContext,
        metrics: HTTPMetrics
    ) {
        self.notifications = notifications
        self.subscriptions = subscriptions
        self.core = core
        self.metrics = metrics
    }

    /// - Parameter caller: who asks; `nil`: someone who may do everything.
    func open(_ request: HTTPRequest, as caller: PermittedCaller? = nil) {
        request.operation = .notificationStream
        do throws(HTTPFailure) { try open(request, StreamOpening(request, allowing: []), caller) } catch {
            request.answer(error.answer)
        }
    }

    private func open(
        _ request: HTTPRequest, _ opening: StreamOpening, _ caller: PermittedCaller?
    ) throws(HTTPFailure) {
        let text = String(request.path.dropFirst(Self.path.count))
        let decoded = Array(text.utf8).withUnsafeBufferPointer { PercentCoding.decode($0, plusIsSpace: false) }
        guard let id = decoded, EntityID.isValid(id) else {
            throw .ngsild(.badRequestData("\(Self.path) is followed by the id of a subscription, percent-encoded"))
        }
        try translating { () throws(NGSILDError) in
            try checkEndpoint(id, opening.tenant, known(to: caller))
        }
        let loop = request.loop
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= loop.state.configuration.streamLimit else {
            count.wrappingSubtract(1, ordering: .relaxed)
            throw StreamOpening.full
        }
        metrics.streamOpened()
        let stream = EventStream(
            opening.form,
            onEnd: { [self] in
                count.wrappingSubtract(1, ordering: .relaxed)
                metrics.streamClosed()
            })
        let member = Member(stream, loop, id: id, tenant: opening.tenant)
        let subscriptions = subscriptions
        stream.mayGoOn = { [weak member] caller in
            guard let member else { return false }
            let decision = caller.permit.decide(.retrieveSubscription, tenant: member.tenant)
            if case .refused = decision { return false }
            let caller = PermittedCaller(
                caller: caller, operation: .retrieveSubscription, tenant: member.tenant, decision: decision)
            return PermittedSubscriptions(base: subscriptions, caller: caller).isOpen(member.id, member.tenant)
        }
        do throws(HTTPFailure) {
            // The stream holds the member, which lets go of the following with it.
            try opening.begin(request, stream) { [self] in read(member) }
        } catch {
            stream.end()
            throw error
        }
        member.follower = notifications.follow(subscription: id, tenant: opening.tenant) { [weak self, weak member] in
            if let self, let member { wake(member) }
        }
        // Taken after following began, so that no notification falls between the two.
        let newest = notifications.newestPlace(subscription: id, tenant: opening.tenant)
        member.place = opening.place ?? newest
        stream.greet(id: opening.place == nil ? newest : nil)
        read(member)
        stream.keepAlive(on: loop) { [weak self, weak member] in
            guard let self, let member else { return nil }
            guard (try? checkEndpoint(member.id, member.tenant, self.subscriptions)) != nil else {
                leave(member)
                return nil
            }
            return member.place
        }
    }

    /// Subscriptions as far as a caller may know of them.
    private func known(to caller: PermittedCaller?) -> any SubscriptionService {
        guard let caller else { return subscriptions }
        return PermittedSubscriptions(base: subscriptions, caller: caller)
    }

    /// - Throws: when there is no such subscription, or its notifications go elsewhere.
    private func checkEndpoint(
        _ id: String, _ tenant: String, _ subscriptions: any SubscriptionService
    ) throws(NGSILDError) {
        var writer = ByteWriter()
        try subscriptions.appendSubscription(
            id: id, tenant: tenant, context: core, showsSystemAttributes: false, to: &writer)
        guard let shown = try? JSONDocument(parsing: writer.array()),
            let notification = shown.member(shown.root, "notification"),
            let endpoint = shown.member(notification, "endpoint"),
            shown.member(endpoint, "uri").flatMap({ shown.string($0) }) == notifications.endpointURI
        else {
            throw .operationNotSupported(
                "The notifications of \(id) go to another endpoint; to read them here, it has the uri \(notifications.endpointURI)"
            )
        }
    }

    /// The subscription is gone, or notifies another endpoint now.
    private func leave(_ member: Member) {
        _ = member.stream.send(
            StreamMessage(event: "end", data: Array(#"{"reason":"there is no such subscription any more"}"#.utf8)))
        member.stream.close(4_404, "there is no such subscription any more")
        notifications.forget(subscription: member.id, tenant: member.tenant)
    }

    /// Runs on any thread.
    private func wake(_ member: Member) {
        guard !member.isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        member.loop.deliver([
            { [self] in
                // Before reading, so that what comes during it wakes again.
                member.isWoken.store(false, ordering: .releasing)
                read(member)
            }
        ])
    }

    /// Sends what is kept after the member's place, as far as its client reads; on its loop.
    private func read(_ member: Member) {
        while !member.stream.isBehind, !member.stream.hasEnded {
            guard
                let next = notifications.notifications(
                    subscription: member.id, tenant: member.tenant, after: member.place, limit: Self.batch)
            else { return reset(member) }
            if next.isEmpty { return }
            for notification in next {
                let message = StreamMessage(event: "notification", id: notification.place, data: notification.body)
                guard member.stream.send(message) else { return }
                member.place = notification.place
            }
        }
    }

    private func reset(_ member: Member) {
        let newest = notifications.newestPlace(subscription: member.id, tenant: member.tenant)
        let data = Array(#"{"reason":"notifications since then are no longer kept"}"#.utf8)
        guard member.stream.send(StreamMessage(event: "reset", id: newest, data: data)) else { return }
        member.place = newest
        metrics.streamDropped()
    }
}
