import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations
import Synchronization

extension HistoryStore {
    /// Chunks in one commit, so that writers of entities do not wait long behind it.
    private static let commitChunks = 1_000

    /// Takes in what waits and writes tails into chunks: all of them, or those that are long enough. On `queue`.
    func flushRound(everything: Bool) {
        let start = DispatchTime.now().uptimeNanoseconds
        replayMissing()
        absorb()
        let isOver = tails.withLock { $0.sampleCount > configuration.tailLimit }
        writeTails(length: everything || isOver ? 1 : configuration.tailLength)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        let isWaiting = tails.withLock { $0.sampleCount > 0 } || pending.withLock { !$0.changes.isEmpty }
        // A busy store gets four times the time that the round took, and tails grow longer meanwhile.
        if isWaiting { schedule(urgent: false, after: max(configuration.flushSeconds, 4 * seconds)) }
    }

    func writeTails(length: Int) {
        let (taken, cursor) = tails.withLock { tails in
            let taken = tails.beginFlush(length: length)
            return (taken, tails.cursor)
        }
        let stored = progress.withLock { $0.storedCursor }
        guard !taken.isEmpty || cursor > stored else { return }
        do {
            let tenants = Set(keeping.tenantNames)
            var documents = directoryChanges(taken.map(\.0), tenants)
            if cursor > stored {
                documents.append(
                    DocumentWrite(kind: Self.cursorKind, tenant: "", key: "recorder", body: Self.encodeCursor(cursor)))
            }
            try write(taken.filter { tenants.contains($0.0.tenant) }, documents: documents)
            tails.withLock { $0.endFlush(failed: false) }
            if cursor > stored { progress.withLock { $0.storedCursor = cursor } }
            prune(cursor)
        } catch {
            tails.withLock { $0.endFlush(failed: true) }
            configuration.onFailure("\(taken.count) series could not be written and will be tried again: \(error)")
        }
    }

    /// Entities that the samples leave without current state come into the directory, others leave it.
    private func directoryChanges(_ keys: [SeriesKey], _ tenants: Set<String>) -> [DocumentWrite] {
        var seen: Set<[String]> = []
        var documents: [DocumentWrite] = []
        for key in keys where tenants.contains(key.tenant) && seen.insert([key.tenant, key.entity]).inserted {
            let isCurrent = (try? entities.retrieveEntity(id: key.entity, tenant: key.tenant)) != nil
            let known = directory.entry(tenant: key.tenant, id: key.entity)
            if isCurrent == (known == nil) { continue }
            let types = tails.withLock { $0.flushing[key]?.types ?? [] }
            let entry = isCurrent ? nil : TemporalDirectory.Entry(types: types, scopes: [])
            directory.put(entry, tenant: key.tenant, id: key.entity)
            documents.append(TemporalDirectory.document(entry, tenant: key.tenant, id: key.entity))
        }
        return documents
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
    /// On `queue`.
    func write(_ series: [(SeriesKey, SampleColumns)], documents: [DocumentWrite] = []) throws {
        var chunks: [HistoryChunk] = []
        for (key, samples) in series {
            chunks += try self.chunks(for: key, adding: samples)
            if chunks.count >= Self.commitChunks {
                try commit(chunks, [])
                chunks.removeAll(keepingCapacity: true)
            }
            progress.withLock { $0.writtenSamples += samples.count }
        }
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
    func chunks(for series: SeriesKey, adding samples: SampleColumns) throws -> [HistoryChunk] {
        let storage = keeping.storage
        var result: [HistoryChunk] = []
        var index = 0
        let newest = try storage.historyChunks(series, from: .none, to: .none, newestFirst: true, limit: 1).first
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
                run = old.merged(with: run)
                if let first = run.times.first, first != holder.start.microseconds {
                    result.append(Self.emptied(holder))
                }
            }
            result += split(run, series)
            index = end
        }
        return result
    }

    /// The samples of a chunk; none of an emptied or damaged one.
    func decode(_ chunk: HistoryChunk) -> SampleColumns? {
        if chunk.count == 0 { return nil }
        guard let samples = ChunkCodec.decode(chunk.body) else {
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

    private func split(_ samples: SampleColumns, _ series: SeriesKey) -> [HistoryChunk] {
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
