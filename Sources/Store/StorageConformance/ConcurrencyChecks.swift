import BrokerStorage
import NGSILDModel
import Synchronization

@preconcurrency import Dispatch

/// Runs `body` on several threads at once and gives what each returned.
func concurrently<R: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> R) throws -> [R] {
    let results = Mutex<[Result<R, any Error>?]>(Array(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = Result { try body(index) }
        results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
}

extension StorageConformance {
    static let concurrencyChecks: [StorageCheck] = [
        .store("reads during commits see whole commits only") { store in
            let ids = (0..<20).map { "urn:\($0)" }
            try store.write(Commit(ids.map { .create($0, "0") }))
            let rounds = 60
            let isDone = Atomic<Bool>(false)
            _ = try concurrently(3) { thread in
                if thread == 0 {
                    defer { isDone.store(true, ordering: .sequentiallyConsistent) }
                    for round in 1...rounds {
                        let base = UInt64(round - 1) * 20 + 1
                        try store.write(
                            Commit(ids.enumerated().map { .update($1, at: base + UInt64($0), "\(round)") }))
                    }
                    return
                }
                repeat {
                    let all = try store.seenAll()
                    try expectEqual(all.count, 20, "entities")
                    try expectEqual(Set(all.map(\.body)).count, 1, "states seen in one visit")
                    let last = try store.lastSequence()
                    try expect(last % 20 == 0, "\(last) is in the middle of a commit")
                    let changes = try store.changes(after: last - 20, limit: .max)
                    try expect(changes.count % 20 == 0, "\(changes.count) changes end in the middle of a commit")
                    try expectEqual(
                        changes.map(\.sequence), Array(last - 19..<last - 19 + UInt64(changes.count)), "numbers")
                    let revision = try store.seen("urn:7")?.stored.revision ?? 0
                    try expect(revision >= last - 12, "entity at \(revision), behind \(last)")
                } while !isDone.load(ordering: .sequentiallyConsistent)
            }
            try expectEqual(try store.lastSequence(), UInt64(20 * (rounds + 1)), "lastSequence")
        },
        .store("what is asked from many threads at once is answered") { store in
            try store.write(Commit((0..<50).map { .create("urn:\($0)", "\($0)") }))
            _ = try concurrently(16) { thread in
                for index in 0..<50 {
                    try expectEqual(try store.seen("urn:\(index)")?.body, Array("\(index)".utf8), "entity")
                    try expectEqual(try store.changes(after: UInt64(index), limit: 1).count, 1, "change")
                    if index % 10 == thread % 10 { try expectEqual(try store.seenAll().count, 50, "entities") }
                }
            }
        },
        StorageCheck("two users of one store refuse each other's outdated writes and follow the changes") { engine in
            guard let share = engine.share else { return }
            let first = try engine.make()
            let second = try share(first)
            defer { first.close() }
            try first.write(.create("urn:a", "one"))
            try expectEqual(try second.seen("urn:a")?.body, Array("one".utf8), "seen by the second")
            try second.write(.update("urn:a", at: 1, "two"))
            try expectEqual(
                try first.commit(Commit([.update("urn:a", at: 1, "x")])), .conflicts([0]), "outdated write")
            let news = try first.changes(after: 1, limit: 10)
            try expectEqual(news.map(\.sequence), [2], "followed")
            try first.write(.update("urn:a", at: news.first?.sequence ?? 0, "three"))
            let term = try second.internTerm("https://example.org/new")
            try expectEqual(try first.internTerm("https://example.org/new"), term, "a term of both")
        },
    ]
}
