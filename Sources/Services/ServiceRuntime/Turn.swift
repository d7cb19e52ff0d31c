/// Lets one step end before the next begins, although steps wait for the broker and for threads.
public actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    public init() {}

    /// Waits until nobody else has the turn, and has it.
    public func take() async {
        if isTaken { await withCheckedContinuation { waiting.append($0) } } else { isTaken = true }
    }

    /// Lets the one go on that has waited longest.
    public func give() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
