import Dispatch
import Synchronization

/// The log of who did what: records in a chain of hashes, in files that only grow, with signed checkpoints.
///
/// `append` costs the caller a lock and a copy; lines are made, written and synced on a queue of the log's own, so that
/// a record is in the file some `batchMilliseconds` after its answer, and on the disk `syncMilliseconds` later. When the
/// disk takes nothing, up to `bufferLimit` records wait in memory; what is more is lost, and the log says how many.
///
/// `@unchecked Sendable`: `writer` is touched on `queue` only.
public final class AuditJournal: @unchecked Sendable {
    /// How long records are kept, how much room they get, and how often they are written, flushed and signed.
    public struct Configuration: Sendable {
        /// Days that records are kept, counted for whole files.
        public var days = 365
        /// Bytes of all files; beyond, the oldest go.
        public var byteLimit = 4 << 30
        /// Bytes of one file, about.
        public var segmentBytes = 16 << 20
        /// Records that may wait to be written.
        public var bufferLimit = 65_536
        public var batchMilliseconds = 20
        public var syncMilliseconds = 1_000
        /// Records and seconds after which a checkpoint is signed.
        public var checkpointRecords = 1_000
        public var checkpointSeconds = 60
        /// Nanoseconds since 1970.
        public var now: @Sendable () -> Int = { AuditTime.now() }
        /// Gets a sentence for the operator; called from any thread.
        public var onProblem: @Sendable (String) -> Void = { _ in }

        public init() {}
    }

    /// What the log did since the start.
    public struct Statistics: Sendable, Hashable {
        public var records = 0
        /// Records that could not be kept.
        public var lost = 0
        public var bytes = 0
        public var isFailing = false
    }

    private struct Buffer {
        var records: [AuditRecord] = []
        var isScheduled = false
        var isTending = false
        var isStopped = false
        var written = 0
        var lost = 0
        /// Lost and not yet told of in the log.
        var untold = 0
        var bytes = 0
        var complainedAt = 0
        var readers = 0
    }

    private let configuration: Configuration
    private let queue = DispatchQueue(label: "parvis.audit")
    private let reading = DispatchQueue(label: "parvis.audit.reading")
    private let writer: AuditWriter
    private let buffer = Mutex(Buffer())
    private let failing = Atomic<Bool>(false)

    /// Opens the log in a directory, which is made when missing; its parent must be there.
    public init(directory: String, configuration: Configuration = Configuration()) throws(AuditError) {
        self.configuration = configuration
        writer = try AuditWriter(directory: directory, configuration: configuration)
        if !writer.hasStarted {
            failing.store(true, ordering: .relaxed)
            configuration.onProblem("The audit log cannot be written; is the disk full? Records wait in memory")
        }
        dropHourly()
    }

    /// Whether the newest records could not be written.
    public var isFailing: Bool { failing.load(ordering: .relaxed) }

    /// Records an act. Returns at once, from any thread.
    public func append(_ record: AuditRecord) {
        let isFirst = buffer.withLock { buffer -> Bool in
            guard buffer.records.count < configuration.bufferLimit, !buffer.isStopped else {
                buffer.lost += 1
                buffer.untold += 1
                return false
            }
            buffer.records.append(record)
            defer { buffer.isScheduled = true }
            return !buffer.isScheduled
        }
        if isFirst { schedule(after: configuration.batchMilliseconds) }
    }

    private func schedule(after milliseconds: Int) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in self?.work() }
    }

    /// Deletes what is too old, also where nothing is recorded for long.
    private func dropHourly() {
        queue.asyncAfter(deadline: .now() + .seconds(3_600)) { [weak self] in
            guard let self, !buffer.withLock({ $0.isStopped }) else { return }
            writer.dropOld(configuration.now())
            dropHourly()
        }
    }

    /// Writes what waits; comes again while there is more.
    private func work() {
        write()
        let again = buffer.withLock { buffer -> Int? in
            buffer.bytes = writer.byteCount
            if isFailing { return 1_000 }
            if !buffer.records.isEmpty { return configuration.batchMilliseconds }
            buffer.isScheduled = false
            return nil
        }
        if let again { schedule(after: again) }
        tendSoon()
    }

    /// Sees that what was written is signed and synced, apart from `work`, so that no record waits for a sync.
    private func tendSoon() {
        let isFirst = buffer.withLock { buffer -> Bool in
            guard writer.isUntended, !buffer.isTending, !buffer.isStopped else { return false }
            buffer.isTending = true
            return true
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(configuration.syncMilliseconds)) { [weak self] in
            guard let self else { return }
            buffer.withLock { $0.isTending = false }
            writer.tend()
            tendSoon()
        }
    }

    private func write() {
        let (records, untold) = buffer.withLock { buffer -> ([AuditRecord], Int) in
            defer {
                buffer.records = []
                buffer.untold = 0
            }
            return (buffer.records, buffer.untold)
        }
        guard !records.isEmpty || untold > 0 else { return }
        var done = 0
        // Some thousand at a time, so that memory for lines is bounded.
        while done < records.count || untold > 0 {
            let end = min(done + 2_000, records.count)
            let isLast = end == records.count
            guard writer.write(records[done..<end], lost: isLast ? untold : 0, reason: "no room to keep them") else {
                return keep(records[done...], untold)
            }
            done = end
            if isLast { break }
        }
        failing.store(false, ordering: .relaxed)
        buffer.withLock { $0.written += records.count }
    }

    /// Keeps what could not be written for the next time.
    private func keep(_ records: ArraySlice<AuditRecord>, _ untold: Int) {
        let isNew = !failing.exchange(true, ordering: .relaxed)
        let now = configuration.now()
        let complains = buffer.withLock { buffer -> Bool in
            let all = records + buffer.records
            let excess = max(0, all.count - configuration.bufferLimit)
            buffer.records = Array(all.dropLast(excess))
            buffer.lost += excess
            buffer.untold += excess + untold
            guard isNew || now - buffer.complainedAt > 60_000_000_000 else { return false }
            buffer.complainedAt = now
            return true
        }
        if complains {
            configuration.onProblem("The audit log cannot be written; is the disk full? Records wait in memory")
        }
    }

    public var statistics: Statistics {
        buffer.withLock {
            Statistics(records: $0.written, lost: $0.lost, bytes: $0.bytes, isFailing: isFailing)
        }
    }

    /// Writes and syncs what waits, signs it, and closes. Later records are lost.
    public func stop() {
        queue.sync {
            write()
            let isStopped = buffer.withLock { buffer in
                defer { buffer.isStopped = true }
                return buffer.isStopped
            }
            if !isStopped { writer.stop() }
        }
    }

    /// Finds records, the newest first, on a thread of the log's own.
    ///
    /// - Parameter reply: gets the page, or `nil` when too many ask at once; called from any thread.
    public func page(_ query: AuditQuery, _ reply: @escaping @Sendable (AuditPage?) -> Void) {
        let hasRoom = buffer.withLock { buffer -> Bool in
            guard buffer.readers < 8 else { return false }
            buffer.readers += 1
            return true
        }
        guard hasRoom else { return reply(nil) }
        reading.async { [self] in
            let segments = queue.sync {
                write()
                return writer.segments
            }
            let page = AuditPage(query, segments: segments)
            buffer.withLock { $0.readers -= 1 }
            reply(page)
        }
    }
}
