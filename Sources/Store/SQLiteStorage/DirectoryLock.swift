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
            Glibc.close(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: directory) }
            throw .unavailable(path: path, reason: String(cString: strerror(code)))
        }
        // For the operator who wonders which process it is; nothing reads it.
        let owner = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = owner.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit { Glibc.close(descriptor) }
}
