import CZip

/// A zip archive on disk, opened for reading through libzip.
///
/// Invariants:
/// 1. `handle` is open from `init` to `deinit`; every `ZipMember` keeps its archive alive.
final class ZipArchive {
    let path: String
    let limits: ImportLimits
    /// The members in the order of the archive; directories are left out.
    let members: [Member]
    fileprivate let handle: OpaquePointer

    struct Member: Sendable, Equatable {
        let index: UInt64
        let name: String
        let unpackedBytes: Int
        let packedBytes: Int
    }

    init(path: String, limits: ImportLimits) throws(ImportError) {
        let file = try FileSource(path: path)
        var code: CInt = 0
        guard let opened = zip_open(path, ZIP_RDONLY, &code) else {
            throw Self.openingFailure(path: path, code: code, start: file.peek(4))
        }
        let count = zip_get_num_entries(opened, 0)
        guard count <= Int64(limits.archiveMembers) else {
            zip_discard(opened)
            throw .tooLarge(
                file: path, line: nil, what: "the number of files inside", limit: "\(limits.archiveMembers)",
                remedy: "check that this is the archive you mean")
        }
        self.path = path
        self.limits = limits
        self.handle = opened
        self.members = (0..<max(0, count)).compactMap { Self.member(of: opened, at: UInt64($0)) }
    }

    deinit { zip_discard(handle) }

    private static func member(of handle: OpaquePointer, at index: UInt64) -> Member? {
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_stat_index(handle, index, 0, &status) == 0, let name = status.name else { return nil }
        let text = String(cString: name)
        guard !text.hasSuffix("/") else { return nil }
        return Member(
            index: index, name: text, unpackedBytes: Int(clamping: status.size),
            packedBytes: Int(clamping: status.comp_size))
    }

    private static func openingFailure(path: String, code: CInt, start: [UInt8]) -> ImportError {
        var failure = zip_error_t()
        zip_error_init_with_code(&failure, code)
        defer { zip_error_fini(&failure) }
        let reason = String(cString: zip_error_strerror(&failure))
        guard code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS else {
            return .unreadableFile(file: path, reason: reason)
        }
        if start.isEmpty {
            return .unsupportedFormat(
                file: path, found: "empty", remedy: "download the feed again; nothing was imported")
        }
        if start.starts(with: [0x50, 0x4B]) {
            return .damagedFile(
                file: path, member: nil, reason: "it begins like a zip archive but its directory is missing (\(reason))"
            )
        }
        return .unsupportedFormat(
            file: path, found: "not a zip archive", remedy: "give the zip file as its publisher offers it")
    }

    /// Opens a member for one reading from start to end.
    func open(_ member: Member) throws(ImportError) -> ZipMember { try ZipMember(archive: self, member: member) }
}

/// One file of a zip archive, unpacked as it is read; its checksum is checked at the end.
final class ZipMember: ByteSource {
    private let archive: ZipArchive
    private let member: ZipArchive.Member
    private let handle: OpaquePointer
    private var guardian: UnpackingGuard
    private var unpacked = 0
    private var isFinished = false

    var consumedBytes: Int { unpacked }

    init(archive: ZipArchive, member: ZipArchive.Member) throws(ImportError) {
        guard member.unpackedBytes <= archive.limits.unpackedBytes else {
            throw .tooLarge(
                file: "\(archive.path): \(member.name)", line: nil, what: "its unpacked size",
                limit: "\(archive.limits.unpackedBytes) bytes",
                remedy: "split the table, or raise the limit if you trust the file")
        }
        guard let opened = zip_fopen_index(archive.handle, member.index, 0) else {
            throw .damagedFile(
                file: archive.path, member: member.name, reason: String(cString: zip_strerror(archive.handle)))
        }
        self.archive = archive
        self.member = member
        self.handle = opened
        self.guardian = UnpackingGuard(file: archive.path, member: member.name, limits: archive.limits)
    }

    deinit { zip_fclose(handle) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0, !isFinished else { return 0 }
        let count = zip_fread(handle, base, UInt64(buffer.count))
        guard count >= 0 else {
            let reason = zip_error_strerror(zip_file_get_error(handle)).map { String(cString: $0) } ?? "unknown error"
            throw .damagedFile(file: archive.path, member: member.name, reason: reason)
        }
        unpacked += Int(count)
        if count == 0 {
            isFinished = true
            guard unpacked >= member.unpackedBytes else {
                throw .damagedFile(file: archive.path, member: member.name, reason: "it ends too early")
            }
        }
        try guardian.count(unpacked: Int(count), packed: member.packedBytes)
        return Int(count)
    }
}
