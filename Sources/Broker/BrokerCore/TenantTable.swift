import NGSILDModel
import Synchronization

/// The tenants that exist. The default tenant, "", always does.
final class TenantTable: Sendable {
    private let tenants = Mutex<[String: Tenant]>(["": Tenant(name: "")])

    func tenant(_ name: String) -> Tenant? { tenants.withLock { $0[name] } }

    /// The tenant, made now if it is new.
    func create(_ name: String) -> Tenant {
        tenants.withLock { tenants in
            if let tenant = tenants[name] { return tenant }
            let tenant = Tenant(name: name)
            tenants[name] = tenant
            return tenant
        }
    }

    func remove(_ name: String) {
        tenants.withLock { tenants in tenants[name] = name.isEmpty ? Tenant(name: "") : nil }
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
