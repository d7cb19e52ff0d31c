import NIOCore
import Synchronization

/// How much each address may ask for: a bucket that fills evenly and holds a quarter of a minute's worth, at least 60.
///
/// Bounded: where there are too many addresses those with full buckets are forgotten, then all.
final class AddressLimits: Sendable {
    private static let addressLimit = 20_000

    private struct Bucket {
        var tokens: Double
        var at: NIODeadline
    }

    private let perMinute: Int
    private let capacity: Double
    private let state = Mutex<[String: Bucket]>([:])

    /// - Parameter perMinute: 0: no limit.
    init(perMinute: Int) {
        self.perMinute = perMinute
        capacity = Double(max(60, perMinute / 4))
    }

    /// Takes one request.
    ///
    /// - Returns: in how many seconds to ask again; `nil` where it may go on.
    func take(_ address: String, now: NIODeadline = .now()) -> Int? {
        guard perMinute > 0 else { return nil }
        let rate = Double(perMinute) / 60
        return state.withLock { buckets in
            if buckets.count >= Self.addressLimit, buckets[address] == nil {
                buckets = buckets.filter { $0.value.tokens + Self.seconds($0.value.at, now) * rate < capacity }
                if buckets.count >= Self.addressLimit { buckets.removeAll() }
            }
            var bucket = buckets[address] ?? Bucket(tokens: capacity, at: now)
            bucket.tokens = min(capacity, bucket.tokens + Self.seconds(bucket.at, now) * rate)
            bucket.at = now
            let mayGoOn = bucket.tokens >= 1
            if mayGoOn { bucket.tokens -= 1 }
            buckets[address] = bucket
            return mayGoOn ? nil : max(1, Int(((1 - bucket.tokens) / rate).rounded(.up)))
        }
    }

    private static func seconds(_ from: NIODeadline, _ to: NIODeadline) -> Double {
        max(0, Double((to - from).nanoseconds) / 1e9)
    }

    /// Whom a request is from: an IPv4 address, or the 64 bits of an IPv6 one that a household has.
    ///
    /// Behind a proxy on this machine it is whom the proxy names last in `X-Forwarded-For`; from elsewhere that header
    /// counts for nothing, since anybody can write it.
    static func address(_ remote: SocketAddress?, forwardedFor: String?) -> String {
        let own = remote?.ipAddress ?? ""
        guard own == "127.0.0.1" || own == "::1", let forwardedFor,
            let last = forwardedFor.split(separator: ",").last?.filter({ $0 != " " }), last.utf8.count <= 45,
            let address = try? SocketAddress(ipAddress: last, port: 0)
        else { return household(remote) ?? own }
        return household(address) ?? last
    }

    private static func household(_ address: SocketAddress?) -> String? {
        guard case .v6(let address)? = address else { return address?.ipAddress }
        var network = address.address.sin6_addr
        return withUnsafeBytes(of: &network) { bytes in
            // IPv4 in IPv6, as sockets for both give it.
            if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
                return bytes[12...15].map { "\($0)" }.joined(separator: ".")
            }
            return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
        }
    }
}
