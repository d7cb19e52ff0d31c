import Synchronization

/// Which rows of the outbox still have somebody to tell, and which can go.
///
/// Invariants:
/// 1. `rows` grows by sequence number; each counts the subscriptions that were not told yet. 16 bytes for each.
/// 2. A row whose count comes to 0 is in `removable` until the store has forgotten it.
final class OutboxLedger: Sendable {
    private struct Row {
        let sequence: UInt64
        var recipients: UInt32
        let length: UInt32
    }

    private struct State {
        var rows: [Row] = []
        var head = 0
        var finished = 0
        var bytes = 0
        var removable: [UInt64] = []

        func index(of sequence: UInt64) -> Int {
            var low = head
            var high = rows.count
            while low < high {
                let middle = (low + high) / 2
                if rows[middle].sequence < sequence { low = middle + 1 } else { high = middle }
            }
            return low
        }

        mutating func compact() {
            while head < rows.count, rows[head].recipients == 0 {
                head += 1
                finished -= 1
            }
            guard head + finished > 1_024, (head + finished) * 2 > rows.count else { return }
            rows = rows[head...].filter { $0.recipients > 0 }
            head = 0
            finished = 0
        }
    }

    private let state = Mutex(State())

    /// Takes a row in; rows come in their order.
    func add(_ sequence: UInt64, recipients: Int, length: Int) {
        state.withLock { state in
            if recipients == 0 { return state.removable.append(sequence) }
            state.rows.append(
                Row(
                    sequence: sequence, recipients: UInt32(clamping: recipients), length: UInt32(clamping: length)))
            state.bytes += length
        }
    }

    /// One of a row's subscriptions needs it no more.
    ///
    /// - Returns: whether others still do.
    @discardableResult
    func settle(_ sequence: UInt64) -> Bool {
        state.withLock { state in
            let index = state.index(of: sequence)
            guard index < state.rows.count, state.rows[index].sequence == sequence, state.rows[index].recipients > 0
            else { return false }
            state.rows[index].recipients -= 1
            guard state.rows[index].recipients == 0 else { return true }
            state.bytes -= Int(state.rows[index].length)
            state.removable.append(sequence)
            state.finished += 1
            state.compact()
            return false
        }
    }

    func isPending(_ sequence: UInt64) -> Bool {
        state.withLock { state in
            let index = state.index(of: sequence)
            return index < state.rows.count && state.rows[index].sequence == sequence
                && state.rows[index].recipients > 0
        }
    }

    /// Bytes of the rows that somebody still needs.
    var bytes: Int { state.withLock { $0.bytes } }
    /// Rows that somebody still needs.
    var count: Int { state.withLock { $0.rows.count - $0.head - $0.finished } }

    /// Numbers whose rows can go, as few ranges without a row that is needed.
    func takeRemovable() -> [ClosedRange<UInt64>] {
        state.withLock { state in
            let sorted = state.removable.sorted()
            state.removable = []
            var ranges: [ClosedRange<UInt64>] = []
            var open: ClosedRange<UInt64>?
            for sequence in sorted {
                if let current = open {
                    var next = state.index(of: current.upperBound)
                    while next < state.rows.count, state.rows[next].recipients == 0 { next += 1 }
                    if next == state.rows.count || state.rows[next].sequence > sequence {
                        open = current.lowerBound...sequence
                        continue
                    }
                    ranges.append(current)
                }
                open = sequence...sequence
            }
            if let open { ranges.append(open) }
            return ranges
        }
    }

    /// Takes back ranges that the store could not forget.
    func putBack(_ ranges: [ClosedRange<UInt64>]) {
        state.withLock { state in
            // The bounds are rows; what lies between them goes with a later range that spans both.
            for range in ranges { state.removable += [range.lowerBound, range.upperBound] }
        }
    }
}
