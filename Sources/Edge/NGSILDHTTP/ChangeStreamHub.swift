import AccessPolicies
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import NIOCore
import NIOHTTP1
import Synchronization

/// Serves `/console/stream`: the changes of a tenant as server-sent events or over a WebSocket, for the console and for
/// scripts.
///
/// Changes are gathered for a tick, made into one for each entity, rendered once for all streams that want the same, and
/// sent as messages:
///
///     event: change
///     id: 4711
///     data: [{"op":"update","id":"urn:…","entity":{…}}, …]
///
/// `id` is the sequence number of the last change. A client that comes back with it, or that has read what was sent too
/// slowly, is caught up from there, or told by `event: reset` when the changes since then are no longer kept.
///
/// Invariants:
/// 1. While there is a stream, `follower` follows the feed; what comes is in `gathered` or was offered to the streams.
/// 2. At most one tick is scheduled.
/// 3. A message tells a run of consecutive changes, so that its id stands for all before it.
final class ChangeStreamHub: Sendable {
    /// A stream, what it wants, and how far it has come.
    ///
    /// Invariant: touched on the loop of its connection only (`@unchecked Sendable` because of that).
    private final class Member: @unchecked Sendable {
        let stream: EventStream
        let loop: LoopState
        /// Names of entity types; empty: all.
        let types: Set<String>
        let tenant: String
        /// What its caller reaches now; `nil`: everything.
        var access: EntityAccess?
        /// The newest change that the client has been sent, or that it knows from elsewhere.
        var sentThrough: UInt64 = 0

        init(_ stream: EventStream, _ loop: LoopState, types: Set<String>, tenant: String) {
            self.stream = stream
            self.loop = loop
            self.types = types
            self.tenant = tenant
        }
    }

    private struct State {
        var members: [UInt64: Member] = [:]
        var lastNumber: UInt64 = 0
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
    static let changesPerEvent = 500
    /// Changes gathered between two ticks before streams are caught up from the feed instead.
    private static let gatherLimit = 20_000

    init(feed: any ChangeFeed, core: TermContext, metrics: HTTPMetrics) {
        self.feed = feed
        renderer = ChangeRenderer(core: core)
        self.metrics = metrics
    }

    // MARK: Streams come and go

    /// - Parameter access: what the caller reaches; `nil`: everything.
    func open(_ request: HTTPRequest, access: EntityAccess? = nil) {
        request.operation = .changeStream
        do throws(HTTPFailure) {
            let opening = try StreamOpening(request, allowing: [.types])
            let types = Set((opening.parameters[.types] ?? "").split(separator: ",").map(String.init))
            try open(request, opening, types, access)
        } catch {
            request.answer(error.answer)
        }
    }

    private func open(
        _ request: HTTPRequest, _ opening: StreamOpening, _ types: Set<String>, _ access: EntityAccess?
    ) throws(HTTPFailure) {
        let loop = request.loop
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let stream = EventStream(opening.form, onEnd: { [weak self] in self?.close(number) })
        let member = Member(stream, loop, types: types, tenant: opening.tenant)
        member.access = access
        stream.mayGoOn = { [weak member] caller in
            guard let member else { return false }
            switch caller.permit.decide(.followChanges, tenant: member.tenant) {
            case .refused: return false
            case .all: member.access = nil
            case .limited(let access): member.access = access
            }
            return true
        }
        guard join(member, number, limit: loop.state.configuration.streamLimit) else {
            throw StreamOpening.full
        }
        do throws(HTTPFailure) {
            try opening.begin(request, stream) { [weak self, weak member] in
                if let self, let member { catchUp(member) }
            }
        } catch {
            stream.end()
            throw error
        }
        // Taken after following began, so that no change falls between the two.
        let now = feed.lastSequence
        member.sentThrough = now
        // A client that comes back keeps its own place until it has what it missed.
        stream.greet(id: opening.place == nil ? "\(now)" : nil)
        if let place = opening.place {
            if let place = UInt64(place), place <= now {
                member.sentThrough = place
                catchUp(member)
            } else {
                reset(member, "the changes since then are no longer kept")
            }
        }
        stream.keepAlive(on: loop) { [weak member] in member.map { "\($0.sentThrough)" } }
    }

    private func join(_ member: Member, _ number: UInt64, limit: Int) -> Bool {
        let mustFollow = state.withLock { state -> Bool? in
            guard state.members.count < limit else { return nil }
            state.members[number] = member
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

    private func close(_ number: UInt64) {
        let (wasMember, follower) = state.withLock { state -> (Bool, ChangeFollower?) in
            guard state.members.removeValue(forKey: number) != nil else { return (false, nil) }
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

    /// Sends what came after the member's place, on its loop.
    private func catchUp(_ member: Member) {
        guard let missed = feed.recentChanges(after: member.sentThrough) else {
            return reset(member, "the changes since then are no longer kept")
        }
        send(missed, to: [member])
    }

    /// Tells the client to load everything again; what it then knows is at least what the feed has now.
    private func reset(_ member: Member, _ reason: String) {
        let now = feed.lastSequence
        let message = StreamMessage(event: "reset", id: "\(now)", data: Array("{\"reason\":\"\(reason)\"}".utf8))
        guard member.stream.send(message) else { return }
        member.sentThrough = now
        metrics.streamDropped()
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
            loop.deliver([
                { [self] in
                    if overflowed { for member in group { catchUp(member) } } else { send(changes, to: group) }
                }
            ])
        }
    }

    /// Sends changes to members of one loop, on that loop. Who does not keep up stays where it is.
    private func send(_ changes: [EntityChange], to members: [Member]) {
        guard let last = changes.last?.sequence else { return }
        /// Members that get the same.
        struct Group: Hashable {
            let tenant: String
            let types: Set<String>
            let from: UInt64
            /// The number of what they reach.
            let reach: UInt64?
        }
        let first = (changes.first?.sequence ?? 1) &- 1
        let groups = Dictionary(grouping: members.filter { !$0.stream.isBehind }) {
            Group(
                tenant: $0.tenant, types: $0.types, from: max($0.sentThrough, first),
                reach: $0.access?.number)
        }
        for (group, members) in groups {
            var chosen = changes.filter { change in
                change.sequence > group.from && change.tenant == group.tenant
                    && (group.types.isEmpty || renderer.isOf(group.types, change))
            }
            if let access = members.first?.access { chosen = chosen.compactMap { $0.told(reaching: access) } }
            var start = 0
            while start < chosen.count {
                let end = min(start + Self.changesPerEvent, chosen.count)
                send(run: chosen[start..<end], to: members)
                start = end
            }
            for member in members where !member.stream.isBehind { member.sentThrough = max(member.sentThrough, last) }
        }
    }

    private func send(run changes: ArraySlice<EntityChange>, to members: [Member]) {
        guard let through = changes.last?.sequence else { return }
        let merged = ChangeRenderer.merge(changes)
        let message = StreamMessage(event: "change", id: "\(through)", data: renderer.render(merged))
        var forms: [EventStream.Form: ByteBuffer] = [:]
        for member in members where !member.stream.isBehind {
            if !merged.isEmpty {
                let bytes = forms[member.stream.form] ?? message.bytes(as: member.stream.form)
                forms[member.stream.form] = bytes
                guard member.stream.send(bytes) else { continue }
            }
            member.sentThrough = max(member.sentThrough, through)
        }
    }
}
