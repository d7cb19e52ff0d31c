import BrokerStorage
import NGSILDModel
import Synchronization

/// The budget that the entities of all tenants share, and the way back for those that were taken out of memory.
///
/// The store is the truth: past the budget, attributes are dropped from memory and read again when they are needed.
/// Identity, types and indexes stay in memory, about 800 bytes an entity.
final class EntityMemory: Sendable {
    private let storage: any BrokerStorage
    private let budget: Int
    private let used = Atomic<Int>(0)

    init(storage: any BrokerStorage, budget: Int) {
        self.storage = storage
        self.budget = budget
    }

    func add(_ bytes: Int) { used.wrappingAdd(bytes, ordering: .relaxed) }

    /// Bytes above the budget; 0 or less when there is room.
    var excess: Int { used.load(ordering: .relaxed) - budget }

    enum Loaded {
        case found(EntityRecord)
        case gone
        case unreadable
    }

    func read(_ id: String, tenant: String) -> Loaded {
        do {
            guard let found = try storage.entity(tenant: tenant, id: id) else { return .gone }
            return EntityCodec.decode(found.1, id: id).map { .found($0) } ?? .unreadable
        } catch {
            return .unreadable
        }
    }

    /// Reads several entities at once, some 2 us each.
    ///
    /// - Parameter places: in the order of their numbers.
    /// - Returns: the entity at each place; `nil` where it is gone or cannot be read.
    func read(_ places: [EntityPlace], tenant: String) -> [EntityRecord?] {
        var found = [EntityRecord?](repeating: nil, count: places.count)
        try? storage.visitEntities(tenant: tenant, at: places) { index, bytes in
            found[index] = EntityCodec.decode(bytes, id: places[index].id)
        }
        return found
    }

    func load(_ id: String, tenant: String) -> EntityRecord? {
        guard case .found(let record) = read(id, tenant: tenant) else { return nil }
        return record
    }
}
