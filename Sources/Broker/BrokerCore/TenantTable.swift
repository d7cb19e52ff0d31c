import NGSILDModel
import Synchronization

/// The tenants that exist. The default tenant, "", always does.
final class TenantTable: Sendable {
    private let memory: EntityMemory
    private let tenants: Mutex<[String: Tenant]>

    init(memory: EntityMemory) {
        self.memory = memory
        tenants = Mutex(["": Tenant(name: "", memory: memory)])
    }

    func tenant(_ name: String) -> Tenant? { tenants.withLock { $0[name] } }

    /// The tenant, made now if it is new.
    func create(_ name: String) -> Tenant {
        tenants.withLock { tenants in
            if let tenant = tenants[name] { return tenant }
            let tenant = Tenant(name: name, memory: memory)
            tenants[name] = tenant
            return tenant
        }
    }

    func remove(_ name: String) {
        let old = tenants.withLock { tenants -> Tenant? in
            defer { tenants[name] = name.isEmpty ? Tenant(name: "", memory: memory) : nil }
            return tenants[name]
        }
        old?.withState { memory.add(-$0.footprint) }
    }

    /// Makes room when the entities take more memory than the budget.
    func evict() {
        let excess = memory.excess
        guard excess > 0 else { return }
        // A little more than needed, so that not every commit has to.
        var rest = excess + excess / 8 + (1 << 16)
        for tenant in all where rest > 0 {
            tenant.withState { state in
                let before = state.footprint
                state.evict(rest)
                rest -= before - state.footprint
            }
        }
    }

    var names: [String] { tenants.withLock { $0.keys.sorted() } }

    var all: [Tenant] { tenants.withLock { Array($0.values) } }

    func existing(_ name: String) throws(NGSILDError) -> Tenant {
        guard let tenant = tenant(name) else { throw Self.nonexistent(name) }
        return tenant
    }

    static func nonexistent(_ name: String) -> NGSILDError {
        .nonexistentTenant("Tenant \(name) does not exist; it comes into being when its first entity is created")
    }
}
