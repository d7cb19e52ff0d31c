import Dispatch
import NGSILDModel
import NGSILDOperations
import Synchronization

/// Writes entities through the broker's operations, on a thread that may wait.
struct EntityWriter: Sendable {
    let provision: any EntityProvision
    let consumption: any EntityConsumption

    /// Entities in one operation, so in one commit.
    static let batchLimit = 1_000
    /// Until an operation has been durable; longer means that it may never be.
    private static let patience = DispatchTimeInterval.seconds(60)

    /// What became of entities that were written together.
    enum Outcome {
        /// Those that were refused, by id, with the reason.
        case kept(refused: [(id: String, reason: String)])
        /// The broker takes nothing now.
        case unavailable(String)
    }

    /// Batch Entity Upsert (5.6.8) that updates, so that attributes of others stay.
    func upsert(_ drafts: [EntityDraft], tenant: String) -> Outcome {
        let answer = Answer()
        provision.submit(
            .batchUpsert(drafts.map { .draft($0) }, replaces: false), tenant: tenant, on: ImmediateReplyScheduler()
        ) { result in
            answer.result.withLock { $0 = result }
            answer.isThere.signal()
        }
        guard answer.isThere.wait(timeout: .now() + Self.patience) == .success,
            let result = answer.result.withLock({ $0 })
        else { return .unavailable("nothing was committed for a minute") }
        switch result {
        case .success, .updated: return .kept(refused: [])
        case .failure(let error):
            if Self.passes(error) { return .unavailable(error.detail) }
            return .kept(refused: drafts.map { ($0.id, error.detail) })
        case .batch(let batch):
            if let passing = batch.errors.first(where: { Self.passes($0.error) }) {
                return .unavailable(passing.error.detail)
            }
            return .kept(refused: batch.errors.map { ($0.entityID ?? "", $0.error.detail) })
        }
    }

    private final class Answer: Sendable {
        let result = Mutex<ProvisionResult?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    /// Whether the same may succeed later, because the fault is not in the entity.
    private static func passes(_ error: NGSILDError) -> Bool {
        switch error {
        case .overloaded, .unavailable, .insufficientStorage, .internalError, .conflict: true
        default: false
        }
    }

    /// Whether an entity is there and has all of these attributes.
    func has(_ attributes: [TermID], id: String, tenant: String) -> Bool {
        guard let record = try? consumption.retrieveEntity(id: id, tenant: tenant) else { return false }
        return attributes.allSatisfy { record.attributes.root(named: $0) != nil }
    }
}
