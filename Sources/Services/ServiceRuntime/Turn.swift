/// Lets one step end before the next begins, although steps wait for the broker and for threads.
public actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    public init() {}

    /// Does a step on the caller's actor when all that came before are done. A step must not ask for its own turn.
    public nonisolated(nonsending) func run<Value, Failure: Error>(
        _ step: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await take()
        do throws(Failure) {
            let value = try await step()
            await give()
            return value
        } catch {
            await give()
            throw error
        }
    }

    private func take() async {
        if isTaken { await withCheckedContinuation { waiting.append($0) } } else { isTaken = true }
    }

    /// Lets the one go on that has waited longest.
    private func give() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
