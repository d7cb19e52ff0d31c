import Foundation
import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes the lines: the chain, the files, what is synced and signed and when old files go.
///
/// Touched on the log's own queue only.
///
/// Invariants:
/// 1. The last segment ends with the line `chain.next - 1`; what could not be written whole is taken off again.
/// 2. A cut is on the disk before the files that it names are deleted.
/// 3. The head never says more than what was synced.
final class AuditWriter {
    private let directory: String
    private let configuration: AuditJournal.Configuration
    private let key: AuditKey
    private(set) var segments: [AuditSegment] = []
    private var chain = AuditChain()
    private var file: Int32 = -1
    private var lines = ByteWriter(capacity: 64 << 10)
    private var unsynced = 0
    private var syncedAt = 0
    private var unsigned = 0
    private var signedAt = 0
    private var hasTurned = false
    /// Whether the start could be written.
    private(set) var hasStarted = false

    init(directory: String, configuration: AuditJournal.Configuration) throws(AuditError) {
        self.directory = directory
        self.configuration = configuration
        if mkdir(directory, 0o750) != 0, errno != EEXIST { throw .noDirectory(directory, errno: errno) }
        guard access(directory, W_OK | X_OK) == 0 else { throw .noDirectory(directory, errno: errno) }
        key = try AuditKey(directory: directory)
        let complaint = takeUp()
        let now = configuration.now()
        signedAt = now
        if let complaint {
            configuration.onProblem("The audit log does not go together: \(complaint); see parvis audit verify")
            _ = write(at: now) { chain, lines in chain.append(.broken(complaint), at: now, key: key, to: &lines) }
        }
        hasStarted = write(at: now) { chain, lines in chain.append(.start, at: now, key: key, to: &lines) }
        dropOld(now)
        sync(now)
    }

    deinit { if file >= 0 { close(file) } }

    var lastNumber: Int { chain.next - 1 }
    var byteCount: Int { segments.reduce(0) { $0 + $1.bytes } }

    // MARK: Taking up what is there

    /// Goes on behind what the directory holds; a line without an end, which a crash leaves, is taken off.
    ///
    /// - Returns: what does not go together.
    private func takeUp() -> String? {
        var complaint: String?
        var taken = 0
        for (path, first) in AuditSegment.files(in: directory) {
            guard let found = AuditFile(path) else {
                complaint = "\(path) cannot be read"
                continue
            }
            var last: AuditLine?
            let end = found.bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            found.forEachLineBackwards { bytes in
                last = AuditLine(bytes)
                return false
            }
            if end < found.bytes.count { truncate(path, off_t(end)) }
            guard end > 0 else {
                unlink(path)
                continue
            }
            guard let last, last.isWhole else {
                // Its numbers are taken, whatever they hold.
                taken = first + found.bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
                complaint = "the last line of \(path) is not what was written"
                continue
            }
            segments.append(
                AuditSegment(
                    path: path, first: first, last: last.number, lastHash: last.hash, lastTime: last.time, bytes: end))
        }
        if let newest = segments.last {
            chain.next = newest.last + 1
            chain.hash = newest.lastHash
        }
        chain.next = max(chain.next, taken)
        if let head = AuditHead(directory: directory),
            key.publicKey.accepts(head.signature, of: AuditHead.message(head.number, head.hash)),
            head.number > chain.next - 1
        {
            complaint = "it ends with line \(chain.next - 1), and had line \(head.number) before"
            // Numbers are not used twice.
            chain.next = head.number + 1
            chain.hash = head.hash
        }
        return complaint
    }

    // MARK: Writing

    /// Writes records behind each other.
    ///
    /// - Returns: whether they are in the file; if not, none is.
    func write(_ records: ArraySlice<AuditRecord>, lost: Int, reason: String) -> Bool {
        let now = configuration.now()
        let isWritten = write(at: records.last?.time ?? now) { chain, lines in
            for record in records { chain.append(record, to: &lines) }
            if lost > 0 { chain.append(.gap(lost: lost, reason: reason), at: now, key: key, to: &lines) }
        }
        if isWritten {
            unsigned += records.count
            signIfDue(now)
            if hasTurned {
                hasTurned = false
                dropOld(now)
            }
        }
        return isWritten
    }

