import ClauseTrait
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Testing

@testable import BrokerCore

struct TenantTests {
    @Test(.clause("4.14", "5.5.10")) func `tenants share nothing`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        _ = await city.perform(.createEntity(try city.room(#""a":2"#)), tenant: "north")
        #expect(city.shown() == #"{"type":"Room","a":1}"#)
        #expect(city.shown(tenant: "north") == #"{"type":"Room","a":2}"#)
        #expect(city.broker.tenantNames == ["", "north"])
        #expect(await city.outcome(.deleteEntity(id: TestBroker.room), tenant: "north") == "success")
        #expect(city.shown(tenant: "north") == "Resource not found")
        #expect(city.shown() == #"{"type":"Room","a":1}"#)
    }

    @Test(.clause("5.5.10")) func `only a create brings a tenant into being`() async throws {
        let city = try TestBroker()
        #expect(city.shown(tenant: "north") == "Nonexistent tenant")
        #expect(await city.outcome(.deleteEntity(id: "urn:x:1"), tenant: "north") == "Nonexistent tenant")
        #expect(await city.outcome(.deleteTenant, tenant: "north") == "Nonexistent tenant")
        #expect(city.broker.tenantNames == [""])
    }

    @Test func `a tenant that is deleted takes everything of it along and can come again`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)), tenant: "north")
        #expect(await city.outcome(.deleteTenant, tenant: "north") == "success")
        #expect(city.shown(tenant: "north") == "Nonexistent tenant")
        #expect(await city.outcome(.createEntity(try city.room(#""a":3"#)), tenant: "north") == "success")
        city.broker.stop()
        let again = try TestBroker(city.storage)
        #expect(again.shown(tenant: "north") == #"{"type":"Room","a":3}"#)
    }

    @Test func `the default tenant is emptied, not removed`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        #expect(await city.outcome(.deleteTenant) == "success")
        #expect(try city.ids() == [])
        #expect(city.broker.tenantNames == [""])
    }
}
