import NIOCore

/// Whether an event loop has so much to do that it should refuse a request, which costs it less than carrying it out.
///
/// A round of the loop serves every connection that has something to read. What is served when the round has lasted for
/// long would be answered late, and delay the next round besides: then more comes in than can be carried out. A few requests
/// that are slow in themselves do not count, since refusing others would not help.
struct LoopLag {
    /// The time between two looks, each of which begins a round; what shows that one began before is `turn`.
    static let interval = TimeAmount.milliseconds(20)
    /// Requests that every round carries out.
    static let patientRequests = 128

    private let limit: TimeAmount
    private var roundStart: NIODeadline
    private var requests = 0
    private var round = 0

    init(limitMilliseconds: Int, now: NIODeadline) {
        limit = .milliseconds(Int64(limitMilliseconds))
        roundStart = now
    }

    /// Begins a round.
    mutating func look(at now: NIODeadline) {
        round &+= 1
        roundStart = now
        requests = 0
    }

    /// Tells that a connection has something to read.
    ///
    /// - Parameter last: the round in which it was so before. Once it was in this one, another round has begun: a few busy
    ///   connections whose process did not get a core for a while have many requests between two looks, but no long rounds.
    mutating func turn(of last: inout Int, at now: NIODeadline) {
        if last == round { look(at: now) }
        last = round
    }

    /// Counts a request.
    ///
    /// - Returns: whether it should be carried out.
    mutating func takes(at now: NIODeadline) -> Bool {
        requests += 1
        return requests <= Self.patientRequests || now - roundStart <= limit
    }
}
