public import BrokerStorage

extension SQLiteStorage {
    /// Puts a backup into a directory as its store, where no Parvis runs on it.
    ///
    /// - Parameters:
    ///   - backup: a file that `backup` wrote; it is checked before and stays.
    ///   - directory: made when missing.
    ///   - replaces: whether a store that is there is put aside, as `parvis.db.before-restore` with its log.
    /// - Returns: what was found in the backup.
    /// - Throws: `corrupt` when the backup is damaged, `unavailable` when something is in the way, `inUse`.
    public static func restore(
        _ backup: String, into directory: String, replaces: Bool, progress: (Double) -> Void
    ) throws(StorageError) -> StoreCheck {
        let check = try StoreCheck(file: backup)
        if let finding = check.findings.first { throw .corrupt(path: backup, reason: finding) }
        let lock = try DirectoryLock(directory: directory)
        defer { withExtendedLifetime(lock) {} }
        let path = directory + "/" + fileName
        let aside = path + ".before-restore"
        if FileSystem.exists(path) {
            guard replaces else {
                throw .unavailable(path: path, reason: "there is a store already; give --replace to put it aside")
            }
            guard !FileSystem.exists(aside) else {
                throw .unavailable(path: aside, reason: "it is there from an earlier restore; move or remove it first")
            }
        }
        // Copied under another name first: the old store is in its place until the new one is whole and durable.
        let incoming = path + ".restored"
        FileSystem.remove(incoming)
        try Backup.write(
            from: try Connection(path: backup, role: .reader, cacheKiB: 1_024), to: incoming, progress: progress)
        for suffix in ["", "-wal"] where FileSystem.exists(path + suffix) {
            try FileSystem.move(path + suffix, to: aside + suffix)
        }
        FileSystem.remove(path + "-shm")
        try FileSystem.move(incoming, to: path)
        try FileSystem.synchronize(directory)
        return check
    }
}
