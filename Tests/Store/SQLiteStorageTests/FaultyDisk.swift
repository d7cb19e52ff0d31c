import Foundation
import GRDBSQLite
import Synchronization

/// A disk that fails as it is told, for SQLite's files below one directory.
///
/// It stands between SQLite and its own layer of files: a VFS that hands everything on, whose files fail calls that a fault
/// names. Other directories are not touched by it.
final class FaultyDisk: Sendable {
    enum Call: Sendable { case write, flush, truncate, read }

    /// What goes wrong.
    struct Fault: Sendable {
        let call: Call
        /// The end of the file's name.
        var of: String
        var systemError: Int32
        /// Calls that succeed before.
        var after = 0
        /// Calls that fail.
        var times = Int.max
        /// A write that fails has written its first half.
        var isTorn = false
        /// A flush that fails takes back what was written since the last one, as a kernel does that has dropped the pages.
        var losesWrites = false
    }

    private struct State {
        var fault: Fault?
        var failed = 0
    }

    private let state = Mutex(State())
    private let directory: String

    private static let disks = Mutex<[String: FaultyDisk]>([:])
    private static let isInstalled: Bool = install()

    init(_ directory: String) {
        self.directory = directory
        precondition(Self.isInstalled)
        Self.disks.withLock { $0[directory] = self }
    }

    func fail(_ fault: Fault) { state.withLock { $0 = State(fault: fault) } }

    func heal() { state.withLock { $0.fault = nil } }

    /// How many calls failed since the last `fail`.
    var failed: Int { state.withLock(\.failed) }

    /// Forgets the disk, so that others of its name begin anew.
    func end() { Self.disks.withLock { $0[directory] = nil } }

    fileprivate static func disk(of path: String) -> FaultyDisk? {
        disks.withLock { disks in disks.first { path.hasPrefix($0.key + "/") }?.value }
    }

    fileprivate func fault(at call: Call, of path: String) -> Fault? {
        state.withLock { state in
            guard var fault = state.fault, fault.call == call, path.hasSuffix(fault.of), fault.times > 0 else {
                return nil
            }
            if fault.after > 0 {
                fault.after -= 1
                state.fault = fault
                return nil
            }
            fault.times -= 1
            state.fault = fault
            state.failed += 1
            return fault
        }
    }

    // MARK: The layer of files

    private static func install() -> Bool {
        guard let base = sqlite3_vfs_find(nil) else { return false }
        let made = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        made.initialize(to: base.pointee)
        made.pointee.zName = UnsafePointer(strdup("faulty"))
        made.pointee.pNext = nil
        made.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let base = sqlite3_vfs_find("unix"), let open = base.pointee.xOpen else { return SQLITE_CANTOPEN }
            let code = open(base, name, file, flags, outFlags)
            if code == SQLITE_OK, let file, let name, let disk = FaultyDisk.disk(of: String(cString: name)) {
                FaultyFile.install(on: file, disk, path: String(cString: name))
            }
            return code
        }
        return sqlite3_vfs_register(made, 1) == SQLITE_OK
    }
}

/// The methods of one open file; `methods` is the first field, as SQLite wants it.
private struct FaultyFile {
    private var methods: sqlite3_io_methods
    private let original: UnsafePointer<sqlite3_io_methods>
    private let disk: FaultyDisk
    private let path: String
    /// What stood where was written since the last flush, newest last, and how long the file was.
    private var undo: [(offset: sqlite3_int64, bytes: [UInt8])] = []
    private var flushedSize: sqlite3_int64?

