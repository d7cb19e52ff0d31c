import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// The newest samples of each series, not yet in a chunk.
///
/// Invariants:
/// 1. A sample is in `tails`, in `flushing`, or in the store, from its taking in on; in between it is in both.
/// 2. Every change up to `absorbed` has been taken in.
/// 3. `sampleCount` counts the samples of `tails`.
/// 4. `index` lists the keys of `tails` and `flushing`, and perhaps some that have gone.
struct SeriesTails {
    struct Tail {
        var columns = SampleColumns()
        /// The sequence number of the change that the oldest sample came with.
        var firstSequence: UInt64
    }

    private(set) var tails: [SeriesKey: Tail] = [:]
    private(set) var flushing: [SeriesKey: SampleColumns] = [:]
    private(set) var sampleCount = 0
    private(set) var absorbed: UInt64 = 0
    private var index: [EntityName: Set<SeriesKey>] = [:]

    private struct EntityName: Hashable {
        let tenant: String
        let entity: String
    }

    mutating func start(at sequence: UInt64) { absorbed = max(absorbed, sequence) }

    mutating func absorb(_ change: EntityChange) {
        change.forEachSample { add($0, sequence: change.sequence) }
        absorbed = max(absorbed, change.sequence)
    }

    mutating func add(_ sample: RecordedSample, sequence: UInt64) {
        if tails[sample.series] == nil {
            tails[sample.series] = Tail(firstSequence: sequence)
            let name = EntityName(tenant: sample.series.tenant, entity: sample.series.entity)
            index[name, default: []].insert(sample.series)
        }
        sample.append(to: &tails[sample.series, default: Tail(firstSequence: sequence)].columns)
        sampleCount += 1
    }

    mutating func remove(tenant: String) {
        for (key, tail) in tails where key.tenant == tenant {
            sampleCount -= tail.columns.count
            tails[key] = nil
        }
        for key in flushing.keys where key.tenant == tenant { flushing[key] = nil }
        for name in index.keys where name.tenant == tenant { index[name] = nil }
    }

    /// Moves tails of at least `length` samples to `flushing`, and returns them.
    mutating func beginFlush(length: Int) -> [(SeriesKey, SampleColumns)] {
        var taken: [(SeriesKey, SampleColumns)] = []
        if length <= 1 {
            taken = tails.map { ($0.key, $0.value.columns.sorted()) }
            tails.removeAll(keepingCapacity: true)
            sampleCount = 0
        } else {
            for (key, tail) in tails where tail.columns.count >= length { taken.append((key, tail.columns.sorted())) }
            for (key, _) in taken {
                sampleCount -= tails[key]?.columns.count ?? 0
                tails[key] = nil
            }
        }
        for (key, columns) in taken { flushing[key] = columns }
        return taken
    }

    /// Ends a flush: what was written goes, what was not goes back.
    mutating func endFlush(failed: Bool) {
        if failed {
            for (key, columns) in flushing {
                let newer = tails[key]?.columns.sorted() ?? SampleColumns()
                sampleCount += columns.merged(with: newer).count - (tails[key]?.columns.count ?? 0)
                // The sequence is not known any more; 1 keeps the cursor where it is.
                tails[key] = Tail(columns: columns.merged(with: newer), firstSequence: 1)
            }
        }
        flushing.removeAll(keepingCapacity: true)
        if tails.isEmpty { index.removeAll(keepingCapacity: true) }
        // Where some tail is always left, what has gone is swept out once it is most of the index.
        guard index.count > 2 * tails.count + 1_024 else { return }
        index.removeAll(keepingCapacity: true)
        for key in tails.keys { index[EntityName(tenant: key.tenant, entity: key.entity), default: []].insert(key) }
    }

    /// The last change all of whose samples, and those of all before, are in the store once `flushing` is.
    var cursor: UInt64 {
        var cursor = absorbed
        for tail in tails.values { cursor = min(cursor, tail.firstSequence &- 1) }
        return cursor
    }

    /// The samples of a series that may not be in the store yet, sorted.
    func samples(of series: SeriesKey) -> SampleColumns {
        let waiting = flushing[series] ?? SampleColumns()
        guard let tail = tails[series] else { return waiting }
        return waiting.merged(with: tail.columns.sorted())
    }

    /// The series of an entity that have samples here.
    func series(tenant: String, entity: String) -> Set<SeriesKey> {
        (index[EntityName(tenant: tenant, entity: entity)] ?? []).filter { tails[$0] != nil || flushing[$0] != nil }
    }

    mutating func remove(_ series: SeriesKey) {
        sampleCount -= tails[series]?.columns.count ?? 0
        tails[series] = nil
    }
}
