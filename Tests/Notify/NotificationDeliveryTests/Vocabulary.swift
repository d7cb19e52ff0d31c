import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

@testable import NotificationDelivery

/// Makes entities, changes and subscriptions out of JSON, under the core context, for tests without a broker.
struct Vocabulary {
    let registry: TermRegistry
    let context: TermContext

    init() throws {
        registry = TermRegistry()
        context = TermContext(context: .core, registry: registry)
    }

    func entity(_ json: String) throws -> EntityRecord {
        let document = try JSONDocument(parsing: json)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        let now = Timestamp(microseconds: 1_000_000)
        return EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: now, modifiedAt: now,
            attributes: draft.attributes.stamped(now))
    }

    func subscription(
        _ json: String, id: String = "urn:ngsi-ld:Subscription:1", tenant: String = "",
        consumption: (any EntityConsumption)? = nil
    ) throws -> Subscription {
        var definition = SubscriptionDefinition(contextValue: context.context.valueJSON, contextURL: nil)
        try definition.merge(try JSONDocument(parsing: json), context: context)
        let time = Timestamp(microseconds: 0)
        return try SubscriptionReader(definition: definition, registry: registry, consumption: consumption).read(
            id: id, tenant: tenant,
            stored: StoredSubscription(definition: definition, createdAt: time, modifiedAt: time, since: 0, owner: nil),
            record: DeliveryRecord())
    }

    /// A change of an entity: for an update, attributes that were modified had another value before, those that were
    /// created were not there, and those that are deleted are gone.
    func change(
        _ kind: EntityChange.Kind, _ entity: EntityRecord, _ attributes: [String: AttributeChange.Kind],
        sequence: UInt64 = 1
    ) throws -> EntityChange {
        var changes: [AttributeChange] = []
        var (before, after) = (entity.attributes, entity.attributes)
        for (name, kind) in attributes.sorted(by: { $0.key < $1.key }) {
            let term = try context.term(name)
            changes.append(AttributeChange(name: term, kind: kind))
            switch kind {
            case .created: before = before.removing(term, dataset: nil)?.forest ?? before
            case .deleted: after = after.removing(term, dataset: nil)?.forest ?? after
            case .modified:
                let document = try JSONDocument(parsing: #"{"\#(name)":{"type":"Property","value":"before"}}"#)
                let fragment = try EntityDecoder(context: context, purpose: .fragment).decodeEntity(
                    document, document.root)
                before =
                    before.applying(fragment.attributes, rule: .replace, now: Timestamp(microseconds: 500_000)).forest
            }
        }
        let isUpdate = kind == .updated
        return EntityChange(
            sequence: sequence, at: Timestamp(microseconds: 2_000_000), tenant: "", kind: kind,
            before: kind == .created ? nil : record(entity, isUpdate ? before : entity.attributes),
            after: kind == .deleted ? nil : record(entity, isUpdate ? after : entity.attributes), attributes: changes)
    }

    func record(_ entity: EntityRecord, _ attributes: AttributeForest) -> EntityRecord {
        EntityRecord(
            id: entity.id, types: entity.types, scopes: entity.scopes, createdAt: entity.createdAt,
            modifiedAt: entity.modifiedAt, attributes: attributes)
    }
}
