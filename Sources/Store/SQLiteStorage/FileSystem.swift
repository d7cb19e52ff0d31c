import BrokerStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The few calls to the file system that SQLite does not make for us.
enum FileSystem {
    static func lastError() -> String { String(cString: strerror(errno)) }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Size in bytes; 0 if there is no such file.
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Creates a directory and those above it, each durably.
    static func createDirectory(_ path: String) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw .unavailable(path: path, reason: "it is not a directory")
            }
            return
        }
        let parent = parent(of: path)
        if parent != path { try createDirectory(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
            throw .unavailable(path: path, reason: lastError())
        }
        try synchronize(parent)
    }

    /// Makes the content of a file, or the names in a directory, durable.
    static func synchronize(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable(path: path, reason: lastError()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable(path: path, reason: lastError()) }
    }

    /// Cuts a file that is longer, durably.
    static func cut(_ path: String, to size: Int) throws(StorageError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable(path: path, reason: lastError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unavailable(path: path, reason: lastError()) }
        guard Int(status.st_size) > size else { return }
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
            throw .unavailable(path: path, reason: lastError())
        }
    }

    /// Lets the next reads of a durable file come from the disk, where the system can do that.
    static func forgetCached(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }

    /// Whether a new file in a directory can be written and made durable now.
    static func keepsWrites(in directory: String) -> Bool {
        let path = directory + "/parvis.probe"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = [UInt8](repeating: 0x70, count: 4096)
        return write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    }

    /// The first bytes of a file; fewer where it is shorter, none where it cannot be read.
    static func head(of path: String, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let found = pread(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, found)))
    }

    static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        let parent = rest[..<slash]
        return parent.isEmpty ? "/" : String(parent)
    }

    static func move(_ path: String, to new: String) throws(StorageError) {
        guard rename(path, new) == 0 else { throw .unavailable(path: path, reason: lastError()) }
    }

    static func remove(_ path: String) { unlink(path) }

    /// Gives a finished file its name, unless something has that name already.
    static func publish(_ partial: String, as path: String) throws(StorageError) {
        // A hard link, unlike a rename, never replaces.
        if link(partial, path) == 0 {
            unlink(partial)
        } else {
            let code = errno
            guard code != EEXIST else { throw .unavailable(path: path, reason: "it exists already; choose a new name") }
            // Some file systems have no hard links.
            guard !exists(path), rename(partial, path) == 0 else {
                throw .unavailable(path: path, reason: String(cString: strerror(code)))
            }
        }
        try synchronize(parent(of: path))
    }
}
