import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// Answers as older versions of the specification have them.
///
/// CIM 009 clause 4.3.6.8.
struct OlderRepresentationTests {
    @Test func `an answer says which version it is in, and with 203 that it was altered`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", #"{"id":"urn:x:1","type":"A","v":{"type":"VocabProperty","vocab":"x"}}"#)
        let old = try client.get("/entities/urn:x:1", "Prefer: ngsi-ld=1.5")
        #expect(old.status == 203)
        #expect(old.header("Preference-Applied") == "ngsi-ld=1.5")
        #expect(canonical(old.body) == canonical(#"{"id":"urn:x:1","type":"A","v":{"type":"Property","value":"x"}}"#))
        let listed = try client.get("/entities?type=A", "Prefer: ngsi-ld=1.5")
        #expect(listed.status == 203)
        #expect(listed.body.contains(#""value":"x""#))
        let native = try client.get("/entities/urn:x:1", "Prefer: ngsi-ld=1.9")
        #expect(native.status == 200)
        #expect(native.header("Preference-Applied") == "ngsi-ld=1.9")
        let newer = try client.get("/entities/urn:x:1", "Prefer: ngsi-ld=1.12")
        #expect(newer.status == 200)
        #expect(newer.header("Preference-Applied") == "ngsi-ld=1.9")
    }

    @Test(arguments: ["ngsi-ld=1.0", "NGSI-LD=1.0", "ngsi-ld=\"1.0\";q=0.1", "respond-async, Ngsi-Ld=1.0"])
    func `a subscription is the same in every version`(prefer: String) throws {
        let broker = try TestBroker(subscriptions: RecordedSubscriptions())
        let client = try broker.client()
        let answer = try client.get("/subscriptions/urn:ngsi-ld:Subscription:1", "Prefer: \(prefer)")
        #expect(answer.status == 200)
        #expect(answer.header("Preference-Applied") == "ngsi-ld=1.0")
    }
}
