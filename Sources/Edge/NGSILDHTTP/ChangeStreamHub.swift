import JSONTree
import NGSILDModel
import NGSILDOperations
import NIOCore
import Synchronization

/// Serves `/console/stream`: the changes of a tenant as server-sent events, for the console and for scripts.
///
/// Changes are gathered for a tick, made into one for each entity, rendered once for all streams that want the same, and
/// sent as events:
///
///     event: change
///     id: 4711
///     data: [{"op":"update","id":"urn:…","entity":{…}}, …]
///
/// `id` is the sequence number of the last change; a client that comes back with `Last-Event-ID` gets what it missed, or
/// `event: reset` when that is no longer kept.
///
/// Invariants:
/// 1. While there is a stream, `follower` follows the feed; what comes is in `gathered` or was sent.
/// 2. At most one tick is scheduled.
final class ChangeStreamHub: Sendable {
    private struct Member {
        let stream: EventStream
        let loop: LoopState
    }

    private struct State {
        var members: [ObjectIdentifier: Member] = [:]
        var gathered: [EntityChange] = []
        var isScheduled = false
        var overflowed = false
        var follower: ChangeFollower?
    }

    private let feed: any ChangeFeed
    private let renderer: ChangeRenderer
    private let metrics: HTTPMetrics
    private let state = Mutex(State())

    private static let tick = TimeAmount.milliseconds(100)
    private static let heartbeat = TimeAmount.seconds(15)
    static let changesPerEvent = 500
    /// Changes gathered between two ticks before streams are told to reload.
    private static let gatherLimit = 20_000

    init(feed: any ChangeFeed, core: TermContext, metrics: HTTPMetrics) {
        self.feed = feed
        renderer = ChangeRenderer(core: core)
        self.metrics = metrics
    }

    // MARK: Streams come and go

    func open(_ request: HTTPRequest) {
        request.operation = .changeStream
        do throws(HTTPFailure) {
            guard request.method == .GET else {
                var answer = HTTPAnswer.problem(
                    status: 405, title: "Method Not Allowed", detail: "The stream of changes takes GET only")
                answer.headers.append(("Allow", "GET"))
                throw .answer(answer)
            }
            let parameters = try QueryParameters(request.query, allowing: [.types])
            let tenant = try TenantName.check(request.fields.tenant)
            let types = Set((parameters[.types] ?? "").split(separator: ",").map(String.init))
            try open(request, types, tenant)
        } catch {
            request.answer(error.answer)
        }
    }

    private func open(_ request: HTTPRequest, _ types: Set<String>, _ tenant: String) throws(HTTPFailure) {
        let loop = request.loop
        let stream = EventStream(
            types: types, tenant: tenant, newest: { [feed] in feed.lastSequence },
            onEnd: { [weak self] stream in self?.close(stream) },
            onBehind: { [metrics] in metrics.streamDropped() })
        guard join(Member(stream: stream, loop: loop), limit: loop.state.configuration.streamLimit) else {
            throw .ngsild(.overloaded("As many live streams are open as are taken; close one, or try again later"))
        }
        guard request.connection.beginStream(request, stream) else {
            stream.end()
            throw .invalidRequest("A stream needs a connection of its own; send no other requests before it")
        }
        // Taken after following began, so that no change falls between the two.
        let now = feed.lastSequence
        stream.sentThrough = now
        // A client that comes back keeps its own place until it has what it missed.
        let place = request.header("Last-Event-ID") == nil ? "id: \(now)\n" : ""
        stream.send(ByteBuffer(string: "retry: 2000\n\(place)event: hello\ndata: {}\n\n"))
        if let text = request.header("Last-Event-ID") { catchUp(stream, from: UInt64(text), to: now) }
        scheduleHeartbeat(stream, loop)
    }

