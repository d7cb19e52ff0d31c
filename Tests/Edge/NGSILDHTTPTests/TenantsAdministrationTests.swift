import Testing

@testable import NGSILDHTTP

struct TenantsAdministrationTests {
    @Test func `a tenant is listed, deleted with its contexts, and can come again empty`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let north = "NGSILD-Tenant: north/1"
        #expect(try client.request("GET", "/admin/tenants").body == "[]")
        _ = try client.post("/entities", EntityBindingTests.room)
        _ = try client.request("POST", "/ngsi-ld/v1/entities", [north], EntityBindingTests.room)
        let context = try client.request(
            "POST", "/ngsi-ld/v1/jsonldContexts", [north], #"{"@context":{"speed":"http://example.org/speed"}}"#)
        #expect(context.status == 201)
        #expect(try client.request("GET", "/admin/tenants/").body == #"["north/1"]"#)
        #expect(try client.request("DELETE", "/admin/tenants/north%2F1").status == 204)
        #expect(try client.request("GET", "/admin/tenants").body == "[]")
        #expect(try client.request("GET", "/ngsi-ld/v1/entities?type=Room", [north]).errorType == "NonexistentTenant")
        #expect(try client.request("GET", "/ngsi-ld/v1/jsonldContexts", [north]).body == "[]")
        #expect(try client.request("DELETE", "/admin/tenants/north%2F1").status == 404)
        _ = try client.request(
            "POST", "/ngsi-ld/v1/entities", [north], #"{"id":"urn:a:1","type":"T"}"#)
        #expect(try client.request("GET", "/ngsi-ld/v1/entities?type=Room", [north]).body == "[]")
        #expect(try client.get("/entities/urn:ngsi-ld:Room:1").status == 200)
    }

    @Test(
        arguments: [
            ("POST", "/admin/tenants", 405), ("GET", "/admin/tenants/a", 405), ("DELETE", "/admin/tenants", 405),
            ("DELETE", "/admin/tenants/a%20b", 400), ("DELETE", "/admin/tenants/%4", 400),
            ("GET", "/admin/tenantsx", 404),
        ])
    func `other requests are refused`(method: String, path: String, status: Int) throws {
        #expect(try TestBroker().client().request(method, path, [], method == "POST" ? "{}" : nil).status == status)
    }
}
