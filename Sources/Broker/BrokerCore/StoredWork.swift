import BrokerStorage

/// Work for the committer that touches no entity: documents, history, and the removal of outbox rows.
enum StoredWork: Sendable {
    case document(DocumentWrite)
    case history([HistoryChunk], documents: [DocumentWrite])
    case documents([DocumentWrite], removingOutbox: [ClosedRange<UInt64>])
}
