import AccessPolicies
import BrokerCore
import JSONTree
import NGSILDModel
import Synchronization
import Testing

@testable import NGSILDHTTP

/// Tells callers by the header `Roles`; one without it is anonymous, `*` may do everything.
final class TestAuthenticator: RequestAuthenticator {
    private let book = Mutex<PolicyBook?>(nil)
    /// As in a real one, a caller is the same object until something changes what they may do.
    private let callers = Mutex<[String: Caller]>([:])
    private let revoked = Mutex<Set<String>>([])

    func use(_ policies: [AccessPolicy], registry: TermRegistry) {
        book.withLock { $0 = PolicyBook(policies, registry: registry, earlier: $0) }
        callers.withLock { $0.removeAll() }
    }

    func revoke(_ id: String) { revoked.withLock { _ = $0.insert(id) } }

    private func caller(_ roles: String?) -> Caller? {
        guard let book = book.withLock({ $0 }) else { return nil }
        guard let roles else {
            return Caller(id: Caller.anonymousID, name: "nobody", permit: book.permit(roles: []))
        }
        if revoked.withLock({ $0.contains("roles:\(roles)") }) { return nil }
        let names = roles == "*" ? ["administrator"] : roles.split(separator: ",").map(String.init)
        return callers.withLock { callers in
            if let known = callers[roles] { return known }
            let caller = Caller(id: "roles:\(roles)", name: roles, permit: book.permit(roles: names))
            callers[roles] = caller
            return caller
        }
    }

    func authenticate(_ request: HTTPRequest, _ reply: @escaping @Sendable (Authentication) -> Void) {
        guard let caller = caller(request.header("Roles")) else {
            return reply(.refused(HTTPAnswer(status: 401, headers: [("WWW-Authenticate", "Bearer")])))
        }
        reply(.caller(caller))
    }

    func renew(_ caller: Caller) -> Caller? {
        self.caller(caller.isAnonymous ? nil : String(caller.id.dropFirst(6)))
    }
}

extension TestAuthenticator: CallerDirectory {
    func caller(id: String) -> Caller? { id.hasPrefix("roles:") ? caller(String(id.dropFirst(6))) : nil }
}

/// A city whose callers have roles, and a model of what each role may, told in other words than the code that is tested.
struct AccessWorld {
    struct Role: Sendable, CustomTestStringConvertible {
        let name: String
        /// Each a grant: all of its parts must hold.
        let grants: [Grant]
        var testDescription: String { name }
    }

    struct Grant: Sendable {
        var tenants = [""]
        var types: Set<String>?
        var scopes: [String]?
        var needsCentre = false
        var attributes: Set<String>?
        var operations = ["retrieveOps", "queryBatch", "writeOps", "temporalOps", "subscribe", "readOps"]

        func policy(_ id: String, _ role: String) throws -> AccessPolicy {
            AccessPolicy(
                id: id, roles: [role], tenants: tenants, operations: operations, types: types?.sorted(),
                scopes: scopes, attributes: attributes?.sorted(),
                area: needsCentre ? try .init(parsing: AccessWorld.centre) : nil)
        }
    }

    /// An entity as the model knows it.
    struct Thing: Sendable, CustomTestStringConvertible {
        let id: String
        let types: [String]
        let scope: String?
        /// Whether its location lies in the centre; `nil`: it has none.
        let isInCentre: Bool?
        var testDescription: String { id }

        var attributes: Set<String> {
            isInCentre == nil ? ["pm25", "secret"] : ["pm25", "secret", "location"]
        }

        /// Its number, in the order of creation.
        var number: Int

