import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks names up with the system's resolver, away from the callers' threads.
///
/// Invariants:
/// 1. A name is looked up at most once at a time, and at most `limit` names are, with `waitingLimit` who wait for each;
///    more are refused.
/// 2. An answer is used for `lifetime`. For `grace` after that it is still given at once, while the name is looked up
///    again, and longer only until the resolver says that the name has no address: so the resolver's failures, and names
///    that take it long, delay nobody whose address is known.
/// 3. At most `cacheLimit` answers are kept.
final class AddressResolver: Sendable {
    private struct Answer {
        let addresses: [NetworkAddress]
        let expiry: ContinuousClock.Instant
        let end: ContinuousClock.Instant
    }

    private struct State {
        var answers: [String: Answer] = [:]
        /// Those who wait for a name that is being looked up.
        var lookUps: [String: [OneReply]] = [:]
    }

    private static let limit = 64
    private static let waitingLimit = 4_096
    private static let cacheLimit = 4_096

    private let lifetime: Duration
    private let grace: Duration
    private let lookUp: @Sendable (String) -> [NetworkAddress]?
    // Each is held by one name for as long as the resolver likes; idle threads cost little.
    private let pool = NIOThreadPool(numberOfThreads: 16)
    private let state = Mutex(State())

    /// - Parameter lookUp: the addresses of a name, none if it has none, `nil` if that cannot be found out now. May block.
    init(
        lifetime: Duration = .seconds(10), grace: Duration = .seconds(300),
        lookUp: @escaping @Sendable (String) -> [NetworkAddress]? = { AddressResolver.askSystem($0) }
    ) {
        self.lifetime = lifetime
        self.grace = grace
        self.lookUp = lookUp
        pool.start()
    }

    func shutdown() { pool.shutdownGracefully { _ in } }

    /// The addresses of a host; empty when it has none or the resolver does not answer within `timeout`.
    func addresses(of host: String, timeout: Duration) async -> [NetworkAddress] {
        if let literal = NetworkAddress(host) { return [literal] }
        let known = state.withLock { state in state.answers[host].flatMap { $0.end > .now ? $0 : nil } }
        if let known, known.expiry > .now { return known.addresses }
        if let known, !known.addresses.isEmpty {
            begin(host, waiting: nil)
            return known.addresses
        }
        return await withCheckedContinuation { continuation in
            let reply = OneReply(continuation)
            let timer = Task {
                try await Task.sleep(for: timeout)
                reply.send([])
            }
            reply.timer.withLock { $0 = timer }
            begin(host, waiting: reply)
        }
    }

    /// Looks the name up, unless that is being done.
    private func begin(_ host: String, waiting reply: OneReply?) {
        enum Next { case wait, start, refuse }
        let next = state.withLock { state in
            if let waiting = state.lookUps[host] {
                guard let reply else { return Next.wait }
                guard waiting.count < AddressResolver.waitingLimit else { return .refuse }
                state.lookUps[host]?.append(reply)
                return .wait
            }
            guard state.lookUps.count < AddressResolver.limit else { return .refuse }
            state.lookUps[host] = reply.map { [$0] } ?? []
            return .start
        }
        switch next {
        case .wait: return
        case .refuse: reply?.send([])
        case .start: pool.submit { [self] in end(host, $0 == .active ? lookUp(host) : nil) }
        }
    }

    private func end(_ host: String, _ found: [NetworkAddress]?) {
        let now = ContinuousClock.now
        let (waiting, addresses) = state.withLock { state in
            let known = state.answers[host].flatMap { $0.end > now ? $0 : nil }
            if known == nil, state.answers.count >= AddressResolver.cacheLimit { state.answers.removeAll() }
            let expiry = now + lifetime
            let answer =
                found.map { Answer(addresses: $0, expiry: expiry, end: expiry + grace) }
                ?? Answer(addresses: known?.addresses ?? [], expiry: expiry, end: max(expiry, known?.end ?? expiry))
            state.answers[host] = answer
            return (state.lookUps.removeValue(forKey: host) ?? [], answer.addresses)
        }
        for reply in waiting { reply.send(addresses) }
    }

    /// Resumes its continuation with the first answer only.
    private final class OneReply: Sendable {
        private let continuation: Mutex<CheckedContinuation<[NetworkAddress], Never>?>
        let timer = Mutex<Task<Void, any Error>?>(nil)
        init(_ continuation: CheckedContinuation<[NetworkAddress], Never>) { self.continuation = Mutex(continuation) }
        func send(_ addresses: [NetworkAddress]) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: addresses)
            timer.withLock { $0 }?.cancel()
        }
    }

    /// Blocks for as long as the system's resolver likes.
    private static func askSystem(_ host: String) -> [NetworkAddress]? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { return status == EAI_AGAIN || status == EAI_SYSTEM ? nil : [] }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let info = next?.pointee, found.count < 32 {
            if info.ai_family == AF_INET, let address = info.ai_addr {
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    found.append(NetworkAddress(bytes: withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }))
                }
            } else if info.ai_family == AF_INET6, let address = info.ai_addr {
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    found.append(NetworkAddress(bytes: withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }))
                }
            }
            next = info.ai_next
        }
        return found
    }
}
