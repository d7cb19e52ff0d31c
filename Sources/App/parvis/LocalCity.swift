import BrokerCore
import BrokerStorage
import Foundation
import NGSILDModel
import NGSILDOperations
import SQLiteStorage
import TemporalEvolution

/// A broker over a data directory without an HTTP edge, for commands that work on a stopped city.
final class LocalCity: Sendable {
    let storage: any BrokerStorage
    let broker: Broker
    let history: HistoryStore
    let scheduler = ImmediateReplyScheduler()

    /// - Parameters:
    ///   - isNew: makes a city where there is none, which is refused otherwise: most likely the directory is mistyped.
    ///   - temporalInstances: attribute instances in one temporal answer.
    ///   - readsHistory: the history is wanted up to the last change; what the change record has of it is taken in first,
    ///     which takes a few seconds after a crash.
    ///   - clock: when what is written is created and modified.
    init(
        directory: String, isNew: Bool = false, temporalInstances: Int = 10_000, readsHistory: Bool = false,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) throws {
        guard isNew || Self.isThere(in: directory) else { throw Self.none(in: directory) }
        var storing = SQLiteStorage.Configuration()
        storing.readsDamaged = true
        storing.onDamage = { Output.tell("Damaged, left out: \($0)\n") }
        storage = try SQLiteStorage(directory: directory, configuration: storing)
        var broking = Broker.Configuration()
        broking.clock = clock
        broker = try Broker(storage: storage, configuration: broking)
        var configuration = HistoryConfiguration()
        configuration.instanceLimit = temporalInstances
        history = try HistoryStore(keeping: broker, entities: broker, configuration: configuration)
        if readsHistory {
            history.start(feed: broker)
            history.flush()
        }
    }

    /// Whether a directory holds a city.
    static func isThere(in directory: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + "/parvis.db")
    }

    static func none(in directory: String) -> Refusal {
        Refusal(description: "There is no city in \(directory); name its directory with --data")
    }

    func bringIn(_ groups: [HistoryGroup], tenant: String) async throws {
        try await history.bringIn(groups, tenant: tenant)
    }

    func addHistory(_ draft: EntityDraft, tenant: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            history.upsertTemporalEvolution(draft, tenant: tenant, on: scheduler) { result in
                continuation.resume(with: result.map { _ in }.mapError { $0 as any Error })
            }
        }
    }

    func submit(_ operation: ProvisionOperation, tenant: String) async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: scheduler) { continuation.resume(returning: $0) }
        }
    }

    func close() {
        history.stop()
        broker.stop()
        storage.close()
    }
}

extension HistoryStore {
    /// Brings values into the history; returns when they are durable.
    func bringIn(_ groups: [HistoryGroup], tenant: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(NGSILDError) {
                try HistoryImporter(self).bringIn(groups, tenant: tenant, on: ImmediateReplyScheduler()) { result in
                    continuation.resume(with: result.mapError { $0 as any Error })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
