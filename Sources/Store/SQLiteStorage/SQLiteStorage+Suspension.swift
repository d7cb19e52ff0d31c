import BrokerStorage

/// What happens when the disk does not keep a write (docs/adr/0021).
extension SQLiteStorage {
    /// How long reads may hold up the store being opened anew.
    private static let patience = Duration.seconds(5)

    /// Runs a transaction. When it fails because of the disk, what it left in the log is cut off; where that is not
    /// certain, writing stops.
    ///
    /// - Throws: `suspended` while writing is stopped.
    func withWriter<R: Sendable>(_ body: (Writer) throws(StorageError) -> R) throws(StorageError) -> R {
        try suspension.resume(openAnew)
        return try gate.withWriter { (writer) throws(StorageError) -> R in
            do throws(StorageError) { return try body(writer) } catch {
                switch error {
                case .suspended: suspension.stop(error)
                case .full: checkpointer.makeRoom()
                case .unavailable: break
                default: throw error
                }
                do throws(StorageError) { try CommittedLog.cut(ofStore: path) } catch let second {
                    suspension.stop(.suspended(path: path, reason: "\(second)"))
                }
                throw error
            }
        }
    }

    /// Opens the store anew, as after a crash: the log is read from its beginning and all of it is copied into the file
    /// again and flushed, whatever was copied before. It holds all that was acknowledged, since each of that was flushed.
    ///
    /// - Returns: whether the store holds what it held, and the disk keeps what is written.
    func openAnew() -> Bool {
        guard FileSystem.keepsWrites(in: directory) else { return false }
        // A backup that is under way holds the log.
        let isDone = backups.withLockIfAvailable { _ in
            readers.whileEmpty(patience: Self.patience) { openAnewWithoutReaders() }
        }
        return isDone == .some(.some(true))
    }

    private func openAnewWithoutReaders() -> Bool {
        do throws(StorageError) {
            try CommittedLog.cut(ofStore: path)
            // Closing the last connection would copy the log from where the failed copy stood, and then remove it. One
            // that cannot write does not.
            var anchor = openAnchor()
            guard anchor != nil else { return false }
            checkpointer.detach()
            let (path, cache, terms) = (path, configuration.writerCacheKiB, vocabulary)
            try gate.replace { () throws(StorageError) -> Writer in
                anchor = nil
                return try Writer(path: path, cacheKiB: cache, terms: terms)
            }
            try checkpointer.attach(path: path)
            let found = try gate.withWriter { (writer) throws(StorageError) in writer.lastSequence }
            return found == sequence.load(ordering: .acquiring)
        } catch { return false }
    }

    /// A connection that cannot write, with a hold on the file, so that those that can do not copy the log when they close.
    func openAnchor() -> Connection? {
        guard let anchor = try? Connection(path: path, role: .reader, cacheKiB: 64),
            (try? anchor.execute("SELECT count(*) FROM sqlite_master")) != nil
        else { return nil }
        return anchor
    }
}
