import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// The newest samples of each series, not yet in a chunk.
///
/// Invariants:
/// 1. A sample is in `tails`, in `flushing`, or in the store, from its taking in on; in between it is in both.
/// 2. Every change up to `absorbed` has been taken in.
/// 3. `sampleCount` counts the samples of `tails`.
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

    mutating func start(at sequence: UInt64) { absorbed = max(absorbed, sequence) }

    mutating func absorb(_ change: EntityChange) {
        change.forEachSample { add($0, sequence: change.sequence) }
        absorbed = max(absorbed, change.sequence)
    }

    mutating func add(_ sample: RecordedSample, sequence: UInt64) {
        sample.append(to: &tails[sample.series, default: Tail(firstSequence: sequence)].columns)
        sampleCount += 1
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

    /// The series of an entity that have samples here. Cost: linear in the series.
    func series(tenant: String, entity: String) -> Set<SeriesKey> {
        var result: Set<SeriesKey> = []
        for key in tails.keys where key.entity == entity && key.tenant == tenant { result.insert(key) }
        for key in flushing.keys where key.entity == entity && key.tenant == tenant { result.insert(key) }
        return result
    }

    mutating func remove(_ series: SeriesKey) {
        sampleCount -= tails[series]?.columns.count ?? 0
        tails[series] = nil
    }
}
