import BrokerCore
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import ServiceRuntime

struct RunningTasksTests {
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    private func create(_ number: Int, in broker: Broker) async throws {
        let context = TermContext(context: .core, registry: broker.registry)
        let document = try JSONDocument(parsing: #"{"id":"urn:ngsi-ld:River:\#(number)","type":"River"}"#)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        _ = await withCheckedContinuation { continuation in
            broker.submit(.createEntity(draft), tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    @Test func `it starts once, follows until it is stopped, and waits for what is under way`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        defer { broker.stop() }
        let (log, running) = (Log(), RunningTasks())
        let inbox = ChangeInbox(limit: 10, typeNames: ["River"], registry: broker.registry)
        let (heard, hear) = AsyncStream<String>.makeStream()
        for _ in 0..<2 {
            running.start(following: broker, { for change in $0 { hear.yield(change.id) } }) {
                log.add("starts")
                return [
                    Task {
                        for await _ in inbox.signals {}
                        log.add("ends")
                    }
                ]
            }
        }
        try await create(1, in: broker)
        var changes = heard.makeAsyncIterator()
        #expect(await changes.next() == "urn:ngsi-ld:River:1")
        await running.stop {
            log.add("closes")
            inbox.close()
        }
        #expect(log.all == ["starts", "closes", "ends"])
        running.start(following: broker, { _ in log.add("again") }) { [] }
        try await create(2, in: broker)
        await running.stop {}
        hear.finish()
        #expect(await changes.next() == nil)
        #expect(log.all.count == 3)
    }

    @Test func `those who wait are signalled until that is cancelled`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        defer { broker.stop() }
        let inbox = ChangeInbox(limit: 10, typeNames: ["River"], registry: broker.registry)
        let signalling = RunningTasks.signalling([inbox], everySeconds: 0.001)
        var count = 0
        for await _ in inbox.signals {
            count += 1
            if count == 3 { break }
        }
        signalling.cancel()
        await signalling.value
        #expect(count == 3)
    }
}
