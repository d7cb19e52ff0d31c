#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Bytes that arrive piece by piece.
protocol ByteSource: AnyObject {
    /// How much of the stored file is used up, in bytes of the file as it is stored; for progress.
    var consumedBytes: Int { get }

    /// Fills the front of `buffer` and returns how many bytes it wrote; 0 only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int
}

/// A regular file, read from its start to its end.
final class FileSource: ByteSource {
    let path: String
    let size: Int
    private(set) var consumedBytes = 0
    private let descriptor: CInt

    init(path: String) throws(ImportError) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            throw .unreadableFile(file: path, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            close(opened)
            throw .unreadableFile(file: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw .unsupportedFormat(
                file: path, found: status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file",
                remedy: "name a file on disk, because it is read twice: once to check it, once to import it")
        }
        self.path = path
        self.descriptor = opened
        self.size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        while true {
            #if canImport(Musl)
                let count = Musl.read(descriptor, base, buffer.count)
            #else
                let count = Glibc.read(descriptor, base, buffer.count)
            #endif
            if count >= 0 {
                consumedBytes += count
                return count
            }
            if errno != EINTR {
                throw .unreadableFile(file: path, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// The first bytes, without moving the place where reading goes on.
    func peek(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, got)))
    }
}
