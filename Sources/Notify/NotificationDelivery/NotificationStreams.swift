public import NGSILDOperations
import Synchronization

/// The transport for subscriptions whose endpoint is Parvis itself: keeps the newest notifications of each, in memory,
/// for readers that are connected and for those that come back.
///
/// A notification counts as taken once it is kept here. A reader that was away longer than the window lasts, or over a
/// restart, is told so: places are those of one process.
///
/// Invariants:
/// 1. A subscription's places are consecutive; `kept` holds the newest without a gap.
/// 2. Followers are woken after what they are woken for is kept, and without the lock.
public final class NotificationStreams: NotificationTransport, NotificationStreaming {
    /// How much is kept.
    public struct Configuration: Sendable {
        /// Notifications kept of a subscription, default 1,000.
        public var countLimit = 1_000
        /// Bytes kept of a subscription, default 4 MiB; the newest notification is kept whatever its length.
        public var byteLimit = 4 << 20
        /// Bytes kept in all, default 64 MiB; beyond it what was longest without a new notification goes.
        public var totalByteLimit = 64 << 20

        public init() {}
    }

    fileprivate struct Key: Hashable {
        let tenant: String
        let subscription: String
    }

    fileprivate struct Window {
        /// Differs between processes, and between a subscription and a later one of its id.
        let epoch: String
        var newest: UInt64 = 0
        /// From `start` on.
        var kept: [[UInt8]] = []
        var start = 0
        var bytes = 0
        /// When the newest came, by the clock of `State`.
        var turn: UInt64 = 0
        var followers: [UInt64: @Sendable () -> Void] = [:]

        var count: Int { kept.count - start }
        /// The place before the oldest that is kept.
        var oldestPlace: UInt64 { newest - UInt64(count) }

        mutating func append(_ body: [UInt8]) {
            newest += 1
            kept.append(body)
            bytes += body.count
        }

        mutating func dropOldest() {
            bytes -= kept[start].count
            kept[start] = []
            start += 1
            guard start * 2 > kept.count else { return }
            kept.removeFirst(start)
            start = 0
        }
    }

    fileprivate struct State {
        var windows: [Key: Window] = [:]
        var bytes = 0
        var turn: UInt64 = 0
        var lastFollower: UInt64 = 0
    }

    /// The endpoint URI of subscriptions that are read here.
    public static let uri = "parvis:stream"

    public var endpointURI: String { Self.uri }

    private static let windowLimit = 100_000

    private let configuration: Configuration
    private let state = Mutex(State())

    /// Keeps nothing yet.
    public init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    // MARK: Coming in

    public func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        guard message.uri == Self.uri else {
            throw NotificationFailure("\(message.uri) is not \(Self.uri)", mayRetry: false)
        }
        keep(message.body, Key(tenant: message.tenant, subscription: message.subscription))
    }

    private func keep(_ body: [UInt8], _ key: Key) {
        let followers = state.withLock { state in
            state.turn += 1
            var window = state.windows[key] ?? Window(epoch: Self.newEpoch())
            // Moved out of the dictionary, so that it is changed in place.
            state.windows[key] = nil
            let before = window.bytes
            window.append(body)
            window.turn = state.turn
            while window.count > 1,
                window.count > configuration.countLimit || window.bytes > configuration.byteLimit
            {
                window.dropOldest()
            }
            state.bytes += window.bytes - before
            state.windows[key] = window
            trim(&state, except: key)
            return Array(window.followers.values)
        }
        for wake in followers { wake() }
    }

    /// Makes room by forgetting or emptying windows; their readers, if they come back, are told.
    private func trim(_ state: inout State, except key: Key) {
        while state.bytes > configuration.totalByteLimit || state.windows.count > Self.windowLimit {
            let others = state.windows.filter { $0.key != key }
            let unread = others.filter { $0.value.followers.isEmpty }
            if let oldest = unread.min(by: { $0.value.turn < $1.value.turn })?.key {
                state.forget(oldest)
            } else if let oldest = others.filter({ $0.value.count > 0 }).min(by: { $0.value.turn < $1.value.turn })?.key
            {
                state.bytes -= state.windows[oldest]?.bytes ?? 0
                while let count = state.windows[oldest]?.count, count > 0 { state.windows[oldest]?.dropOldest() }
            } else {
                return
            }
        }
    }

    private static func newEpoch() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    // MARK: Reading

    public func newestPlace(subscription: String, tenant: String) -> String {
        state.withLock { state in
            let key = Key(tenant: tenant, subscription: subscription)
            let window = state.windows[key] ?? Window(epoch: Self.newEpoch(), turn: state.turn)
            state.windows[key] = window
            trim(&state, except: key)
            return "\(window.epoch)-\(window.newest)"
        }
    }

    public func notifications(
        subscription: String, tenant: String, after place: String, limit: Int
    ) -> [StreamedNotification]? {
        let parts = place.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = UInt64(parts[1]) else { return nil }
        return state.withLock { state in
            guard let window = state.windows[Key(tenant: tenant, subscription: subscription)],
                window.epoch == parts[0], number <= window.newest, number >= window.oldestPlace
            else { return nil }
            let first = window.start + Int(number - window.oldestPlace)
            return window.kept[first...].prefix(limit).enumerated().map { offset, body in
                StreamedNotification(place: "\(window.epoch)-\(number + UInt64(offset) + 1)", body: body)
            }
        }
    }

    public func follow(
        subscription: String, tenant: String, wake: @escaping @Sendable () -> Void
    ) -> ChangeFollower {
        let key = Key(tenant: tenant, subscription: subscription)
        let number = state.withLock { state in
            state.lastFollower += 1
            let (number, turn) = (state.lastFollower, state.turn)
            state.windows[key, default: Window(epoch: Self.newEpoch(), turn: turn)].followers[number] = wake
            return number
        }
        return ChangeFollower { [weak self] in self?.unfollow(key, number) }
    }

    private func unfollow(_ key: Key, _ number: UInt64) {
        // The window stays: its reader may come back.
        state.withLock { $0.windows[key]?.followers[number] = nil }
    }

    public func forget(subscription: String, tenant: String) {
        state.withLock { $0.forget(Key(tenant: tenant, subscription: subscription)) }
    }

    /// Forgets what is kept of a tenant that was deleted.
    public func forgetTenant(_ name: String) {
        state.withLock { state in for key in state.windows.keys where key.tenant == name { state.forget(key) } }
    }
}

extension NotificationStreams.State {
    fileprivate mutating func forget(_ key: NotificationStreams.Key) {
        guard let window = windows.removeValue(forKey: key) else { return }
        bytes -= window.bytes
    }
}
