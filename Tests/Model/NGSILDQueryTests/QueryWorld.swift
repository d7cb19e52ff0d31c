import Testing
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDQuery
import Synchronization

/// What queries are tried on: a vocabulary, a @context, and entities read from JSON as the broker reads them.
struct QueryWorld {
    let context: TermContext

    /// - Parameter inline: a `@context` as JSON text; by default the core context alone.
    init(context inline: String? = nil) throws {
        var resolved = ResolvedContext.core
        if let inline {
            let document = try JSONDocument(parsing: inline)
            resolved = try ResolvedContext.inline(document, document.root)
        }
        context = TermContext(context: resolved, registry: try TermRegistry(store: TermList()))
    }

    func entity(_ json: String, createdAt: String = "2026-01-01T00:00:00Z", modifiedAt: String = "2026-02-01T00:00:00Z")
        throws -> EntityRecord
    {
        let document = try JSONDocument(parsing: json)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        let created = try #require(Timestamp(createdAt))
        let modified = try #require(Timestamp(modifiedAt))
        return EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: created, modifiedAt: modified,
            expiresAt: draft.expiresAt ?? .none, attributes: draft.attributes.stamped(modified))
    }

    /// An entity of type Thing with these attributes, written as the members of its JSON object.
    func thing(_ attributes: String) throws -> EntityRecord {
        try entity(#"{"id":"urn:ngsi-ld:Thing:1","type":"Thing",\#(attributes)}"#)
    }

    /// Whether an expression selects an entity; as a whole, and when its instances come one by one.
    func selects(_ q: String, _ entity: EntityRecord, expandValues: Set<String> = []) throws -> Bool {
        let expression = try QueryExpression(parsing: q, context: context, expandValues: expandValues)
        let isSelected = expression.matches(entity)
        #expect(Self.selectsParts(expression, nil, entity) == isSelected, "\(q), instance by instance")
        return isSelected
    }

    static func selectsParts(_ expression: QueryExpression?, _ geo: GeoQuery?, _ entity: EntityRecord) -> Bool {
        var gathered = GatheredMatch(expression, geo)
        func part(_ attributes: AttributeForest) -> EntityRecord {
            EntityRecord(
                id: entity.id, types: entity.types, scopes: entity.scopes, createdAt: entity.createdAt,
                modifiedAt: entity.modifiedAt, expiresAt: entity.expiresAt, attributes: attributes)
        }
        gathered.add(part(AttributeForest()))
        for root in entity.attributes.roots where gathered.attributes.contains(entity.attributes.nodes[root].name) {
            if gathered.isSettled { return true }
            var alone = AttributeForest()
            alone.append(subtree: root, of: entity.attributes)
            gathered.add(part(alone))
        }
        return gathered.isSelected
    }
}

final class TermList: TermStore {
    private let iris = Mutex<[String]>([])

    var count: Int { iris.withLock { $0.count } }

    func terms() -> [String] { iris.withLock { $0 } }

    func internTerm(_ iri: String) -> UInt32 {
        iris.withLock { iris in
            iris.append(iri)
            return UInt32(iris.count)
        }
    }
}

/// The detail of the error that a closure throws, or `nil`.
func failure(_ body: () throws(NGSILDError) -> Void) -> NGSILDError? {
    do throws(NGSILDError) {
        try body()
        return nil
    } catch {
        return error
    }
}

extension NGSILDError {
    var isBadRequestData: Bool {
        if case .badRequestData = self { return true }
        return false
    }

    var isTooComplexQuery: Bool {
        if case .tooComplexQuery = self { return true }
        return false
    }
}