        var json: String {
            let types = types.count == 1 ? "\"\(types[0])\"" : "[\(types.map { "\"\($0)\"" }.joined(separator: ","))]"
            var text = #"{"id":"\#(id)","type":\#(types),"pm25":{"type":"Property","value":\#(number)},"#
            text += #""secret":{"type":"Property","value":\#(1_000 - number)}"#
            if let scope { text += #","scope":"\#(scope)""# }
            if let isInCentre {
                let place = isInCentre ? "[8.5,50.5]" : "[20,20]"
                text += #","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":\#(place)}}"#
            }
            return text + "}"
        }
    }

    static let centre = #"{"type":"Polygon","coordinates":[[[8,50],[9,50],[9,51],[8,51],[8,50]]]}"#

    static let roles: [Role] = [
        Role(name: "nothing", grants: []),
        Role(name: "all", grants: [Grant()]),
        Role(name: "elsewhere", grants: [Grant(tenants: ["district-*"])]),
        Role(name: "everywhere", grants: [Grant(tenants: ["*"])]),
        Role(name: "a", grants: [Grant(tenants: ["", "district-*"], types: ["A"])]),
        Role(name: "scoped", grants: [Grant(scopes: ["/centre/#"])]),
        Role(name: "placed", grants: [Grant(needsCentre: true)]),
        Role(name: "some", grants: [Grant(types: ["A", "B"], attributes: ["pm25", "location"])]),
        Role(
            name: "both",
            grants: [
                Grant(types: ["A"], attributes: ["pm25"]), Grant(scopes: ["/centre/#"], attributes: ["secret"]),
            ]),
        Role(name: "narrow", grants: [Grant(types: ["B"], scopes: ["/centre/#"], needsCentre: true)]),
    ]

    static let things: [Thing] = {
        var things: [Thing] = []
        for types in [["A"], ["B"], ["A", "B"], ["C"]] {
            for scope in [nil, "/centre/north", "/suburb"] {
                for place in [nil, true, false] {
                    let number = things.count + 1
                    things.append(
                        Thing(
                            id: "urn:ngsi-ld:T:\(number)", types: types, scope: scope, isInCentre: place,
                            number: number))
                }
            }
        }
        return things
    }()
    static let tenants = ["", "district-1"]

    /// The attributes of an entity that a role reaches; `nil`: it does not reach the entity.
    static func reach(_ role: Role, _ tenant: String, _ thing: Thing) -> Set<String>? {
        var found: Set<String>?
        for grant in role.grants where covers(grant, tenant, thing) {
            let some = grant.attributes.map { thing.attributes.intersection($0) } ?? thing.attributes
            found = (found ?? []).union(some)
        }
        return found
    }

    /// Whether a role may create an entity: by policies that name all its types, and together all its attributes.
    static func mayCreate(_ role: Role, _ tenant: String, _ thing: Thing) -> Bool {
        var names: Set<String> = []
        for grant in role.grants where covers(grant, tenant, thing) {
            if let types = grant.types, !types.isSuperset(of: thing.types) { continue }
            names.formUnion(grant.attributes ?? thing.attributes)
        }
        return names.isSuperset(of: thing.attributes)
    }

    static func isOfTenant(_ role: Role, _ tenant: String) -> Bool {
        role.grants.contains { isOfTenant($0, tenant) }
    }

    private static func isOfTenant(_ grant: Grant, _ tenant: String) -> Bool {
        grant.tenants.contains("*") || grant.tenants.contains(tenant)
            || (tenant.hasPrefix("district-") && grant.tenants.contains("district-*"))
    }

    static func covers(_ grant: Grant, _ tenant: String, _ thing: Thing) -> Bool {
        guard isOfTenant(grant, tenant) else { return false }
        if let types = grant.types, types.isDisjoint(with: thing.types) { return false }
        if grant.scopes != nil, thing.scope?.hasPrefix("/centre/") != true { return false }
        return !grant.needsCentre || thing.isInCentre == true
    }

    let broker: TestBroker
    let authenticator = TestAuthenticator()

    init(keepsHistory: Bool = false, entityTiles: TileFactory? = nil) throws {
        broker = try TestBroker(keepsHistory: keepsHistory, entityTiles: entityTiles, authenticator: authenticator)
        var policies: [AccessPolicy] = []
        for role in Self.roles {
            for (index, grant) in role.grants.enumerated() {
                policies.append(try grant.policy("\(role.name)-\(index)", role.name))
            }
        }
        authenticator.use(policies, registry: broker.broker.registry)
        let client = try broker.client()
        let body = "[" + Self.things.map(\.json).joined(separator: ",") + "]"
        for tenant in Self.tenants {
            let answer = try client.request(
                "POST", "/ngsi-ld/v1/entityOperations/create", Self.headers("*", tenant), body)
            #expect(answer.status == 201, "\(answer.body)")
        }
    }

    static func headers(_ roles: String?, _ tenant: String = "") -> [String] {
        (roles.map { ["Roles: \($0)"] } ?? []) + (tenant.isEmpty ? [] : ["NGSILD-Tenant: \(tenant)"])
    }
}

/// What an answer with entities shows: for each id the names of its attributes.
func shown(_ body: String) -> [String: Set<String>] {
    guard let document = try? JSONDocument(parsing: body) else { return ["unreadable": []] }
    let nodes = document.isArray(document.root) ? Array(document.elements(document.root)) : [document.root]
    var found: [String: Set<String>] = [:]
    for node in nodes {
        guard let id = document.member(node, "id").flatMap({ document.string($0) }) else { continue }
        var names: Set<String> = []
        for (key, _) in document.members(node) { names.insert(document.string(key) ?? "") }
        found[id] = names.subtracting(["id", "type", "scope", "@context"])
    }
    return found
}

func ids(_ body: String) -> [String] {
    guard let document = try? JSONDocument(parsing: body), document.isArray(document.root) else {
        return ["unreadable"]
    }
    return document.elements(document.root).compactMap {
        document.member($0, "id").flatMap { document.string($0) }
    }
}
