public import JSONTree
import NGSILDModel

extension Snapshot {
    /// Appends the snapshot as a JSON object without its closing brace. Names in its queries are as they were written.
    ///
    /// - Source: CIM 009 clause 5.2.41.
    public func append(to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":\"Snapshot\"")
        if let queriesJSON {
            writer.append(",\"snapshotQueries\":")
            writer.append(utf8: queriesJSON)
        }
        if let temporalQueriesJSON {
            writer.append(",\"snapshotTemporalQueries\":")
            writer.append(utf8: temporalQueriesJSON)
        }
        if let lifetime {
            writer.append(",\"snapshotLifetime\":")
            writer.append(jsonString: lifetime)
        }
        writer.append(",\"snapshotPriority\":")
        writer.append(integer: priority)
        if let endpoint {
            writer.append(",\"endpoint\":")
            writer.append(jsonString: endpoint)
        }
        if !receiverInfo.isEmpty {
            writer.append(",\"receiverInfo\":[")
            for (offset, pair) in receiverInfo.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append("{\"key\":")
                writer.append(jsonString: pair.name)
                writer.append(",\"value\":")
                writer.append(jsonString: pair.value)
                writer.append("}")
            }
            writer.append("]")
        }
        writer.append(",\"snapshotStatus\":")
        writer.append(jsonString: status.rawValue)
        appendDetails(to: &writer)
        writer.append(",\"createdAt\":")
        createdAt.append(quotedTo: &writer)
        writer.append(",\"modifiedAt\":")
        modifiedAt.append(quotedTo: &writer)
        writer.append(",\"expiresAt\":")
        expiresAt.append(quotedTo: &writer)
        writer.append(",\"lastUsedAt\":")
        lastUsedAt.append(quotedTo: &writer)
    }

    /// Appends how the queries ended, each list after a comma, if there is one.
    public func appendDetails(to writer: inout ByteWriter) {
        Self.append("snapshotQueriesDetails", outcomes, to: &writer)
        Self.append("snapshotTemporalQueriesDetails", temporalOutcomes, to: &writer)
    }

    private static func append(_ name: String, _ outcomes: [Outcome], to writer: inout ByteWriter) {
        if outcomes.isEmpty { return }
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":[")
        for (offset, outcome) in outcomes.enumerated() {
            if offset > 0 { writer.append(",") }
            switch outcome {
            case .success: writer.append("{\"resultStatus\":\"success\"}")
            case .empty: writer.append("{\"resultStatus\":\"empty\"}")
            case .failure(let error):
                writer.append("{\"resultStatus\":\"failure\",\"problemDetails\":{\"type\":")
                writer.append(jsonString: error.typeURI)
                writer.append(",\"title\":")
                writer.append(jsonString: error.title)
                writer.append(",\"detail\":")
                writer.append(jsonString: error.detail)
                writer.append("}}")
            }
        }
        writer.append("]")
    }
}