    static func install(on file: UnsafeMutablePointer<sqlite3_file>, _ disk: FaultyDisk, path: String) {
        guard let original = file.pointee.pMethods else { return }
        let made = UnsafeMutablePointer<FaultyFile>.allocate(capacity: 1)
        made.initialize(to: FaultyFile(original, disk, path))
        owners.withLock { $0[UInt(bitPattern: file)] = UInt(bitPattern: made) }
        file.pointee.pMethods = UnsafeRawPointer(made).assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    private init(_ original: UnsafePointer<sqlite3_io_methods>, _ disk: FaultyDisk, _ path: String) {
        self.original = original
        self.disk = disk
        self.path = path
        methods = original.pointee
        methods.xWrite = { file, source, count, offset in
            FaultyFile.with(file) { $0.write(file, source, count, offset) }
        }
        methods.xSync = { file, flags in FaultyFile.with(file) { $0.flush(file, flags) } }
        methods.xTruncate = { file, size in
            FaultyFile.with(file) { own in
                if let fault = own.disk.fault(at: .truncate, of: own.path) {
                    return FaultyFile.failure(fault, SQLITE_IOERR | 6 << 8)
                }
                return own.original.pointee.xTruncate?(file, size) ?? SQLITE_IOERR
            }
        }
        methods.xRead = { file, target, count, offset in
            FaultyFile.with(file) { own in
                if let fault = own.disk.fault(at: .read, of: own.path) {
                    return FaultyFile.failure(fault, SQLITE_IOERR | 1 << 8)
                }
                return own.original.pointee.xRead?(file, target, count, offset) ?? SQLITE_IOERR
            }
        }
        methods.xClose = { file in
            guard let file, let own = FaultyFile.owner(file) else { return SQLITE_IOERR }
            let original = own.pointee.original
            FaultyFile.owners.withLock { $0[UInt(bitPattern: file)] = nil }
            own.deinitialize(count: 1)
            own.deallocate()
            file.pointee.pMethods = original
            return original.pointee.xClose?(file) ?? SQLITE_IOERR
        }
        // No look past the methods.
        methods.iVersion = min(methods.iVersion, 2)
    }

    private static func with(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ body: (inout FaultyFile) -> Int32
    ) -> Int32 {
        // Not by the file's methods: the store puts methods of its own before these.
        guard let file, let own = owner(file) else { return SQLITE_IOERR }
        return body(&own.pointee)
    }

    private static func owner(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<FaultyFile>? {
        owners.withLock { $0[UInt(bitPattern: file)] }.flatMap { UnsafeMutablePointer(bitPattern: $0) }
    }

    private static let owners = Mutex<[UInt: UInt]>([:])

    private static func failure(_ fault: FaultyDisk.Fault, _ code: Int32) -> Int32 {
        errno = fault.systemError
        return code
    }

    private mutating func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ source: UnsafeRawPointer?, _ count: Int32,
        _ offset: sqlite3_int64
    ) -> Int32 {
        guard let plain = original.pointee.xWrite else { return SQLITE_IOERR }
        if let fault = disk.fault(at: .write, of: path) {
            if fault.isTorn { _ = plain(file, source, count / 2, offset) }
            // As SQLite's own layer does.
            return Self.failure(fault, fault.systemError == ENOSPC ? SQLITE_FULL : SQLITE_IOERR | 3 << 8)
        }
        remember(file, count, offset)
        return plain(file, source, count, offset)
    }

    private mutating func remember(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ count: Int32, _ offset: sqlite3_int64
    ) {
        var size: sqlite3_int64 = 0
        _ = original.pointee.xFileSize?(file, &size)
        if flushedSize == nil { flushedSize = size }
        let there = Int(max(0, min(sqlite3_int64(count), size - offset)))
        guard there > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: there)
        _ = original.pointee.xRead?(file, &bytes, Int32(there), offset)
        undo.append((offset, bytes))
    }

    private mutating func flush(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
        if let fault = disk.fault(at: .flush, of: path) {
            if fault.losesWrites {
                for (offset, bytes) in undo.reversed() {
                    _ = original.pointee.xWrite?(file, bytes, Int32(bytes.count), offset)
                }
                if let flushedSize { _ = original.pointee.xTruncate?(file, flushedSize) }
            }
            forget()
            return Self.failure(fault, SQLITE_IOERR | 4 << 8)
        }
        forget()
        return original.pointee.xSync?(file, flags) ?? SQLITE_IOERR
    }

    private mutating func forget() {
        undo = []
        flushedSize = nil
    }
}
