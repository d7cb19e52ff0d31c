import Synchronization

/// The number of an interned IRI: an attribute name, an entity type or a vocabulary value. Numbers start at 1.
public struct TermID: Hashable, Comparable, Sendable {
    public let number: UInt32
    /// The term with a number that a `TermRegistry` gave; 0 is `none`.
    public init(_ number: UInt32) { self.number = number }

    /// Stands for "no term".
    public static let none = TermID(0)

    public static func < (left: TermID, right: TermID) -> Bool { left.number < right.number }
}

/// Where the numbers of IRIs are kept for good. A store implements it.
public protocol TermStore: AnyObject, Sendable {
    /// All IRIs known so far, the first having number 1.
    func terms() throws -> [String]
    /// The number of an IRI, given now if it has none; durable at the latest with the next commit.
    func internTerm(_ iri: String) throws -> UInt32
}

/// Gives each IRI of the vocabulary a small number, the same for as long as the store lives.
///
/// A vocabulary is small and settles soon; what hostile clients can add is bounded by `limit`.
public final class TermRegistry: Sendable {
    private struct State {
        var numbers: [String: UInt32] = [:]
        var iris: ContiguousArray<String> = [""]
    }

    private let store: any TermStore
    private let limit: Int
    private let state: Mutex<State>

    /// - Parameter limit: how many different IRIs are taken before new ones are refused.
    public init(store: any TermStore, limit: Int = 1_000_000) throws {
        self.store = store
        self.limit = limit
        var state = State()
        for iri in try store.terms() {
            state.numbers[iri] = UInt32(state.iris.count)
            state.iris.append(iri)
        }
        self.state = Mutex(state)
    }

    /// A vocabulary that is kept nowhere and goes with the registry: for one query or one trial.
    public init() {
        store = VolatileTerms()
        limit = 1_000_000
        state = Mutex(State())
    }

    /// The number of an IRI, given now if it is new.
    ///
    /// - Throws: `NGSILDError.badRequestData` when the vocabulary is full.
    public func id(for iri: String) throws(NGSILDError) -> TermID {
        if let known = knownID(for: iri) { return known }
        return try state.withLock { (state) throws(NGSILDError) in
            if let number = state.numbers[iri] { return TermID(number) }
            guard state.iris.count <= limit else {
                throw .badRequestData(
                    "The broker already knows \(limit) different attribute names and types; \(iri) is one too many")
            }
            let number: UInt32
            do { number = try store.internTerm(iri) } catch {
                throw .internalError("The name \(iri) cannot be stored")
            }
            while state.iris.count <= Int(number) { state.iris.append("") }
            state.iris[Int(number)] = iri
            state.numbers[iri] = number
            return TermID(number)
        }
    }

    /// The number of an IRI, or `nil` if no entity or query ever used it.
    public func knownID(for iri: String) -> TermID? {
        state.withLock { $0.numbers[iri].map(TermID.init) }
    }

    /// The IRI of a number; empty for `TermID.none` and unknown numbers.
    public func iri(_ id: TermID) -> String {
        state.withLock { state in
            if Int(id.number) < state.iris.count, id == .none || !state.iris[Int(id.number)].isEmpty {
                return state.iris[Int(id.number)]
            }
            // Another process on the same store may have added it.
            guard let all = try? store.terms() else { return "" }
            for (offset, iri) in all.enumerated() where offset + 1 >= state.iris.count || state.iris[offset + 1].isEmpty
            {
                while state.iris.count <= offset + 1 { state.iris.append("") }
                state.iris[offset + 1] = iri
                state.numbers[iri] = UInt32(offset + 1)
            }
            return Int(id.number) < state.iris.count ? state.iris[Int(id.number)] : ""
        }
    }
}

/// Counts, and keeps nothing: the registry before it knows the IRIs.
private final class VolatileTerms: TermStore {
    private let count = Mutex<UInt32>(0)
    func terms() -> [String] { [] }
    func internTerm(_ iri: String) -> UInt32 {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
