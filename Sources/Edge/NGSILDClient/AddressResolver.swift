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
/// 1. At most `waitingLimit` look-ups wait or run; more are refused.
/// 2. An answer, also a failure, is used for `lifetime`; at most `cacheLimit` are kept.
final class AddressResolver: Sendable {
    private struct Answer {
        let addresses: [NetworkAddress]
        let expiry: ContinuousClock.Instant
    }

    private struct State {
        var answers: [String: Answer] = [:]
        var waiting = 0
    }

    private static let waitingLimit = 64
    private static let cacheLimit = 4_096
    private static let lifetime = Duration.seconds(10)

    private let pool = NIOThreadPool(numberOfThreads: 4)
    private let state = Mutex(State())

    init() { pool.start() }

    func shutdown() { pool.shutdownGracefully { _ in } }

    /// The addresses of a host; empty when it has none or the resolver does not answer within `timeout`.
    func addresses(of host: String, timeout: Duration) async -> [NetworkAddress] {
        if let literal = NetworkAddress(host) { return [literal] }
        let known = state.withLock { state -> [NetworkAddress]?? in
            if let answer = state.answers[host], answer.expiry > .now { return .some(answer.addresses) }
            guard state.waiting < AddressResolver.waitingLimit else { return .some(nil) }
            state.waiting += 1
            return nil
        }
        if let known { return known ?? [] }
        return await withCheckedContinuation { continuation in
            let reply = OneReply(continuation)
            let timer = Task {
                try await Task.sleep(for: timeout)
                reply.send([])
            }
            pool.submit { [self] poolState in
                let found = poolState == .active ? AddressResolver.lookUp(host) : []
                state.withLock { state in
                    state.waiting -= 1
                    if state.answers.count >= AddressResolver.cacheLimit { state.answers.removeAll() }
                    state.answers[host] = Answer(addresses: found, expiry: .now + AddressResolver.lifetime)
                }
                timer.cancel()
                reply.send(found)
            }
        }
    }

    /// Resumes its continuation with the first answer only.
    private final class OneReply: Sendable {
        private let continuation: Mutex<CheckedContinuation<[NetworkAddress], Never>?>
        init(_ continuation: CheckedContinuation<[NetworkAddress], Never>) { self.continuation = Mutex(continuation) }
        func send(_ addresses: [NetworkAddress]) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: addresses)
        }
    }

    /// Blocks for as long as the system's resolver likes.
    private static func lookUp(_ host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
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
