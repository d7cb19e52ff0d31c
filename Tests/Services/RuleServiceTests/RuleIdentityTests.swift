import NGSILDModel
import Testing

@testable import RuleService

@Suite struct RuleIdentityTests {
    @Test func `ids of alerts are those of their rule and entity`() {
        #expect(RuleIdentity.alert(ruleID(), of: "urn:ngsi-ld:Sensor:1") == alertID())
    }

    @Test func `different pairs have different alerts`() {
        let pairs = [
            ("urn:ngsi-ld:AlertRule:a:b", "urn:ngsi-ld:c:d"), ("urn:ngsi-ld:AlertRule:a", "urn:ngsi-ld:b:c:d"),
            ("urn:ngsi-ld:a", "urn:ngsi-ld:c:d"), ("urn:ngsi-ld:AlertRule:a%3Ab", "urn:ngsi-ld:c:d"),
            ("a:b", "urn:ngsi-ld:c:d"),
        ]
        #expect(Set(pairs.compactMap { RuleIdentity.alert($0.0, of: $0.1) }).count == pairs.count)
    }

    @Test func `what would be too long is no id`() {
        #expect(RuleIdentity.alert(ruleID(), of: "urn:ngsi-ld:" + String(repeating: "x", count: 2_030)) == nil)
        let subscription = RuleIdentity.subscription(
            ruleID(String(repeating: ":", count: 2_000)), "notify", "https://a.example")
        #expect(EntityID.isValid(subscription))
    }
}
