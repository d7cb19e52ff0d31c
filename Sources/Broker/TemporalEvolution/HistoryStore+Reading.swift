import BrokerStorage
import NGSILDModel
import NGSILDQuery

extension HistoryStore {
    private static let chunkPage = 16

    /// Visits the samples of a series between two times, both inclusive and `.none` for an open end, in order.
    ///
    /// - Parameters:
    ///   - isPassedOver: whether no sample with one of these times is of interest. Samples that are in the store only, and
    ///     in a chunk of which this holds, are not visited.
    ///   - visit: gets columns and an index in them; answers whether to go on.
    func visit(
        _ series: SeriesKey, of entity: KnownEntity, from: Timestamp = .none, to: Timestamp = .none, newestFirst: Bool,
        unless isPassedOver: (ChunkTimes) -> Bool = { _ in false },
        _ visit: (SampleColumns, Int) throws -> Bool
    ) throws {
        // Tails before chunks: what moves from one to the other in between is seen twice, not missed.
        let tail = tails.withLock { $0.samples(of: series) }
        var walk = SampleWalk(
            waiting: tail.merged(with: entity.present[series] ?? SampleColumns()),
            low: from.isSet ? from.microseconds : .min, high: to.isSet ? to.microseconds : .max,
            newestFirst: newestFirst)
        var (pageFrom, pageTo) = (from, to)
        while true {
            let page = try keeping.storage.historyChunks(
                series, from: pageFrom, to: pageTo, newestFirst: newestFirst, limit: Self.chunkPage)
            for chunk in page {
                // What waits for its place in a chunk, or is the present, may be hidden by a sample of it.
                let isAlone = !walk.waits(from: chunk.start.microseconds, through: chunk.end.microseconds)
                guard let samples = decode(chunk, unless: { isAlone && isPassedOver($0) }) else { continue }
                if try !walk.visit(samples, visit) { return }
            }
            guard page.count == Self.chunkPage, let last = page.last else { break }
            if newestFirst {
                pageTo = Timestamp(microseconds: last.start.microseconds - 1)
            } else {
                pageFrom = Timestamp(microseconds: max(last.end, last.start).microseconds + 1)
            }
        }
        _ = try walk.visitWaiting(before: nil, visit)
    }

    /// The newest sample of a series up to a time, alone; `nil` when there is none.
    func lastSample(
        of series: SeriesKey, in entity: KnownEntity, before time: Timestamp = .none
    ) throws -> SampleColumns? {
        var found: SampleColumns?
        try visit(series, of: entity, to: time, newestFirst: true) { samples, index in
            found = samples.slice(index..<index + 1)
            return false
        }
        return found
    }
}

/// Goes through stored samples and waiting ones in one order, each time once: the last modified of equal ones, the
/// waiting one where both are equally old. What was deleted from the history is left out.
private struct SampleWalk {
    private let waiting: SampleColumns
    private let low: Int64
    private let high: Int64
    private let newestFirst: Bool
    /// The waiting samples that have not been passed.
    private var left: Range<Int>

    init(waiting: SampleColumns, low: Int64, high: Int64, newestFirst: Bool) {
        self.waiting = waiting
        self.low = low
        self.high = high
        self.newestFirst = newestFirst
        let start = waiting.index(from: low)
        left = start..<max(start, high == .max ? waiting.count : waiting.index(from: high + 1))
    }

    /// Whether there are waiting samples between two times, both inclusive, passed or not.
    func waits(from start: Int64, through end: Int64) -> Bool {
        let index = waiting.index(from: start)
        return index < waiting.count && waiting.times[index] <= end
    }

    private var next: Int? { left.isEmpty ? nil : newestFirst ? left.upperBound - 1 : left.lowerBound }

    private mutating func pass() {
        left = newestFirst ? left.lowerBound..<left.upperBound - 1 : left.lowerBound + 1..<left.upperBound
    }

    /// Visits stored samples that follow those visited before, and the waiting ones between them.
    mutating func visit(_ stored: SampleColumns, _ body: (SampleColumns, Int) throws -> Bool) throws -> Bool {
        var index = stored.index(from: low)
        var end = high == .max ? stored.count : stored.index(from: high + 1)
        while index < end {
            let place: Int
            if newestFirst {
                end -= 1
                place = end
            } else {
                place = index
                index += 1
            }
            let time = stored.times[place]
            if next != nil, try !visitWaiting(before: time, body) { return false }
            if let other = next, waiting.times[other] == time {
                pass()
                let isWaiting = waiting.modifiedAt[other] >= stored.modifiedAt[place]
                if try !(isWaiting ? tell(waiting, other, body) : tell(stored, place, body)) { return false }
            } else if try !tell(stored, place, body) {
                return false
            }
        }
        return true
    }

    /// Visits the waiting samples that come before a time; all that are left for `nil`.
    mutating func visitWaiting(before time: Int64?, _ body: (SampleColumns, Int) throws -> Bool) throws -> Bool {
        while let index = next {
            if let time, newestFirst ? waiting.times[index] <= time : waiting.times[index] >= time { break }
            pass()
            if try !tell(waiting, index, body) { return false }
        }
        return true
    }

    private func tell(
        _ samples: SampleColumns, _ index: Int, _ body: (SampleColumns, Int) throws -> Bool
    ) rethrows -> Bool {
        if samples.flags(index).contains(.isVoid) { return true }
        return try body(samples, index)
    }
}
