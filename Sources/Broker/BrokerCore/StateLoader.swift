import BrokerStorage
import Dispatch
import NGSILDModel
import Synchronization
import WorkThreads

/// Builds the tenants' states from the stored entities: one thread reads and decodes, another builds the indexes.
///
/// Invariants:
/// 1. At most `batchesInFlight` batches wait, so that reading never runs far ahead.
/// 2. `finish` returns when the other thread has ended; only then are the states complete.
final class StateLoader: Sendable {
    private struct Item: Sendable {
        let record: EntityRecord
        let number: Int64
        let revision: UInt64
    }

    private struct Batch: Sendable {
        let tenant: String
        var items: [Item] = []
    }

    private let memory: EntityMemory
    private let room = DispatchSemaphore(value: batchesInFlight)
    private let arrived = DispatchSemaphore(value: 0)
    private let waiting = Mutex<[Batch?]>([])
    private let result = Mutex<[String: TenantState]>([:])

    private static let batchesInFlight = 8
    private static let batchSize = 1_024

    private init(memory: EntityMemory) { self.memory = memory }

    /// Reads all entities of the store.
    ///
    /// - Parameter body: called with each entity and its tenant.
    /// - Throws: `StorageError` when the store cannot be read, `corrupt` naming an entity that cannot.
    /// - Cost: about 2 us for each entity.
    static func load(
        from storage: any BrokerStorage, memory: EntityMemory, each body: (EntityRecord, String) -> Void
    ) throws -> [String: TenantState] {
        let loader = StateLoader(memory: memory)
        let worker = WorkerThread { loader.build() }
        var batch = Batch(tenant: "")
        do {
            try storage.visitEntities { stored, bytes in
                guard let record = EntityCodec.decode(bytes, id: stored.id) else {
                    throw StorageError.corrupt(path: stored.id, reason: "the stored form of the entity cannot be read")
                }
                if batch.items.count == batchSize || stored.tenant != batch.tenant {
                    loader.hand(batch, isBuilding: worker.isRunning)
                    batch = Batch(tenant: stored.tenant)
                    batch.items.reserveCapacity(batchSize)
                }
                body(record, stored.tenant)
                batch.items.append(Item(record: record, number: stored.number, revision: stored.revision))
            }
        } catch {
            loader.finish(worker)
            throw error
        }
        loader.hand(batch, isBuilding: worker.isRunning)
        loader.finish(worker)
        return loader.result.withLock { states in
            defer { states = [:] }
            for name in Array(states.keys) { states[name]?.endLoading() }
            return states
        }
    }

    private func hand(_ batch: Batch, isBuilding: Bool) {
        guard !batch.items.isEmpty else { return }
        // Without a second thread the work is done on this one.
        guard isBuilding else { return take(in: batch) }
        room.wait()
        waiting.withLock { $0.append(batch) }
        arrived.signal()
    }

    private func finish(_ worker: WorkerThread) {
        waiting.withLock { $0.append(nil) }
        arrived.signal()
        worker.join()
    }

    private func build() {
        while true {
            arrived.wait()
            let batch = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let batch else { return }
            take(in: batch)
            room.signal()
        }
    }

    private func take(in batch: Batch) {
        result.withLock { states in
            // Taken out and put back, so that it is never copied.
            var state = states.removeValue(forKey: batch.tenant) ?? TenantState(tenant: batch.tenant, memory: memory)
            state.beginLoading()
            for item in batch.items {
                state.publish(id: item.record.id, record: item.record, number: item.number, revision: item.revision)
            }
            if memory.excess > 0 { state.evict(memory.excess + (1 << 20)) }
            states[batch.tenant] = state
        }
    }
}
