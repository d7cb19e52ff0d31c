import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

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
        context = TermContext(context: .core, registry: TermRegistry())
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
