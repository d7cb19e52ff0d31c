import NGSILDModel

/// The ids of what belongs to a rule.
enum RuleIdentity {
    static let alertPrefix = "urn:ngsi-ld:Alert:rule:"
    static let subscriptionPrefix = "urn:ngsi-ld:Subscription:rule:"

    /// A rule's id without `urn:ngsi-ld:AlertRule:`, in a form without colons, so that ids put together from it are told
    /// apart.
    static func localName(_ rule: String) -> String {
        let prefix = "urn:ngsi-ld:AlertRule:"
        let rest = rule.hasPrefix(prefix) ? String(rule.dropFirst(prefix.count)) : "~" + rule
        return rest.replacing("%", with: "%25").replacing(":", with: "%3A")
    }

    /// `nil` where that would be longer than an id may be.
    static func alert(_ rule: String, of entity: String) -> String? {
        let urn = "urn:ngsi-ld:"
        let rest = entity.hasPrefix(urn) ? String(entity.dropFirst(urn.count)) : entity
        let id = alertPrefix + localName(rule) + ":" + rest
        return EntityID.isValid(id) ? id : nil
    }

    static func subscription(_ rule: String, _ purpose: String, _ endpoint: String) -> String {
        // FNV-1a, so that a changed endpoint is another subscription, and what waits for the old one is still sent.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(rule) \(endpoint)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return subscriptionPrefix + localName(rule).prefix(1_500) + ":" + purpose + ":" + String(hash, radix: 16)
    }
}
