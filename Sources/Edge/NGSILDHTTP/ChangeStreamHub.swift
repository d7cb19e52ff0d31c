import JSONTree
import NGSILDModel
import NGSILDOperations
import NIOCore
import Synchronization

/// Serves `/console/stream`: the changes of the default tenant as server-sent events, for the console and for scripts.
///
/// Changes are rendered once for all streams of a loop, gathered for a tick, and sent as one event:
///
///     event: change
///     id: 4711
///     data: [{"op":"update","id":"urn:…","entity":{…}}, …]
///
/// `id` is the sequence number of the last change; a client that comes back with `Last-Event-ID` gets what it missed,
/// or `event: reset` when that is no longer kept.
final class ChangeStreamHub: Sendable {
    private struct State {
        var streams: [ObjectIdentifier: (stream: EventStream, loop: LoopState)] = [:]
        var gathered: [EntityChange] = []
        var isScheduled = false
        var overflowed = false
        var follower: ChangeFollower?
        var lastSent: UInt64 = 0
    }

    private let feed: any ChangeFeed
    private let core: TermContext
    private let metrics: HTTPMetrics
    private let state = Mutex(State())

    private static let tick = TimeAmount.milliseconds(100)
    private static let heartbeat = TimeAmount.seconds(15)
    private static let changesPerEvent = 500
    /// Changes gathered between two ticks before streams are told to reload.
    private static let gatherLimit = 20_000
    private static let streamLimit = 1_000

    init(feed: any ChangeFeed, core: TermContext, metrics: HTTPMetrics) {
        self.feed = feed
        self.core = core
        self.metrics = metrics
    }

    func open(_ request: HTTPRequest) {
        let parameters: QueryParameters
        do throws(HTTPFailure) {
            parameters = try QueryParameters(request.query)
            try parameters.allow(only: ["types"])
        } catch {
            request.answer(error.answer)
            return
        }
        let loop = request.loop
        guard state.withLock({ $0.streams.count < Self.streamLimit }) else {
            request.answer(NGSILDError.overloaded("\(Self.streamLimit) live streams are open already").answer)
            return
        }
        let types = Set((parameters["types"] ?? "").split(separator: ",").map(String.init))
        let stream = EventStream(
            types: types,
            onEnd: { [weak self] stream in self?.close(stream) },
            onDrop: { [metrics] in metrics.streamDropped() })
        let sequence = feed.lastSequence
        state.withLock { state in
            state.streams[ObjectIdentifier(stream)] = (stream, loop)
            if state.follower == nil {
                state.lastSent = sequence
                state.follower = feed.follow { [weak self] changes in self?.gather(changes) }
            }
        }
        metrics.streamOpened()
        request.connection.beginStream(request.slot, headers: [], stream)
        greet(stream, lastEventID: request.header("Last-Event-ID"), sequence)
        scheduleHeartbeat(stream, loop)
    }

    private func greet(_ stream: EventStream, lastEventID: String?, _ sequence: UInt64) {
        stream.send(Array("retry: 2000\nid: \(sequence)\nevent: hello\ndata: {}\n\n".utf8))
        guard let lastEventID else { return }
        if let last = UInt64(lastEventID), let missed = feed.recentChanges(after: last) {
            send(missed, to: [stream])
        } else {
            stream.send(Array("event: reset\ndata: {\"reason\":\"the changes since then are no longer kept\"}\n\n".utf8))
        }
    }

    private func scheduleHeartbeat(_ stream: EventStream, _ loop: LoopState) {
        _ = loop.eventLoop.scheduleTask(in: Self.heartbeat) { [weak self, weak stream] in
            guard let self, let stream, state.withLock({ $0.streams[ObjectIdentifier(stream)] != nil }) else { return }
            stream.send(Array(": still here\n\n".utf8))
            scheduleHeartbeat(stream, loop)
        }
    }

    private func close(_ stream: EventStream) {
        let follower = state.withLock { state -> ChangeFollower? in
            guard state.streams.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return nil }
            guard state.streams.isEmpty else { return nil }
            defer { state.follower = nil }
            return state.follower
        }
        metrics.streamClosed()
        follower?.cancel()
    }

    /// Runs on the committer's thread: only keeps the changes and sees that a tick comes.
    private func gather(_ changes: [EntityChange]) {
        let loop = state.withLock { state -> LoopState? in
            if state.gathered.count + changes.count > Self.gatherLimit {
                state.gathered.removeAll()
                state.overflowed = true
            } else {
                for change in changes where change.tenant.isEmpty { state.gathered.append(change) }
            }
            guard !state.isScheduled, let loop = state.streams.values.first?.loop else { return nil }
            state.isScheduled = true
            return loop
        }
        guard let loop else { return }
        _ = loop.eventLoop.scheduleTask(in: Self.tick) { [weak self] in self?.sendGathered() }
    }

    private func sendGathered() {
        let (changes, overflowed, streams) = state.withLock { state in
            defer {
                state.gathered = []
                state.overflowed = false
                state.isScheduled = false
            }
            return (state.gathered, state.overflowed, Array(state.streams.values))
        }
        for (loop, group) in Dictionary(grouping: streams, by: { ObjectIdentifier($0.loop) }) {
            guard let target = group.first?.loop, ObjectIdentifier(target) == loop else { continue }
            let members = group.map(\.stream)
            target.eventLoop.execute { [self] in
                if overflowed {
                    let reset = Array("event: reset\ndata: {\"reason\":\"too many changes at once\"}\n\n".utf8)
                    for stream in members { stream.send(reset) }
                } else {
                    send(changes, to: members)
                }
            }
        }
    }

    /// Sends changes to streams of one loop, on that loop.
    private func send(_ changes: [EntityChange], to streams: [EventStream]) {
        for types in Set(streams.map(\.types)) {
            let chosen = types.isEmpty ? changes : changes.filter { matches($0, types) }
            var rest = chosen[...]
            while !rest.isEmpty {
                let part = rest.prefix(Self.changesPerEvent)
                rest = rest.dropFirst(Self.changesPerEvent)
                let event = render(part)
                for stream in streams where stream.types == types { stream.send(event) }
            }
        }
    }

    private func matches(_ change: EntityChange, _ types: Set<String>) -> Bool {
        (change.after ?? change.before)?.types.contains { types.contains(core.name($0)) } ?? false
    }

    private func render(_ changes: ArraySlice<EntityChange>) -> [UInt8] {
        var writer = ByteWriter(capacity: changes.count * 400 + 64)
        writer.append("event: change\nid: ")
        writer.append(utf8: String(changes.last?.sequence ?? 0))
        writer.append("\ndata: [")
        var isFirst = true
        for change in changes {
            if !isFirst { writer.append(",") }
            isFirst = false
            writer.append("{\"op\":\"")
            writer.append(change.kind == .created ? "create" : change.kind == .deleted ? "delete" : "update")
            writer.append("\",\"id\":")
            writer.append(jsonString: change.id)
            if let entity = change.after {
                writer.append(",\"entity\":")
                var representation = EntityRepresentation()
                representation.showsSystemAttributes = true
                if change.kind == .updated { representation.picked = Set(change.attributes.map(\.name)) }
                var renderer = EntityRenderer(context: core, representation: representation)
                renderer.append(entity, to: &writer)
            }
            let removed = change.attributes.filter { $0.kind == .deleted }
            if change.kind == .updated, !removed.isEmpty {
                writer.append(",\"removed\":")
                DiscoveryWriter.strings(removed.map { core.name($0.name) }, to: &writer)
            }
            writer.append("}")
        }
        writer.append("]\n\n")
        return writer.array()
    }
}
