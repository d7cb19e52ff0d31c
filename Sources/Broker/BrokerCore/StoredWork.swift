import BrokerStorage

/// Work for the committer that touches no entity: documents and history.
enum StoredWork: Sendable {
    case document(DocumentWrite)
    case history([HistoryChunk], documents: [DocumentWrite])
}
