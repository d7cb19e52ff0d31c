import BrokerStorage
import GatedStorage
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import BrokerCore

struct CommitOutboxTests {
    /// Writes down what it is shown; its bodies are the ids that changed.
    private final class Recorder: ChangeMatcher {
        private struct State {
            var calls: [String] = []
            var encoded: [Bool] = []
            var isInterested = true
        }
        private let state = Mutex(State())

        var isInterested: Bool { state.withLock { $0.isInterested } }
        func lose(interest: Bool) { state.withLock { $0.isInterested = !interest } }
        var calls: [String] { state.withLock { $0.calls } }
        var encoded: [Bool] { state.withLock { $0.encoded } }

        func body(for changes: [EntityChange], encoded: [[UInt8]?]) -> [UInt8]? {
            let text = changes.map { "\($0.kind) \($0.id) \($0.sequence)" }.joined(separator: ", ")
            state.withLock { state in
                state.calls.append(text)
                for (change, bytes) in zip(changes, encoded) {
                    state.encoded.append(bytes != nil)
                    if let bytes, let after = change.after { #expect(bytes == EntityCodec.encode(after)) }
                }
            }
            return changes.contains { $0.id == "urn:x:untold" } ? nil : Array(text.utf8)
        }

        func committed(_ sequence: UInt64) { state.withLock { $0.calls.append("committed \(sequence)") } }
        func discarded() { state.withLock { $0.calls.append("discarded") } }
    }

    private static let room = TestBroker.room

    @Test func `a row is written with the changes it tells of, and goes when it is told to`() async throws {
        let city = try TestBroker()
        let recorder = Recorder()
        city.broker.show(commitsTo: recorder)
        _ = await city.perform(.createEntity(try city.room(#""n":0"#)))
        _ = await city.perform(.createEntity(try city.room("", id: "urn:x:untold")))
        _ = await city.perform(.deleteEntity(id: Self.room))
        #expect(
            recorder.calls == [
                "created \(Self.room) 1", "committed 1", "created urn:x:untold 2", "committed 2",
                "deleted \(Self.room) 3", "committed 3",
            ])
        #expect(recorder.encoded == [true, true, false])
        var rows = try city.broker.outbox(after: 0, limit: 10)
        #expect(
            rows.map { String(decoding: $0.body, as: UTF8.self) } == [
                "created \(Self.room) 1", "deleted \(Self.room) 3",
            ])
        #expect(rows.map(\.sequence) == [1, 3])
        let result = await withCheckedContinuation { continuation in
            city.broker.keep(
                [DocumentUpdate(kind: "k", tenant: "", key: "a", body: [1])], removingOutbox: [1...2],
                on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        try result.get()
        rows = try city.broker.outbox([1, 3])
        #expect(rows.map(\.sequence) == [3])
        #expect(try city.broker.documents(kind: "k").count == 1)
        city.broker.stop()
    }

    @Test func `every step of an entity is shown, the last with its stored form`() async throws {
        let city = try TestBroker()
        let recorder = Recorder()
        city.broker.show(commitsTo: recorder)
        let drafts = try [1, 2, 3].map { BatchMember.draft(try city.room(#""n":\#($0)"#)) }
        _ = await city.perform(.batchUpsert(drafts, replaces: false))
        #expect(
            recorder.calls == [
                "created \(Self.room) 1, updated \(Self.room) 1, updated \(Self.room) 1", "committed 1",
            ])
        #expect(recorder.encoded == [false, false, true])
        city.broker.stop()
    }

    @Test func `a commit that the store refuses leaves no row`() async throws {
        let gate = GatedStorage()
        let city = try TestBroker(gate)
        let recorder = Recorder()
        city.broker.show(commitsTo: recorder)
        gate.fail(.full(path: "d"))
        #expect(await city.outcome(.createEntity(try city.room(""))) == "Insufficient storage")
        gate.fail(nil)
        #expect(recorder.calls == ["created \(Self.room) 1", "discarded"])
        #expect(try city.broker.outbox(after: 0, limit: 10).isEmpty)
        city.broker.stop()
    }

    @Test func `a commit that is computed again is shown again, and told under the number it gets`() async throws {
        let storage = InMemoryStorage()
        let one = try TestBroker(storage)
        _ = await one.perform(.createEntity(try one.room(#""a":1"#)))
        let two = try TestBroker(storage)
        let recorder = Recorder()
        two.broker.show(commitsTo: recorder)
        #expect(await one.outcome(.updateAttributes(id: Self.room, try one.draft(#"{"b":2}"#))) == "updated b")
        #expect(await two.outcome(.updateAttributes(id: Self.room, try two.draft(#"{"c":3}"#))) == "updated c")
        #expect(
            recorder.calls == ["updated \(Self.room) 2", "discarded", "updated \(Self.room) 2", "committed 3"])
        #expect(try two.broker.outbox(after: 0, limit: 10).map(\.sequence) == [3])
        #expect(two.broker.lastSequence == 3)
    }

    @Test func `one who is not interested is shown nothing, nor is anyone after the end`() async throws {
        let city = try TestBroker()
        let recorder = Recorder()
        recorder.lose(interest: true)
        city.broker.show(commitsTo: recorder)
        _ = await city.perform(.createEntity(try city.room("")))
        recorder.lose(interest: false)
        _ = await city.perform(.deleteEntity(id: "urn:x:none"))
        city.broker.show(commitsTo: nil)
        _ = await city.perform(.deleteEntity(id: Self.room))
        #expect(recorder.calls.isEmpty)
        city.broker.stop()
    }
}
