import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations
import Synchronization

extension HistoryStore {
    /// Chunks in one commit, so that writers of entities do not wait long behind it.
    private static let commitChunks = 1_000
    /// Series whose newest chunks are read at once.
    private static let newestPage = 100

    /// Which tails go into chunks.
    enum FlushReason {
        case everything
        /// Those that are long enough.
        case long
        /// The longer half, because memory is full.
        case full
        /// Those that would make a start read too many changes again.
        case old
        case entity(tenant: String, id: String)
    }

    /// Takes in what waits and writes the tails that are long enough. On `queue`.
    func runRound() {
        replayMissing()
        let (longCount, footprint) = tails.withLock { ($0.long.count, $0.footprint) }
        if footprint > configuration.tailMemory {
            writeTails(.full)
        } else if longCount >= Self.longCount {
            writeTails(.long)
        }
        let (absorbed, stored) = (tails.withLock { $0.absorbed }, progress.withLock { $0.storedCursor })
        if absorbed > stored + configuration.replayLimit { writeTails(.old) }
    }

    /// Looks after all tails now and then, and says in the store how far they have come. On `queue`.
    func careRound() {
        runRound()
        writeTails(.long)
        storeCursor()
        if isSweepDue(at: configuration.clock()) { beginSweep() }
    }

    private static let longCount = 64

    private func begin(_ reason: FlushReason) -> [SeriesTails.Flushed] {
        let oldest = configuration.replayLimit / 2
        return tails.withLock { tails in
            switch reason {
            case .everything: return tails.beginFlush { _ in true }
            case .long:
                let length = configuration.tailLength
                return tails.beginFlush(of: Array(tails.long)) { $0.count >= length }
            case .full:
                let mean = tails.tailCount == 0 ? 0 : tails.sampleCount / tails.tailCount
                return tails.beginFlush { $0.count >= mean }
            case .old:
                let limit = tails.absorbed > oldest ? tails.absorbed - oldest : 0
                return tails.beginFlush { $0.firstSequence <= limit }
            case .entity(let tenant, let id):
                return tails.beginFlush(of: [SeriesTails.EntityName(tenant: tenant, entity: id)]) { _ in true }
            }
        }
    }

    /// Writes tails into chunks, and says in the store how far they have come where that is worth it.
    ///
    /// - Returns: whether they are durable.
    @discardableResult
    func writeTails(_ reason: FlushReason) -> Bool {
        let taken = begin(reason)
        if taken.isEmpty {
            if case .old = reason { storeCursor() }
            return true
        }
        let templates = tails.withLock { $0.templates.templates }
        let tenants = Set(keeping.tenantNames)
        do {
            let living = taken.indices.filter { tenants.contains(taken[$0].name.tenant.text) }
            // Chunks of one entity lie side by side in the store.
            let sorted = living.sorted { taken[$0].name.entity < taken[$1].name.entity }
            try write(
                sorted.lazy.map {
                    (taken[$0].series, taken[$0].tail.columns(types: taken[$0].types, templates: templates))
                })
            tails.withLock { $0.endFlush(failed: false) }
            if case .old = reason { storeCursor() }
            return true
        } catch {
            tails.withLock { $0.endFlush(failed: true) }
            configuration.onFailure("\(taken.count) series could not be written and will be tried again: \(error)")
            return false
        }
    }

    /// Says in the store up to where the recorder need not read the change record again, and forgets what is older. On
    /// `queue`.
    func storeCursor() {
        let cursor = tails.withLock { $0.cursor }
        let tenants = Set(keeping.tenantNames)
        let noted = directory.unstored
        var documents = noted.filter { tenants.contains($0.tenant) }
        if cursor > progress.withLock({ $0.storedCursor }) {
            documents.append(
                DocumentWrite(kind: Self.cursorKind, tenant: "", key: "recorder", body: Self.encodeCursor(cursor)))
            documents += settled.withLock { $0.passed(cursor, tenants: tenants) }
        }
        if documents.isEmpty { return directory.stored(noted) }
        do {
            try commit([], documents)
            directory.stored(noted)
            progress.withLock { $0.storedCursor = max($0.storedCursor, cursor) }
            prune(cursor)
        } catch {
            configuration.onFailure("The recorder's place could not be written and will be tried again: \(error)")
        }
    }

    private func prune(_ cursor: UInt64) {
        let keep = configuration.keptChanges
        guard cursor > keep, cursor - keep >= progress.withLock({ $0.prunedThrough }) + max(1, keep / 10) else {
            return
        }
        do {
            try keeping.storage.pruneChanges(through: cursor - keep)
            progress.withLock { $0.prunedThrough = cursor - keep }
        } catch {
            configuration.onFailure("Old changes could not be pruned: \(error)")
        }
    }

