import BrokerCore
import InMemoryStorage
import JSONLD
import NGSILDModel
import NGSILDOperations
import Testing

@testable import ServiceRuntime

@Suite struct CityAlertTests {
    private let id = "urn:ngsi-ld:Alert:flood:River:1"

    private func alert(minute: Int, text: String = "High water") -> CityAlert {
        let time = Timestamp(microseconds: Int64(minute) * 60_000_000)
        var alert = CityAlert(
            category: "environment", subCategory: "flood", capCategories: ["Geo"], onset: time, now: time, text: text,
            source: "urn:ngsi-ld:River:1", placeName: "Quay")
        alert.expires = Timestamp(microseconds: 3_600_000_000)
        alert.infos = [CityAlert.Info(language: "en", event: "Flood", headline: text, description: text)]
        return alert
    }

    private func value(_ name: String, _ broker: Broker, _ context: TermContext) throws -> String? {
        let entity = try broker.retrieveEntity(id: id, tenant: "")
        return context.knownTerm(name).flatMap { entity.attributes.root(named: $0) }
            .map { entity.attributes.valueText(of: $0) }
    }

    @Test func `an alert is raised, updated where its words change, and cancelled once`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        let context = TermContext(context: .core, registry: broker.registry)
        func write(_ alert: CityAlert) async throws -> Bool {
            let present = try? broker.retrieveEntity(id: id, tenant: "")
            guard let draft = try alert.draft(id: id, present: present, context: context) else { return false }
            _ = await withCheckedContinuation { continuation in
                broker.submit(.batchUpsert([.draft(draft)], replaces: false), tenant: "", on: ImmediateReplyScheduler())
                {
                    continuation.resume(returning: $0)
                }
            }
            return true
        }
        var over = alert(minute: 30)
        over.isRaised = false
        #expect(try await !write(over))
        #expect(try await write(alert(minute: 5)))
        #expect(try value("msgType", broker, context) == "\"Alert\"")
        // The beginning stays, so nothing is new.
        #expect(try await !write(alert(minute: 10)))
        #expect(try await write(alert(minute: 15, text: "Higher water")))
        #expect(try value("msgType", broker, context) == "\"Update\"")
        #expect(try value("validFrom", broker, context)?.contains("1970-01-01T00:05:00Z") == true)
        #expect(try await write(over))
        #expect(try value("alertState", broker, context) == "\"cleared\"")
        #expect(try value("msgType", broker, context) == "\"Cancel\"")
        #expect(try value("info", broker, context)?.contains("\"urgency\":\"Past\"") == true)
        #expect(try await !write(over))
        #expect(try await write(alert(minute: 40)))
        #expect(try value("msgType", broker, context) == "\"Alert\"")
        #expect(try value("validFrom", broker, context)?.contains("1970-01-01T00:40:00Z") == true)
        broker.stop()
    }
}
