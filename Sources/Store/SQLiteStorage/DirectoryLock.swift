import BrokerStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Keeps a second process away from a data directory. The kernel drops the lock when the process ends, however it ends.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Creates the directory if it is missing, and locks it.
    ///
    /// - Throws: `StorageError.inUse` if someone has it, also another store of this process.
    init(directory: String) throws(StorageError) {
        try FileSystem.createDirectory(directory)
        let path = directory + "/parvis.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable(path: path, reason: FileSystem.lastError()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let owner = DirectoryLock.owner(descriptor)
            close(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: directory, process: owner) }
            throw .unavailable(path: path, reason: String(cString: strerror(code)))
        }
        // For the message that another process gets.
        let owner = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = owner.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        // A child that is being started has a copy of the descriptor until it runs its program; closing alone would leave
        // the lock to it for that long.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The process number in the lock file.
    private static func owner(_ descriptor: Int32) -> Int? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: text[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