    /// Writes sorted samples of series into chunks, in several commits when there are many; documents go with the last.
    /// On `queue`. No series may come twice.
    ///
    /// - Parameter replaces: whether they take the place of what is there, whenever that was modified.
    func write(
        _ series: some Sequence<(SeriesKey, SampleColumns)>, documents: [DocumentWrite] = [], replaces: Bool = false
    ) throws {
        var chunks: [HistoryChunk] = []
        var page: [(SeriesKey, SampleColumns)] = []
        func writePage() throws {
            let newest = try keeping.storage.newestHistoryChunks(page.map(\.0))
            for ((key, samples), newest) in zip(page, newest) {
                chunks += try self.chunks(for: key, adding: samples, after: newest, replaces: replaces)
                progress.withLock { $0.writtenSamples += samples.count }
            }
            page.removeAll(keepingCapacity: true)
            if chunks.count >= Self.commitChunks {
                try commit(chunks, [])
                chunks.removeAll(keepingCapacity: true)
            }
        }
        for one in series {
            page.append(one)
            if page.count == Self.newestPage { try writePage() }
        }
        try writePage()
        try commit(chunks, documents)
    }

    func commit(_ chunks: [HistoryChunk], _ documents: [DocumentWrite]) throws {
        if chunks.isEmpty, documents.isEmpty { return }
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Void, any Error>?>(nil)
        keeping.keepHistory(chunks, documents: documents, on: ImmediateReplyScheduler()) { result in
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        try outcome.withLock { $0 }?.get()
        progress.withLock { $0.writtenChunks += chunks.count }
    }

    /// The chunks that a series has after samples were added, as far as they change.
    ///
    /// A stored chunk takes the samples between its start and the start of the next one; what passes its capacity goes
    /// into new chunks behind it. Samples before the first chunk make new ones.
    ///
    /// - Parameter newest: the newest that is stored.
    func chunks(
        for series: SeriesKey, adding samples: SampleColumns, after newest: HistoryChunk?, replaces: Bool
    ) throws -> [HistoryChunk] {
        let storage = keeping.storage
        var result: [HistoryChunk] = []
        var index = 0
        while index < samples.count {
            let time = samples.time(index)
            var holder = newest
            var next: Timestamp?
            if let newest, newest.start > time {
                holder = try storage.historyChunks(series, from: .none, to: time, newestFirst: true, limit: 1).first
                let following = try storage.historyChunks(series, from: time, to: .none, newestFirst: false, limit: 2)
                next = following.first { $0.start > time }?.start
            }
            var end = index
            while end < samples.count, next.map({ samples.time(end) < $0 }) ?? true { end += 1 }
            var run = index == 0 && end == samples.count ? samples : samples.slice(index..<end)
            if let holder, let old = decode(holder) {
                // A full chunk that ends before the samples need not be written again.
                if holder.end < time, old.count >= ChunkCodec.capacity {
                    result += split(run, series)
                    index = end
                    continue
                }
                run = old.merged(with: replaces ? run.raised(over: old) : run)
                if let first = run.times.first, first != holder.start.microseconds {
                    result.append(Self.emptied(holder))
                }
            }
            result += split(run, series)
            index = end
        }
        return result
    }

    /// The samples of a chunk; none of an emptied or damaged one, and none where it is passed over.
    func decode(
        _ chunk: HistoryChunk, unless isPassedOver: (ChunkTimes) -> Bool = { _ in false }
    ) -> SampleColumns? {
        if chunk.count == 0 { return nil }
        guard let samples = ChunkCodec.decode(chunk.body, unless: isPassedOver) else {
            configuration.onFailure(
                "A history chunk of \(chunk.series.entity) from \(chunk.start.text) is damaged; restore a backup"
            )
            return nil
        }
        return samples
    }

    /// A chunk without samples in the place of one that had some: how samples are deleted, since stores only replace.
    static func emptied(_ chunk: HistoryChunk) -> HistoryChunk {
        HistoryChunk(series: chunk.series, start: chunk.start, end: chunk.start, count: 0, body: [])
    }

    func split(_ samples: SampleColumns, _ series: SeriesKey) -> [HistoryChunk] {
        var result: [HistoryChunk] = []
        var start = 0
        while start < samples.count {
            var end = start
            var bytes = 0
            while end < samples.count, end - start < ChunkCodec.capacity {
                bytes += samples.ends[end] - samples.start(of: end)
                if bytes > ChunkCodec.valueCapacity, end > start { break }
                end += 1
            }
            let part = samples.slice(start..<end)
            result.append(
                HistoryChunk(
                    series: series, start: part.time(0), end: part.time(part.count - 1), count: part.count,
                    body: ChunkCodec.encode(part)))
            start = end
        }
        return result
    }
}
