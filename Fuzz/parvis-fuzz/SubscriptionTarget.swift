import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

@testable import NotificationDelivery

/// The body of a subscription: read, stored, read again, and asked of changes.
final class SubscriptionFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        guard let document = try? JSONDocument(parsing: input) else { return }
        let now = Timestamp(microseconds: 1_772_366_400_000_000)
        var definition = SubscriptionDefinition(contextValue: city.context.context.valueJSON, contextURL: nil)
        guard (try? definition.merge(document, context: city.context)) != nil else { return }
        let stored = StoredSubscription(definition: definition, createdAt: now, modifiedAt: now, since: 0, owner: nil)
        guard
            let subscription = try? SubscriptionReader(definition: definition, registry: city.broker.registry).read(
                id: "urn:ngsi-ld:Subscription:1", tenant: "", stored: stored, record: DeliveryRecord())
        else { return }
        for (number, entity) in city.entities.enumerated() {
            let changes = entity.attributes.roots.map {
                AttributeChange(name: entity.attributes.nodes[$0].name, kind: .modified)
            }
            let change = EntityChange(
                sequence: UInt64(number + 1), at: now, tenant: "", kind: .updated, before: entity, after: entity,
                attributes: changes)
            _ = subscription.matches(change)
        }
        // A second body over the first, as an update.
        _ = try? definition.merge(document, context: city.context)
    }
}
