import HeapModule
public import struct Foundation.Date
import JSONTree

/// Plays the rows of tables again as if they arrived now: merged by time, at any speed.
///
/// Each file must be in the order of time; a step back of up to two hours is taken as a change of the clocks and
/// played at once. Rows of one moment come together.
public final class ReplaySchedule {
    /// What `observedAt` says of a replayed value.
    public enum Times: Sendable {
        /// The moment at which it is due, so that the data looks as if it were measured now.
        case live
        /// The time in the table.
        case recorded
    }

    /// The speed of a replay, and which times its updates carry.
    public struct Options: Sendable {
        /// Seconds of the data that pass in one second; 0.001 to 1 billion. Default 1.
        public var speed = 1.0
        public var times = Times.live
        /// Entities in an update, at most; default 1,000.
        public var batchSize = 1_000
        public var limits = ImportLimits()

        public init() {}
    }

    /// Entities whose values are due at one moment.
    public struct Update: Sendable, Equatable {
        /// When, counted from the start of the replay.
        public let due: Duration
        /// The time in the table.
        public let recordedAt: Timestamp
        /// Normalized fragments for a batch upsert with `options=update`: an entity's first fragment carries all its
        /// attributes, the later ones what was measured.
        public let batch: EntityBatch
    }

    private let mapping: TabularMapping
    private let options: Options
    private let start: Timestamp
    private let templates: [AttributeTemplate]
    private var builder: EntityBatchBuilder
    private var scratch = ByteWriter()
    private var queue = MergeQueue()
    private var firstTime: Timestamp?
    private var lastDue = Duration.zero
    private var known: Set<[UInt8]> = []
    /// What was read, handed out and left out so far.
    public private(set) var summary = ImportSummary()

    /// Checks all files and stands before their first moment.
    ///
    /// - Parameters:
    ///   - startingAt: The wall-clock time of the replay's start; `Times.live` counts from it.
    /// - Throws: `ImportError`, also when the mapping has no time or a file is not in the order of time.
    public init(
        files: [String], mapping: TabularMapping, startingAt start: Date, options: Options = Options(),
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil
    ) throws(ImportError) {
        guard mapping.time != nil else {
            throw .invalidMapping(
                file: "mapping", line: nil, key: "time",
                reason: "the key is missing; a replay needs the time of each row")
        }
        guard options.speed >= 1e-3, options.speed <= 1e9 else {
            throw .invalidMapping(
                file: "replay", line: nil, key: "speed", reason: "it must be 0.001 to 1,000,000,000")
        }
        let meter = try ProgressMeter(files: files, clock: clock, handler: progress)
        let check = TabularCheck(
            files: files, mapping: mapping, limits: options.limits, timeSlack: .seconds(2 * 3600))
        _ = try check.run(meter)
        self.mapping = mapping
        self.options = options
        self.start = Timestamp(start)
        templates = mapping.attributes.map(AttributeTemplate.init)
        builder = EntityBatchBuilder(maximumCount: options.batchSize, context: mapping.context)
        for file in files {
            let rows = try TabularRows(path: file, mapping: mapping, limits: options.limits)
            try advance(rows)
        }
    }

    /// The entities of the next moment, or `nil` at the end.
    public func next() throws(ImportError) -> Update? {
        guard let time = queue.first?.time else { return nil }
        let first = firstTime ?? time
        firstTime = first
        let due = max(lastDue, self.due(time, since: first))
        lastDue = due
        let observedAt: Timestamp
        switch options.times {
        case .recorded: observedAt = time
        case .live:
            observedAt = Timestamp(millisecondsSinceEpoch: start.millisecondsSinceEpoch + due.milliseconds)
        }
        var ids: Set<[UInt8]> = []
        while let head = queue.first, head.time == time, !builder.isFull {
            guard ids.insert(head.rows.entityID).inserted else { break }
            write(head.rows, at: observedAt)
            queue.removeFirst()
            try advance(head.rows)
        }
        return Update(due: due, recordedAt: time, batch: builder.take())
    }

    /// Waits for each update until it is due and hands it over; one that is late goes at once.
    ///
    /// - Parameter clock: Only its instants are used, and it is slept on.
    public nonisolated(nonsending) func play<C: Clock<Duration>>(
        on clock: C, sink: (Update) async throws -> Void
    ) async throws -> ImportSummary {
        let begin = clock.now
        while let update = try next() {
            try await clock.sleep(until: begin.advanced(by: update.due), tolerance: nil)
            try await sink(update)
        }
        return summary
    }

    private func due(_ time: Timestamp, since first: Timestamp) -> Duration {
        let milliseconds = Double(time.millisecondsSinceEpoch - first.millisecondsSinceEpoch) / options.speed
        return .microseconds(Int64(min((milliseconds * 1000).rounded(), 9e18)))
    }

    /// Moves a file to its next row and puts it back into the queue, or counts it when it is at its end.
    private func advance(_ rows: TabularRows) throws(ImportError) {
        if try rows.next(&summary), let time = rows.observedAt {
            // A step back, which the check found small, is played at once.
            queue.insert(MergeQueue.Head(time: max(time, queue.lastTime ?? time), rows: rows))
        } else {
            summary.read(rows.rowsRead, from: rows.path)
        }
    }

    private func write(_ rows: TabularRows, at time: Timestamp) {
        builder.begin(id: rows.entityID, type: mapping.type)
        if known.count < options.limits.historyEntities, known.insert(rows.entityID).inserted {
            for constant in mapping.constants { builder.append(json: constant.member) }
            for constant in rows.lookedUp(&summary) { builder.append(json: constant.member) }
        }
        for (index, template) in templates.enumerated() {
            scratch.removeAll()
            switch rows.append(index, at: time, to: &scratch, &summary) {
            case .written:
                scratch.withBytes {
                    template.append($0.assumingMemoryBound(to: UInt8.self), at: time, to: &builder)
                }
                summary.instances += 1
            case .missing: summary.missingValues += 1
            case .skipped: break
            }
        }
        builder.end()
        summary.emitted(1, type: mapping.type)
    }
}

extension ReplaySchedule {
    /// The files by the time of their current row; among equals the order of the files does not matter.
    private struct MergeQueue {
        struct Head: Comparable {
            let time: Timestamp
            let rows: TabularRows

            static func == (left: Self, right: Self) -> Bool {
                left.time == right.time && left.rows.path == right.rows.path
            }
            static func < (left: Self, right: Self) -> Bool {
                left.time == right.time ? left.rows.path < right.rows.path : left.time < right.time
            }
        }
        private var heads = Heap<Head>()
        /// The time of the head that was removed last.
        private(set) var lastTime: Timestamp?

        var first: Head? { heads.min }

        mutating func insert(_ head: Head) { heads.insert(head) }

        mutating func removeFirst() { if let first = heads.popMin() { lastTime = first.time } }
    }
}
