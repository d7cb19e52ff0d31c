public import BrokerStorage

extension SQLiteStorage {
    /// Writes a consistent copy of the store in a directory, whether or not a process has it open.
    ///
    /// - Parameter progress: gets the part done, 0...1.
    /// - Throws: `StorageError.unavailable` if there is no store, or something stands at `path` already.
    public static func backUp(
        directory: String, to path: String, progress: (Double) -> Void
    ) throws(StorageError) {
        let file = directory + "/" + fileName
        guard FileSystem.exists(file) else {
            throw .unavailable(path: file, reason: "there is no Parvis database in \(directory); check --data")
        }
        let source = try Connection(path: file, role: .reader, cacheKiB: 1_024)
        try Backup.write(from: source, to: path, progress: progress)
    }
}
