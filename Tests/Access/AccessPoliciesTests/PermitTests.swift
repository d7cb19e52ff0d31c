import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDQuery
import Testing

@testable import AccessPolicies

/// What sets of policies permit.
struct PermitTests {
    private let registry: TermRegistry
    private let context: TermContext

    init() throws {
        registry = try TermRegistry(store: InMemoryStorage())
        context = TermContext(context: .core, registry: registry)
    }

    private func entity(_ text: String) throws -> EntityRecord {
        let document = try JSONDocument(parsing: text)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        let now = Timestamp(microseconds: 1)
        return EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: now, modifiedAt: now,
            attributes: draft.attributes)
    }

    private func permit(_ policies: [AccessPolicy], roles: [String] = ["r"]) -> Permit {
        PolicyBook(policies, registry: registry).permit(roles: roles)
    }

    private func access(_ policies: [AccessPolicy]) throws -> EntityAccess {
        guard case .limited(let access) = permit(policies).decide(.queryEntity, tenant: "") else {
            Issue.record("The policies should be about some entities")
            return EntityAccess([])
        }
        return access
    }

    private func policy(
        _ operations: [String] = ["queryEntity"], types: [String]? = nil, scopes: [String]? = nil,
        attributes: [String]? = nil, area: String? = nil, tenants: [String] = [""], roles: [String] = ["r"]
    ) throws -> AccessPolicy {
        AccessPolicy(
            id: "p", roles: roles, tenants: tenants, operations: operations, types: types, scopes: scopes,
            attributes: attributes, area: try area.map { try .init(parsing: $0) })
    }

    private static let bus = #"""
        {"id":"urn:ngsi-ld:Bus:1","type":"Bus","scope":"/centre/north","speed":{"type":"Property","value":3},
         "load":{"type":"Property","value":9},
         "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[8.5,50.5]}}}
        """#
    private static let square =
        #"{"type":"Polygon","coordinates":[[[8,50],[9,50],[9,51],[8,51],[8,50]]]}"#
    private static let elsewhere =
        #"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,2],[1,1]]]}"#

    @Test func `nothing is permitted that no policy grants`() throws {
        for operation in AccessOperation.allCases {
            guard case .refused = permit([]).decide(operation, tenant: "") else {
                Issue.record("\(operation) should be refused")
                continue
            }
        }
    }

    @Test func `an operation is permitted in the policy's tenants alone`() throws {
        let permit = permit([try policy(tenants: ["a", "b-*"])])
        for (tenant, isPermitted) in [("a", true), ("b-1", true), ("", false), ("c", false)] {
            let decision = permit.decide(.queryEntity, tenant: tenant)
            if case .all = decision { #expect(isPermitted) } else { #expect(!isPermitted) }
        }
    }

    @Test func `anyone's policies hold for every role`() throws {
        let all = try policy(roles: ["anyone"])
        for roles in [[], ["r"], ["other"]] {
            guard case .all = permit([all], roles: roles).decide(.queryEntity, tenant: "") else {
                Issue.record("\(roles) should be permitted")
                continue
            }
        }
    }

    @Test func `the administrator's permit is everything, and costs no question`() {
        #expect(permit([], roles: ["administrator"]).isEverything)
        #expect(!permit([], roles: ["operator"]).isEverything)
        guard case .refused = permit([], roles: ["operator"]).decide(.administer, tenant: "") else {
            Issue.record("An operator does not administer")
            return
        }
    }

    @Test func `all members of a policy must hold`() throws {
        let bus = try entity(Self.bus)
        #expect(try access([policy(types: ["Bus"])]).reaches(bus))
        #expect(try !access([policy(types: ["Car"])]).reaches(bus))
        #expect(try access([policy(scopes: ["/centre/#"])]).reaches(bus))
        #expect(try !access([policy(scopes: ["/centre"])]).reaches(bus))
        #expect(try access([policy(area: Self.square)]).reaches(bus))
        #expect(try !access([policy(area: Self.elsewhere)]).reaches(bus))
        #expect(try !access([policy(types: ["Bus"], scopes: ["/centre/#"], area: Self.elsewhere)]).reaches(bus))
        #expect(try access([policy(types: ["Car"]), policy(scopes: ["/centre/+"])]).reaches(bus))
    }

    @Test func `of an entity, the attributes of all policies that cover it are seen`() throws {
        let bus = try entity(Self.bus)
        let access = try access([
            policy(types: ["Bus"], attributes: ["speed"]), policy(scopes: ["/centre/#"], attributes: ["location"]),
            policy(types: ["Car"], attributes: ["load"]),
        ])
        let seen = try #require(access.seen(bus))
        #expect(Set(seen.attributes.names) == [try context.term("speed"), try context.term("location")])
        #expect(seen.id == bus.id)
        #expect(seen.scopes == bus.scopes)
        #expect(!access.reachesAllAttributes)
        #expect(try self.access([policy(types: ["Bus"])]).seen(bus) === bus)
    }

    @Test func `a write may add no type or scope that the policy does not name`() throws {
        let bus = try entity(Self.bus)
        let other = try entity(
            Self.bus.replacing("\"type\":\"Bus\"", with: "\"type\":[\"Bus\",\"Tram\"]"))
        let moved = try entity(Self.bus.replacing("\"/centre/north\"", with: "[\"/centre/north\",\"/suburb\"]"))
        let byType = try access([policy(types: ["Bus"])])
        #expect(byType.attributes(writing: bus, after: nil) != nil)
        #expect(byType.attributes(writing: other, after: bus) == nil)
        #expect(byType.attributes(writing: other, after: other) != nil)
        let byScope = try access([policy(scopes: ["/centre/#"])])
        #expect(byScope.attributes(writing: moved, after: bus) == nil)
        #expect(byScope.attributes(writing: moved, after: moved) != nil)
    }

    @Test func `a policy whose context is not at hand grants nothing and is told of`() throws {
        var policy = try policy(types: ["Bus"])
        policy.context = "https://example.org/c"
        let book = PolicyBook([policy], registry: registry)
        #expect(book.unusable.map(\.id) == ["p"])
        guard case .refused = book.permit(roles: ["r"]).decide(.queryEntity, tenant: "") else {
            Issue.record("It should grant nothing")
            return
        }
    }

    @Test func `callers with the same roles share one permit, in whatever order the roles stand`() throws {
        let book = PolicyBook([try policy()], registry: registry)
        #expect(book.permit(roles: ["a", "r"]) === book.permit(roles: ["r", "a", "a"]))
        let next = PolicyBook([try policy()], registry: registry, earlier: book)
        #expect(next.permit(roles: ["r"]) !== book.permit(roles: ["r"]))
    }

    @Test func `policies of a role that did not change are not compiled anew`() throws {
        let mine = try policy(types: ["Bus"])
        let book = PolicyBook([mine], registry: registry)
        guard case .limited(let before) = book.permit(roles: ["r"]).decide(.queryEntity, tenant: "") else {
            Issue.record("Some entities should be reached")
            return
        }
        var other = try policy(types: ["Car"], roles: ["s"])
        other.id = "q"
        for (policies, isSame) in [([mine, other], true), ([try policy(types: ["Tram"])], false)] {
            let next = PolicyBook(policies, registry: registry, earlier: book)
            guard case .limited(let after) = next.permit(roles: ["r"]).decide(.queryEntity, tenant: "") else {
                Issue.record("Some entities should be reached")
                return
            }
            #expect((before === after) == isSame)
        }
    }

    @Test func `whatever tenants are named, what policies of all tenants grant is compiled once`() throws {
        let permit = permit([try policy(types: ["Bus"], tenants: ["*", "a-*", "a-1"])])
        func found(_ tenant: String) -> EntityAccess? {
            if case .limited(let access) = permit.decide(.queryEntity, tenant: tenant) { return access }
            return nil
        }
        let first = try #require(found("x"))
        for number in 0..<100 { #expect(found("x\(number)") === first) }
        #expect(found("a-2") !== first)
        #expect(found("a-2") === found("a-3"))
        #expect(found("a-1") !== nil)
    }

    @Test func `policies about the same entities add up to one grant`() throws {
        let bus = try entity(Self.bus)
        let access = try access([
            policy(scopes: ["/centre/#"], attributes: ["speed"]), policy(scopes: ["/centre/#"], attributes: ["load"]),
        ])
        #expect(
            try Set(try #require(access.seen(bus)).attributes.names) == [context.term("speed"), context.term("load")])
        let whole = try self.access([
            policy(scopes: ["/centre/#"], attributes: ["speed"]), policy(scopes: ["/centre/#"]),
        ])
        #expect(whole.seen(bus) === bus)
    }

    @Test func `what several roles grant adds up`() throws {
        let bus = try entity(Self.bus)
        let permit = permit(
            [
                try policy(types: ["Bus"], attributes: ["speed"], roles: ["a"]),
                try policy(scopes: ["/centre/#"], attributes: ["load"], roles: ["b"]),
            ], roles: ["a", "b", "c"])
        guard case .limited(let access) = permit.decide(.queryEntity, tenant: "") else {
            Issue.record("Some entities should be reached")
            return
        }
        #expect(
            try Set(try #require(access.seen(bus)).attributes.names) == [context.term("speed"), context.term("load")])
    }

    @Test func `ten thousand policies leave one decision for each operation and tenant`() throws {
        let policies = (0..<10_000).map {
            AccessPolicy(id: "p\($0)", roles: ["r"], operations: ["queryEntity"], types: ["Type\($0)"])
        }
        let permit = permit(policies)
        guard case .limited(let first) = permit.decide(.queryEntity, tenant: ""),
            case .limited(let second) = permit.decide(.queryEntity, tenant: "")
        else {
            Issue.record("Some entities should be reached")
            return
        }
        #expect(first === second)
        #expect(first.types?.count == 10_000)
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