    private func write(at time: Int, _ body: (inout AuditChain, inout ByteWriter) -> Void) -> Bool {
        guard let index = segment(at: time) else { return false }
        var next = chain
        lines.removeAll()
        body(&next, &lines)
        let count = lines.count
        let written = lines.withBytes { $0.baseAddress.map { writeAll(file, $0, count) } ?? 0 }
        guard written == count else {
            ftruncate(file, off_t(segments[index].bytes))
            return false
        }
        chain = next
        segments[index].last = chain.next - 1
        segments[index].lastHash = chain.hash
        segments[index].lastTime = time
        segments[index].bytes += count
        unsynced += count
        if count > 1 << 20 { lines = ByteWriter(capacity: 64 << 10) }
        return true
    }

    /// The segment to write to, open: a new one with each day and each `segmentBytes`.
    private func segment(at time: Int) -> Int? {
        if let last = segments.last, last.last == chain.next - 1, last.bytes < configuration.segmentBytes,
            AuditTime.day(last.lastTime) == AuditTime.day(time)
        {
            if file < 0 { file = open(last.path, O_WRONLY | O_APPEND | O_CLOEXEC) }
            return file < 0 ? nil : segments.count - 1
        }
        if file >= 0 {
            fdatasync(file)
            close(file)
            file = -1
        }
        let path = AuditSegment.path(directory, first: chain.next)
        let opened = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
        guard opened >= 0 else { return nil }
        file = opened
        hasTurned = true
        syncDirectory()
        segments.append(
            AuditSegment(
                path: path, first: chain.next, last: chain.next - 1, lastHash: chain.hash, lastTime: time, bytes: 0))
        return segments.count - 1
    }

    private func signIfDue(_ now: Int) {
        guard unsigned > 0 else { return }
        let isDue =
            unsigned >= configuration.checkpointRecords
            || now - signedAt >= configuration.checkpointSeconds * 1_000_000_000
        if isDue { sign(.checkpoint, now) }
    }

    private func sign(_ note: AuditNote, _ now: Int) {
        guard write(at: now, { chain, lines in chain.append(note, at: now, key: key, to: &lines) }) else { return }
        unsigned = 0
        signedAt = now
    }

    /// Whether `tend` has something to do soon.
    var isUntended: Bool { unsynced > 0 || unsigned > 0 }

    /// Signs and syncs what is due.
    func tend() {
        let now = configuration.now()
        signIfDue(now)
        if now - syncedAt >= configuration.syncMilliseconds * 1_000_000 || now < syncedAt { sync(now) }
    }

    private func sync(_ now: Int) {
        syncedAt = now
        guard unsynced > 0, file >= 0, fdatasync(file) == 0 else { return }
        unsynced = 0
        if !AuditHead.write(chain.next - 1, chain.hash, key, in: directory) {
            configuration.onProblem("The head of the audit log cannot be written to \(AuditHead.path(directory))")
        }
    }

    func stop() {
        let now = configuration.now()
        sign(.stop, now)
        sync(now)
        if file >= 0 { close(file) }
        file = -1
    }

    // MARK: Retention

    /// Deletes whole segments that are older than `days`, and the oldest while all are more than `byteLimit`.
    func dropOld(_ now: Int) {
        let oldest = now - configuration.days * 86_400_000_000_000
        var count = 0
        var bytes = byteCount
        while count < segments.count - 1,
            segments[count].lastTime < oldest || bytes > configuration.byteLimit
        {
            bytes -= segments[count].bytes
            count += 1
        }
        guard count > 0 else { return }
        let last = segments[count - 1]
        let isWritten = write(at: now) { chain, lines in
            chain.append(.cut(through: last.last, hash: last.lastHash), at: now, key: key, to: &lines)
        }
        guard isWritten, file >= 0, fdatasync(file) == 0 else { return }
        for segment in segments.prefix(count) { unlink(segment.path) }
        segments.removeFirst(count)
        syncDirectory()
    }

    private func syncDirectory() {
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return }
        fsync(opened)
        close(opened)
    }
}
