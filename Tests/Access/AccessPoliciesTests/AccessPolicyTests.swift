import GeoJSON
import JSONTree
import Testing

@testable import AccessPolicies

/// How policies are read and written.
struct AccessPolicyTests {
    private func read(_ text: String) throws(AccessPolicyError) -> AccessPolicy {
        try AccessPolicy(parsing: Array(text.utf8))
    }

    private func refusal(_ text: String) -> AccessPolicyError? {
        do throws(AccessPolicyError) {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a policy with all members is what it was after being written and read`() throws {
        let policy = try read(
            #"""
            {"id":"k","description":"Integrator K","roles":["integrator"],"tenants":["","district-*"],
             "operations":["updateOps","createEntity"],"types":["ParkingSpot"],"scopes":["/centre/#"],
             "attributes":["status","location"],
             "area":{"type":"Polygon","coordinates":[[[8,50],[9,50],[9,51],[8,50]]]},
             "@context":"https://example.org/context.jsonld"}
            """#)
        #expect(policy.id == "k")
        #expect(policy.tenants == ["", "district-*"])
        #expect(policy.area?.kind == .polygon)
        var writer = ByteWriter()
        policy.append(to: &writer)
        #expect(try AccessPolicy(parsing: writer.array()) == policy)
    }

    @Test func `what is left out does not restrict, but for the tenants`() throws {
        let policy = try read(#"{"id":"a","roles":["anyone"],"operations":["retrieveOps"]}"#)
        #expect(policy.tenants == [""])
        #expect(!policy.isAboutSomeEntities)
        #expect(policy.covers(tenant: ""))
        #expect(!policy.covers(tenant: "other"))
    }

    @Test(arguments: [
        (["*"], "any", true), (["district-*"], "district-7", true), (["district-*"], "town", false),
        (["town"], "town2", false), ([""], "", true), (["town"], "", false),
    ])
    func `a star at the end of a tenant's name stands for any rest`(_ tenants: [String], _ name: String, _ covers: Bool)
    {
        #expect(
            AccessPolicy(id: "a", roles: [], tenants: tenants, operations: []).covers(tenant: name) == covers)
    }

    @Test(arguments: [
        (#"[]"#, ""), (#"{"#, ""), (#"{"roles":["a"],"operations":["retrieveOps"]}"#, "id"),
        (#"{"id":"a","operations":["retrieveOps"]}"#, "roles"), (#"{"id":"a","roles":["a"]}"#, "operations"),
        (#"{"id":"a","roles":[],"operations":["retrieveOps"]}"#, "roles"),
        (#"{"id":"a","roles":["a"],"operations":["fly"]}"#, "operations"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"type":["A"]}"#, "type"),
        (#"{"id":"a","id":"b","roles":["a"],"operations":["retrieveOps"]}"#, ""),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"types":["a b"]}"#, "types"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"attributes":["9"]}"#, "attributes"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"scopes":["/a/#/b"]}"#, "scopes"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"tenants":["a*b"]}"#, "tenants"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"area":{"type":"Point","coordinates":[1,2]}}"#, "area"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"area":{"type":"Polygon","coordinates":[]}}"#, "area"),
        (#"{"id":"a","roles":["a"],"operations":["retrieveOps"],"@context":"file:///a"}"#, "@context"),
    ])
    func `a fault is told with the member and a remedy`(_ text: String, _ member: String) throws {
        let error = try #require(refusal(text))
        #expect(error.member == member)
        #expect(member.isEmpty || error.description.contains("\"\(member)\""))
    }

    @Test func `every operation and group has a name that is read back`() {
        for operation in AccessOperation.allCases {
            #expect(AccessOperation.named(operation.name) == [operation])
        }
        for (name, operations) in AccessOperation.groups { #expect(AccessOperation.named(name) == operations) }
        #expect(AccessOperation.named("fly") == nil)
    }
}
