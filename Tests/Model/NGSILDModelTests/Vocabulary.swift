import JSONLD
import JSONTree
import Synchronization

@testable import NGSILDModel

/// Terms kept in memory.
final class Terms: TermStore {
    private let iris = Mutex<[String]>([])
    func terms() throws -> [String] { iris.withLock { $0 } }
    func internTerm(_ iri: String) throws -> UInt32 {
        iris.withLock { iris in
            iris.append(iri)
            return UInt32(iris.count)
        }
    }
}

/// Reads and renders entities under the core context.
struct Vocabulary {
    let context: TermContext

    init() throws { context = TermContext(context: .core, registry: try TermRegistry(store: Terms())) }

    static let now = Timestamp(microseconds: 1_767_225_600_000_000)  // 2026-01-01T00:00:00Z
    static let later = now.adding(seconds: 1)

    func draft(
        _ json: String, form: EntityDecoder.Form = .normalized, purpose: EntityDecoder.Purpose = .entity,
        allowsNull: Bool? = nil, mergesValues: Bool = false
    ) throws -> EntityDraft {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(
            context: context, form: form, purpose: purpose, allowsNull: allowsNull, mergesValues: mergesValues
        ).decodeEntity(document, document.root)
    }

    func record(_ draft: EntityDraft, _ attributes: AttributeForest? = nil) -> EntityRecord {
        EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: Self.now, modifiedAt: Self.now,
            expiresAt: draft.expiresAt ?? .none, attributes: attributes ?? draft.attributes.stamped(Self.now))
    }

    /// An entity with these attributes, as JSON members.
    func entity(_ attributes: String) throws -> EntityRecord {
        record(try draft(#"{"id":"urn:x:1","type":"T"\#(attributes.isEmpty ? "" : ",")\#(attributes)}"#))
    }

    /// A fragment to merge or to put over.
    func fragment(_ attributes: String) throws -> AttributeForest {
        try draft("{\(attributes)}", purpose: .fragment, mergesValues: true).attributes
    }

    func rendered(_ entity: EntityRecord, _ change: (inout EntityRepresentation) -> Void = { _ in }) -> String {
        var representation = EntityRepresentation()
        change(&representation)
        var renderer = EntityRenderer(context: context, representation: representation)
        var writer = ByteWriter()
        renderer.append(entity, to: &writer)
        return writer.string()
    }

    /// The attributes alone as they are rendered, without the braces.
    func attributes(_ forest: AttributeForest, _ change: (inout EntityRepresentation) -> Void = { _ in }) -> String {
        var representation = EntityRepresentation()
        change(&representation)
        var renderer = EntityRenderer(context: context, representation: representation)
        var writer = ByteWriter()
        renderer.appendAttributes(forest, separated: false, to: &writer)
        return writer.string()
    }
}
