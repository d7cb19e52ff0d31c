import Synchronization

/// Answers that were made, for as long as nothing that they show has changed.
///
/// Bounded by bytes: beyond, the least lately used go.
final class KeptAnswers: Sendable {
    private struct Kept {
        let tag: String
        let answer: PublicAnswer
        var used: UInt64
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var cost = 0
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func answer(_ key: String, tag: String) -> PublicAnswer? {
        state.withLock { state in
            guard let kept = state.kept[key], kept.tag == tag else { return nil }
            state.clock += 1
            state.kept[key]?.used = state.clock
            return kept.answer
        }
    }

    func keep(_ answer: PublicAnswer, _ key: String, tag: String) {
        let cost = answer.cost + key.utf8.count
        // One that would push out all the others is made again.
        guard cost <= limit / 4 else { return }
        state.withLock { state in
            state.clock += 1
            let old = state.kept.updateValue(Kept(tag: tag, answer: answer, used: state.clock), forKey: key)
            state.cost += cost - (old.map { $0.answer.cost + key.utf8.count } ?? 0)
            guard state.cost > limit else { return }
            for (key, kept) in state.kept.sorted(by: { $0.value.used < $1.value.used })
            where state.cost > limit * 3 / 4 {
                state.kept[key] = nil
                state.cost -= kept.answer.cost + key.utf8.count
            }
        }
    }

    func removeAll() {
        state.withLock {
            $0.kept.removeAll()
            $0.cost = 0
        }
    }
}
