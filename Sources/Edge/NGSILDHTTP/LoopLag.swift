import NIOCore

/// Whether an event loop is so far behind that it should refuse requests, which costs it a tenth of carrying them out.
///
/// A round of the loop serves every connection that has something to read. When rounds last longer than the limit and
/// serve many requests each, more come in than can be carried out, and all would wait ever longer. A few requests that are
/// slow in themselves do not count: refusing others would not help.
///
/// States: *even*; *behind* after `rounds` long rounds in a row, until a round is short again.
struct LoopLag {
    /// The time between two looks.
    static let interval = TimeAmount.milliseconds(20)
    private static let rounds = 3
    private static let requestsInRound = 128

    private let limit: TimeAmount
    private var longRounds = 0
    private var requests = 0
    private(set) var isBehind = false

    init(limitMilliseconds: Int) { limit = .milliseconds(Int64(limitMilliseconds)) }

    mutating func countRequest() { requests += 1 }

    /// Takes in how late a look came that was to come after `interval`.
    mutating func look(late: TimeAmount) {
        defer { requests = 0 }
        if late < limit {
            longRounds = 0
            // Back only when the round was really short, so that it does not change at every look.
            if late.nanoseconds < limit.nanoseconds / 2 { isBehind = false }
            return
        }
        guard requests >= Self.requestsInRound else { return }
        longRounds += 1
        if longRounds >= Self.rounds { isBehind = true }
    }
}
