import ClauseTrait
import NGSILDModel
import NGSILDOperations
import Testing

@testable import BrokerCore

struct BatchOperationTests {
    private let city: TestBroker

    init() async throws {
        city = try TestBroker()
        for number in 1...2 { _ = await city.perform(.createEntity(try member(number, #""a":1,"b":2"#))) }
    }

    private func id(_ number: Int) -> String { "urn:ngsi-ld:Room:\(number)" }

    private func member(_ number: Int, _ attributes: String) throws -> EntityDraft {
        try city.room(attributes, id: id(number))
    }

    private func members(_ numbers: Int..., attributes: String = #""a":9"#) throws -> [BatchMember] {
        try numbers.map { .draft(try member($0, attributes)) }
    }

    @Test(.clause("5.6.7")) func `a batch creates what is new and refuses what is there`() async throws {
        #expect(
            await city.outcome(.batchCreate(try members(3, 1, 4)))
                == "created 2; updated 0; refused \(id(1)) Already exists")
        #expect(city.shown(id(1)) == #"{"type":"Room","a":1,"b":2}"#)
        #expect(city.shown(id(4)) == #"{"type":"Room","a":9}"#)
    }

    @Test(.clause("5.6.8")) func `an upsert replaces, or updates`() async throws {
        #expect(
            await city.outcome(.batchUpsert(try members(1, 3), replaces: true)) == "created 1; updated 1; refused ")
        #expect(city.shown(id(1)) == #"{"type":"Room","a":9}"#)
        #expect(
            await city.outcome(.batchUpsert(try members(2, 3), replaces: false)) == "created 0; updated 2; refused ")
        #expect(city.shown(id(2)) == #"{"type":"Room","a":9,"b":2}"#)
    }

    @Test(.clause("5.6.8", "5.5.11")) func `an entity twice in an upsert is created, then changed`() async throws {
        let twice = try members(5) + [.draft(try member(5, #""b":7"#))]
        #expect(await city.outcome(.batchUpsert(twice, replaces: false)) == "created 1; updated 0; refused ")
        #expect(city.shown(id(5)) == #"{"type":"Room","a":9,"b":7}"#)
    }

    @Test(.clause("5.6.9")) func `an update appends to what is there, and may keep what is`() async throws {
        #expect(
            await city.outcome(.batchUpdate(try members(1, 7), overwrite: true))
                == "created 0; updated 1; refused \(id(7)) Resource not found")
        #expect(city.shown(id(1)) == #"{"type":"Room","a":9,"b":2}"#)
        #expect(
            await city.outcome(.batchUpdate(try members(2, attributes: #""a":9,"c":3"#), overwrite: false))
                == "created 0; updated 0; refused \(id(2)) Bad request data")
        #expect(city.shown(id(2)) == #"{"type":"Room","a":1,"b":2,"c":3}"#)
        let result = await city.perform(
            .batchUpdate(try members(2, attributes: #""a":9,"b":8,"d":3"#), overwrite: false))
        guard case .batch(let batch) = result else { return #expect(Bool(false), "\(result)") }
        let detail = try #require(batch.errors.first?.error.detail)
        #expect(detail.contains("updated: a: ") && detail.contains("; b: ") && !detail.contains("; d: "), "\(detail)")
    }

    @Test(.clause("5.6.20")) func `a merge merges each`() async throws {
        let fragment = try members(1, 7, attributes: #""a":{"unitCode":"CEL"}"#)
        #expect(
            await city.outcome(.batchMerge(fragment)) == "created 0; updated 1; refused \(id(7)) Resource not found")
        #expect(city.shown(id(1)) == #"{"type":"Room","a":{"value":1,"unitCode":"CEL"},"b":2}"#)
    }

    @Test(.clause("5.6.10")) func `a delete removes each once`() async throws {
        #expect(
            await city.outcome(.batchDelete([id(1), id(7), id(1)]))
                == "created 0; updated 1; refused \(id(7)) Resource not found, \(id(1)) Resource not found")
        #expect(try city.ids() == [id(2)])
    }

    @Test(.clause("5.6.7")) func `a member that could not be read leaves the others intact`() async throws {
        let batch = try members(3) + [.rejected(id: "urn:bad", .badRequestData("no"))] + members(4)
        #expect(
            await city.outcome(.batchCreate(batch)) == "created 2; updated 0; refused urn:bad Bad request data")
    }
}
