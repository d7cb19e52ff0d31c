import BrokerStorage
import GatedStorage
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import BrokerCore

struct CommitterTests {
    private static let room = TestBroker.room

    /// Submits all at once, so that they wait together, and gives their outcomes.
    private func together(_ city: TestBroker, _ gate: GatedStorage, _ operations: [ProvisionOperation]) async
        -> [String]
    {
        gate.close(gate: true)
        let outcomes = Mutex<[Int: String]>([:])
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            for (index, operation) in operations.enumerated() {
                city.broker.submit(operation, tenant: "", on: ImmediateReplyScheduler()) { result in
                    let isLast = outcomes.withLock { outcomes in
                        if case .failure(let error) = result {
                            outcomes[index] = error.title
                        } else {
                            outcomes[index] = "done"
                        }
                        return outcomes.count == operations.count
                    }
                    if isLast { continuation.resume() }
                }
            }
            gate.close(gate: false)
        }
        return outcomes.withLock { outcomes in operations.indices.map { outcomes[$0] ?? "no answer" } }
    }

    @Test func `an entity is deleted, created again and deleted within a few commits, each step in the feed`()
        async throws
    {
        let gate = GatedStorage()
        let city = try TestBroker(gate)
        let kinds = Mutex<[String]>([])
        let follower = city.broker.follow { changes in
            kinds.withLock { $0 += changes.map { "\($0.kind)" } }
        }
        _ = await city.perform(.createEntity(try city.room(#""a":0"#, id: "urn:x:0")))
        let create = ProvisionOperation.createEntity(try city.room(#""a":1"#))
        let delete = ProvisionOperation.deleteEntity(id: Self.room)
        let outcomes = await together(city, gate, [create, delete, create, create, delete, create])
        #expect(outcomes == ["done", "done", "done", "Already exists", "done", "done"])
        #expect(city.shown() == #"{"type":"Room","a":1}"#)
        #expect(
            kinds.withLock { $0 } == ["created", "created", "deleted", "created", "deleted", "created"])
        follower.cancel()
        city.broker.stop()
        #expect(try TestBroker(gate).ids() == ["urn:x:0", Self.room])
    }

    @Test func `many changes of one entity that wait together are one write`() async throws {
        let gate = GatedStorage()
        let city = try TestBroker(gate)
        _ = await city.perform(.createEntity(try city.room(#""n":0"#)))
        let before = city.broker.statistics
        let patches = try (1...50).map { number in
            ProvisionOperation.updateAttributes(id: Self.room, try city.draft(#"{"n":\#(number)}"#))
        }
        #expect(Set(await together(city, gate, patches)) == ["done"])
        #expect(city.shown() == #"{"type":"Room","n":50}"#)
        #expect(city.broker.statistics.commits - before.commits <= 2)
        #expect(city.broker.statistics.writes - before.writes <= 2)
    }

    @Test func `a queue that is full refuses, and takes again when there is room`() async throws {
        let gate = GatedStorage()
        let city = try TestBroker(gate) { $0.queueLimit = 5 }
        _ = await city.perform(.createEntity(try city.room(#""n":0"#)))
        let patches = try (1...40).map { number in
            ProvisionOperation.updateAttributes(id: Self.room, try city.draft(#"{"n":\#(number)}"#))
        }
        let outcomes = await together(city, gate, patches)
        #expect(outcomes.contains("Overloaded"))
        #expect(outcomes.first == "done")
        #expect(await city.outcome(patches[39]) == "updated n")
        #expect(city.broker.statistics.waiting == 0)
    }

    @Test(
        arguments: [
            (StorageError.full(path: "d"), "Insufficient storage"), (.failed(reason: "r"), "Internal error"),
            (.closed, "Internal error"), (.corrupt(path: "d", reason: "r"), "Internal error"),
            (.suspended(path: "d", reason: "r"), "Service unavailable"),
        ])
    func `a commit that the store refuses changes nothing and says so`(failure: StorageError, title: String)
        async throws
    {
        let gate = GatedStorage()
        let failures = Mutex<[StorageError]>([])
        let city = try TestBroker(gate) { $0.onStorageFailure = { error, _ in failures.withLock { $0.append(error) } } }
        _ = await city.perform(.createEntity(try city.room(#""n":0"#)))
        gate.fail(failure)
        #expect(await city.outcome(.updateAttributes(id: Self.room, try city.draft(#"{"n":1}"#))) == title)
        #expect(await city.outcome(.createEntity(try city.room("", id: "urn:x:9"))) == title)
        #expect(await city.outcome(.deleteEntity(id: "urn:x:8")) == "Resource not found")
        // The same failure is told once in a while.
        #expect(failures.withLock { $0 } == [failure])
        gate.fail(nil)
        #expect(city.shown() == #"{"type":"Room","n":0}"#)
        #expect(await city.outcome(.updateAttributes(id: Self.room, try city.draft(#"{"n":2}"#))) == "updated n")
    }

    @Test func `an entity whose attributes cannot be read is not overwritten`() async throws {
        let gate = GatedStorage()
        let city = try TestBroker(gate) { $0.memoryBudget = 1 }
        _ = await city.perform(.createEntity(try city.room(#""n":0,"m":1"#)))
        gate.fail(.failed(reason: "r"))
        #expect(await city.outcome(.mergeEntity(id: Self.room, try city.draft(#"{"n":1}"#))) == "Internal error")
        gate.fail(nil)
        #expect(await city.outcome(.mergeEntity(id: Self.room, try city.draft(#"{"n":2}"#))) == "updated n")
        #expect(city.shown() == #"{"type":"Room","n":2,"m":1}"#)
    }

    @Test func `a broker that stops answers what waits, then refuses`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room("")))
        city.broker.stop()
        #expect(await city.outcome(.deleteEntity(id: Self.room)) == "Overloaded")
        #expect(city.shown() == #"{"type":"Room"}"#)
    }

    // MARK: Two brokers on one store

    @Test func `a broker that another was faster than computes again from the newest state`() async throws {
        let storage = InMemoryStorage()
        let one = try TestBroker(storage)
        _ = await one.perform(.createEntity(try one.room(#""a":1"#)))
        let two = try TestBroker(storage)
        #expect(await one.outcome(.updateAttributes(id: Self.room, try one.draft(#"{"b":2}"#))) == "updated b")
        #expect(await two.outcome(.updateAttributes(id: Self.room, try two.draft(#"{"c":3}"#))) == "updated c")
        #expect(two.shown() == #"{"type":"Room","a":1,"b":2,"c":3}"#)
        #expect(await one.outcome(.deleteEntity(id: Self.room)) == "success")
        #expect(await two.outcome(.updateAttributes(id: Self.room, try two.draft(#"{"c":4}"#))) == "Resource not found")
        #expect(await two.outcome(.createEntity(try two.room(#""d":4"#))) == "success")
        #expect(await one.outcome(.createEntity(try one.room(#""e":5"#))) == "Already exists")
        #expect(one.shown() == #"{"type":"Room","d":4}"#)
    }

    @Test func `two brokers that write at once lose nothing`() async throws {
        let storage = InMemoryStorage()
        let one = try TestBroker(storage)
        _ = await one.perform(.createEntity(try one.room("")))
        let two = try TestBroker(storage)
        await withTaskGroup(of: Void.self) { group in
            for (name, city) in [("p", one), ("q", two)] {
                group.addTask {
                    for number in 0..<60 {
                        guard let draft = try? city.draft(#"{"\#(name)\#(number)":1}"#) else { return }
                        var outcome = "Conflict"
                        while outcome == "Conflict" {
                            outcome = await city.outcome(.appendAttributes(id: Self.room, draft, overwrite: true))
                        }
                    }
                }
            }
        }
        let entity = try TestBroker(storage).broker.retrieveEntity(id: Self.room, tenant: "")
        #expect(entity.attributes.names.count == 120)
    }
}
