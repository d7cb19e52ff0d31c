import BrokerStorage
import Synchronization

/// The numbers of the terms, all in memory.
///
/// A number given between two commits is written by the next one. If a crash comes first, it is given again: no durable
/// body names it.
final class TermTable: Sendable {
    private struct State {
        var iris: [String]
        var numbers: [ExactText: UInt32]
        var durable: Int
    }

    private let state: Mutex<State>

    init(_ iris: [String]) {
        var numbers: [ExactText: UInt32] = [:]
        numbers.reserveCapacity(iris.count)
        for (index, iri) in iris.enumerated() { numbers[ExactText(iri)] = UInt32(truncatingIfNeeded: index + 1) }
        state = Mutex(State(iris: iris, numbers: numbers, durable: iris.count))
    }

    var iris: [String] { state.withLock(\.iris) }

    func intern(_ iri: String) throws(StorageError) -> UInt32 {
        try state.withLock { (state) throws(StorageError) in
            if let known = state.numbers[ExactText(iri)] { return known }
            guard let number = UInt32(exactly: state.iris.count + 1) else {
                throw .failed(reason: "there are more terms than numbers for them")
            }
            state.iris.append(iri)
            state.numbers[ExactText(iri)] = number
            return number
        }
    }

    /// The terms that are not durable yet, and the number before the first of them.
    func pending() -> (after: Int, iris: ArraySlice<String>) {
        state.withLock { ($0.durable, $0.iris[$0.durable...]) }
    }

    func markDurable(through number: Int) {
        state.withLock { $0.durable = max($0.durable, number) }
    }
}
