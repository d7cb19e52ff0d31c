import Synchronization

/// A flag that is raised once, from any thread.
public final class Flag: Sendable {
    private let state = Atomic<Bool>(false)

    public init() {}

    public var isRaised: Bool { state.load(ordering: .acquiring) }
    /// Raises the flag; it stays so.
    public func raise() { state.store(true, ordering: .releasing) }
}
