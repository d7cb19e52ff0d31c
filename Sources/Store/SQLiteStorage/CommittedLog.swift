import BrokerStorage

/// How much of the write-ahead log is committed, as the log's index tells it to all connections.
///
/// A commit that failed may have left its frames behind the committed ones, whole: the start after a crash would take them
/// for a commit. So they are cut off.
///
/// - Source: https://sqlite.org/walformat.html, the header of the index: the number of valid frames is the 32-bit number
///   at byte 16, the whole header is there twice. A frame is a page with 24 bytes before it, after 32 bytes of the log's.
enum CommittedLog {
    /// Cuts from the log what is not committed, durably. Only while connections are open and none writes.
    static func cut(ofStore path: String) throws(StorageError) {
        let header = FileSystem.head(of: path + "-shm", count: 96)
        guard header.count == 96, header[..<48] == header[48...], header[12] == 1 else {
            throw .failed(reason: "the index of the log cannot be read")
        }
        let frames = header[16..<20].withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        try FileSystem.cut(path + "-wal", to: frames == 0 ? 0 : 32 + frames * (24 + Connection.pageBytes))
    }
}