    private func join(_ member: Member, limit: Int) -> Bool {
        let mustFollow = state.withLock { state -> Bool? in
            guard state.members.count < limit else { return nil }
            state.members[ObjectIdentifier(member.stream)] = member
            return state.follower == nil
        }
        guard let mustFollow else { return false }
        metrics.streamOpened()
        if mustFollow {
            let follower = feed.follow { [weak self] changes in self?.gather(changes) }
            let surplus = state.withLock { state -> ChangeFollower? in
                if state.follower != nil || state.members.isEmpty { return follower }
                state.follower = follower
                return nil
            }
            surplus?.cancel()
        }
        return true
    }

    private func close(_ stream: EventStream) {
        let (wasMember, follower) = state.withLock { state -> (Bool, ChangeFollower?) in
            guard state.members.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return (false, nil) }
            guard state.members.isEmpty else { return (true, nil) }
            defer {
                state.follower = nil
                state.gathered = []
                state.overflowed = false
            }
            return (true, state.follower)
        }
        if wasMember { metrics.streamClosed() }
        follower?.cancel()
    }

    private func catchUp(_ stream: EventStream, from last: UInt64?, to now: UInt64) {
        guard let last, last <= now, let missed = feed.recentChanges(after: last) else {
            stream.reset(reason: "the changes since then are no longer kept")
            return
        }
        stream.sentThrough = last
        send(missed, to: [stream])
    }

    private func scheduleHeartbeat(_ stream: EventStream, _ loop: LoopState) {
        _ = loop.eventLoop.scheduleTask(in: Self.heartbeat) { [weak self, weak stream] in
            guard let self, let stream, state.withLock({ $0.members[ObjectIdentifier(stream)] != nil }) else { return }
            stream.send(ByteBuffer(string: ": still here\n\n"))
            loop.flushTouched()
            scheduleHeartbeat(stream, loop)
        }
    }

    // MARK: Changes come

    /// Runs on the committer's thread: only keeps the changes and sees that a tick comes.
    private func gather(_ changes: [EntityChange]) {
        let loop = state.withLock { state -> LoopState? in
            if state.gathered.count + changes.count > Self.gatherLimit {
                state.gathered.removeAll()
                state.overflowed = true
            } else if !state.overflowed {
                state.gathered.append(contentsOf: changes)
            }
            guard !state.isScheduled, let loop = state.members.values.first?.loop else { return nil }
            state.isScheduled = true
            return loop
        }
        guard let loop else { return }
        _ = loop.eventLoop.scheduleTask(in: Self.tick) { [weak self] in self?.sendGathered() }
    }

    private func sendGathered() {
        let (changes, overflowed, members) = state.withLock { state in
            defer {
                state.gathered = []
                state.overflowed = false
                state.isScheduled = false
            }
            return (state.gathered, state.overflowed, Array(state.members.values))
        }
        let groups = Dictionary(grouping: members) { ObjectIdentifier($0.loop) }
        for group in groups.values {
            guard let loop = group.first?.loop else { continue }
            let streams = group.map(\.stream)
            loop.deliver([
                { [self] in
                    if overflowed {
                        for stream in streams { stream.reset(reason: "too many changes at once") }
                    } else {
                        send(changes, to: streams)
                    }
                }
            ])
        }
    }

    /// Sends changes to streams of one loop, on that loop.
    private func send(_ changes: [EntityChange], to streams: [EventStream]) {
        guard let last = changes.last?.sequence else { return }
        /// Streams that get the same bytes.
        struct Group: Hashable {
            let tenant: String
            let types: Set<String>
            let from: UInt64
        }
        let first = (changes.first?.sequence ?? 1) &- 1
        let groups = Dictionary(grouping: streams) {
            Group(tenant: $0.tenant, types: $0.types, from: max($0.sentThrough, first))
        }
        for (group, streams) in groups {
            let chosen = changes.filter { change in
                change.sequence > group.from && change.tenant == group.tenant
                    && (group.types.isEmpty || renderer.isOf(group.types, change))
            }
            let merged = ChangeRenderer.merge(chosen)
            var start = 0
            while start < merged.count {
                let end = min(start + Self.changesPerEvent, merged.count)
                let event = renderer.render(merged[start..<end])
                for stream in streams { stream.send(event) }
                start = end
            }
            for stream in streams { stream.sentThrough = max(stream.sentThrough, last) }
        }
    }
}
