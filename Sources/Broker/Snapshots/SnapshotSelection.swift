import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization

/// A query over snapshots, in the language that entities are queried in.
///
/// - Source: CIM 009 clause 5.16.7.
struct SnapshotSelection {
    private let expression: QueryExpression
    private let context: TermContext

    /// The members of a snapshot (tables 5.2.41-1 and -2) that a query can name.
    private static let members = [
        "snapshotQueries", "snapshotTemporalQueries", "snapshotLifetime", "snapshotPriority", "endpoint",
        "receiverInfo", "snapshotStatus", "snapshotQueriesDetails", "snapshotTemporalQueriesDetails", "lastUsedAt",
    ]

    /// - Throws: `badRequestData` for what is no query, or one that names anything but members of a snapshot.
    init(parsing text: String) throws(NGSILDError) {
        let registry: TermRegistry
        do { registry = try TermRegistry(store: PassingTerms()) } catch {
            throw .internalError("The query cannot be read: \(error)")
        }
        context = TermContext(context: .core, registry: registry)
        var known: Set<TermID> = []
        for name in Self.members { known.insert(try context.term(name)) }
        expression = try QueryExpression(parsing: text, context: context)
        guard expression.attributes.isSubset(of: known) else {
            throw .badRequestData(
                "q=\(text) names what no Snapshot has; its members are \(Self.members.joined(separator: ", ")), createdAt, modifiedAt, expiresAt"
            )
        }
    }

    func matches(_ snapshot: Snapshot) -> Bool {
        var writer = ByteWriter(capacity: 1_024)
        snapshot.append(to: &writer)
        writer.append("}")
        guard let document = try? JSONDocument(parsing: writer.array()),
            let draft = try? EntityDecoder(context: context, form: .simplified).decodeEntity(document, document.root)
        else { return false }
        return expression.matches(
            EntityRecord(
                id: draft.id, types: draft.types, createdAt: snapshot.createdAt, modifiedAt: snapshot.modifiedAt,
                expiresAt: snapshot.expiresAt, attributes: draft.attributes))
    }
}

/// Gives terms numbers for one query only.
private final class PassingTerms: TermStore {
    private let count = Mutex<UInt32>(0)
    func terms() throws -> [String] { [] }
    func internTerm(_ iri: String) throws -> UInt32 {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
